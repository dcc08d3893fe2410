/// What a name of an attribute, as it came from outside, stands for.
enum AttributeResolution {
    case attribute(AttributePath)
    /// The URN of a schema of the type, with nothing behind it.
    case schema(Schema, isExtension: Bool)
    /// An attribute of a schema that this type does not have: no resource has a value of it.
    case unknownSchema(name: String)
    /// No attribute of the schema that it names, or of the core schema when it names none.
    case unknownAttribute(reason: String)
    case malformed(reason: String)
}

extension ResourceType {
    /// `attrPath = [URI ":"] ATTRNAME *1subAttr` (RFC 7644 §3.10 and figure 1), all of it without case.
    ///
    /// The URN of a schema has dots and colons of its own (`...:2.0:User`), so it is found by comparing with the schemas
    /// that the type has, the longest first, and only then is the rest read.
    func resolve(_ text: some StringProtocol) -> AttributeResolution {
        let bytes = text.utf8
        guard bytes.contains(UInt8(ascii: ":")) else {
            return resolve(name: String(text), in: schema, extensionURN: nil)
        }
        let known = ([schema] + extensions).sorted { $0.id.utf8.count > $1.id.utf8.count }
        for candidate in known {
            let count = candidate.id.utf8.count
            guard bytes.count >= count,
                String(decoding: bytes.prefix(count), as: UTF8.self).isSameName(as: candidate.id)
            else {
                continue
            }
            let isExtension = !candidate.id.isSameName(as: schema.id)
            if bytes.count == count { return .schema(candidate, isExtension: isExtension) }
            let rest = bytes.dropFirst(count)
            guard rest.first == UInt8(ascii: ":") else { continue }
            let name = String(decoding: rest.dropFirst(), as: UTF8.self)
            return resolve(name: name, in: candidate, extensionURN: isExtension ? candidate.id : nil)
        }
        return foreign(String(text))
    }

    private func resolve(name: String, in schema: Schema, extensionURN: String?) -> AttributeResolution {
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count <= 2, parts.allSatisfy(\.isAttributeName) else {
            return .malformed(
                reason: "an attribute is written as name, name.subName or urn:...:name, in letters, digits, - and _")
        }
        let common = extensionURN == nil ? CommonAttributes.all.first { $0.name.isSameName(as: parts[0]) } : nil
        guard let attribute = common ?? schema.attribute(named: parts[0]) else {
            let hint = extensionNamed(having: parts[0]).map { "; write \($0.id):\(parts[0])" } ?? ""
            return .unknownAttribute(reason: "\(schema.name) has no attribute \(parts[0].shortened)\(hint)")
        }
        guard parts.count == 2 else { return .attribute(AttributePath(extensionURN: extensionURN, attribute)) }
        guard let inner = attribute.subAttribute(named: parts[1]) else {
            return .unknownAttribute(reason: "\(attribute.name) has no sub-attribute \(parts[1].shortened)")
        }
        return .attribute(AttributePath(extensionURN: extensionURN, attribute, inner))
    }

    private func extensionNamed(having name: String) -> Schema? {
        extensions.first { $0.attribute(named: name) != nil }
    }

    /// A name with a colon that begins with no schema of ours.
    private func foreign(_ text: String) -> AttributeResolution {
        let isURN = String(decoding: text.utf8.prefix(4), as: UTF8.self).isSameName(as: "urn:")
        // The dots of an unknown URN cannot be told from that of a sub-attribute: only the last word is looked at.
        let words = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let names = words.last?.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) ?? []
        // Visible ASCII, since messages repeat it.
        guard isURN, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), names.count <= 2,
            names.allSatisfy({ String(Substring($0)).isAttributeName })
        else {
            return .malformed(reason: "what stands before the last colon of an attribute must be the URN of its schema")
        }
        return .unknownSchema(name: text)
    }
}

extension String {
    /// `ATTRNAME = ALPHA *(nameChar)`, and `$ref`, which RFC 7643 §2.4 names and its grammar forgot.
    var isAttributeName: Bool {
        guard let first = utf8.first, first.isASCIILetter || (first == UInt8(ascii: "$") && utf8.count > 1) else {
            return false
        }
        return utf8.dropFirst().allSatisfy {
            $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }

    /// For messages: a name from outside, which is of the grammar but may be long.
    var shortened: String { utf8.count <= 64 ? self : String(decoding: utf8.prefix(64), as: UTF8.self) + "..." }
}

extension UInt8 {
    var isASCIILetter: Bool { (0x61...0x7A).contains(self | 0x20) }
    var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
}
