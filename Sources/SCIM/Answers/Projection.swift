internal import Identifiers
package import StrictJSON

/// Which attributes of a resource an answer has: `attributes`, `excludedAttributes` and each attribute's `returned`
/// (RFC 7644 §3.9, RFC 7643 §7).
package struct Projection: Hashable, Sendable {
    private enum Choice: Hashable, Sendable {
        case standard
        case only(Selection)
        case without(Selection)
    }

    private let type: ResourceType
    private let choice: Choice

    /// What is returned when nothing is asked for.
    package static func standard(of type: ResourceType) -> Projection { Projection(type: type, choice: .standard) }

    private init(type: ResourceType, choice: Choice) {
        self.type = type
        self.choice = choice
    }

    /// The names of both parameters. Attributes that nobody knows are passed over: a client asks all services alike.
    package init(attributes: [String], excluded: [String], of type: ResourceType) throws(SCIMError) {
        guard attributes.isEmpty || excluded.isEmpty else {
            throw SCIMError(.invalidValue, "attributes and excludedAttributes exclude each other.")
        }
        if !attributes.isEmpty {
            self.init(type: type, choice: .only(try Selection(attributes, of: type, called: "attributes")))
        } else if !excluded.isEmpty {
            self.init(type: type, choice: .without(try Selection(excluded, of: type, called: "excludedAttributes")))
        } else {
            self.init(type: type, choice: .standard)
        }
    }

    /// The names in a query parameter: separated by commas (RFC 7644 §3.9).
    package static func names(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
            let name = String(
                decoding: part.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self)
            return name.isEmpty ? nil : name
        }
    }

    /// Whether an answer has something of the attribute of the core schema: a group's members need not be read for one
    /// that leaves them out.
    package func includes(_ name: String) -> Bool {
        guard let attribute = type.schema.attribute(named: name) else { return false }
        return isShown(AttributePath(extensionURN: nil, attribute))
    }

    /// The resource with what is asked for.
    package func apply(to resource: JSONObject) -> JSONObject {
        var members: [JSONObject.Member] = []
        for member in resource.members {
            let name = member.name.rawValue
            if let schema = type.extensions.first(where: { $0.id.hasSameBytes(as: name) }) {
                guard let inner = member.value.objectValue else { continue }
                let kept = inner.members.compactMap { one in
                    schema.attribute(named: one.name.rawValue).flatMap {
                        shown(one, AttributePath(extensionURN: schema.id, $0))
                    }
                }
                guard !kept.isEmpty else { continue }
                members.append(JSONObject.Member(name: member.name, value: .object(JSONObject(unchecked: kept))))
            } else if let attribute = type.coreAttribute(named: name),
                let one = shown(member, AttributePath(extensionURN: nil, attribute))
            {
                members.append(one)
            }
        }
        return JSONObject(unchecked: members)
    }

    private func shown(_ member: JSONObject.Member, _ path: AttributePath) -> JSONObject.Member? {
        guard isShown(path) else { return nil }
        guard path.attribute.kind == .complex else { return member }
        let inner = path.attribute.subAttributes.filter { isShown(path.with($0)) }.map(\.name)
        return reduced(member.value, to: inner).map { JSONObject.Member(name: member.name, value: $0) }
    }

    /// A value of a complex attribute with the sub-attributes that are shown; `nil` when none is left.
    private func reduced(_ value: JSONValue, to names: [String]) -> JSONValue? {
        if let elements = value.arrayValue {
            let kept = elements.compactMap { reduced($0, to: names) }
            return kept.isEmpty ? .none : .array(kept)
        }
        guard let object = value.objectValue else { return value }
        let kept = object.members.filter { member in names.contains { $0.hasSameBytes(as: member.name.rawValue) } }
        return kept.isEmpty ? .none : .object(JSONObject(unchecked: kept))
    }

    private func isShown(_ path: AttributePath) -> Bool {
        switch (path.leaf.returned, choice) {
        case (.never, _): false
        case (.always, _): true
        case (.default, .standard): true
        case (.request, .standard), (.request, .without): false
        case (_, .only(let selection)): selection.reaches(path)
        case (.default, .without(let selection)): !selection.covers(path)
        }
    }
}

/// The attributes that a parameter names.
private struct Selection: Hashable, Sendable {
    private var paths: Set<AttributePath> = []
    /// Attributes of which only sub-attributes are named.
    private var parents: Set<AttributePath> = []
    private var extensions: Set<String> = []
    private var isWholeCore = false

    private static let most = 200

    init(_ names: [String], of type: ResourceType, called parameter: String) throws(SCIMError) {
        guard names.count <= Self.most else {
            throw SCIMError(.invalidValue, "\(parameter) has more than \(Self.most) names.")
        }
        for name in names {
            guard name.utf8.count <= FilterLimits.bytes else {
                throw SCIMError(.invalidValue, "\(parameter) has a name that is too long.")
            }
            switch type.resolve(name) {
            case .attribute(let path):
                paths.insert(path)
                if path.subAttribute != nil { parents.insert(path.with(nil)) }
            case .schema(let schema, isExtension: true): extensions.insert(schema.id)
            case .schema(_, isExtension: false): isWholeCore = true
            case .unknownSchema, .unknownAttribute: continue
            case .malformed(let reason): throw SCIMError(.invalidValue, "\(parameter) is not valid: \(reason).")
            }
        }
    }

    /// Whether the path is named, by itself or with what it is in.
    func covers(_ path: AttributePath) -> Bool {
        if paths.contains(path) || paths.contains(path.with(nil)) { return true }
        guard let urn = path.extensionURN else { return isWholeCore }
        return extensions.contains(urn)
    }

    /// Whether the path is named, or something in it.
    func reaches(_ path: AttributePath) -> Bool {
        covers(path) || (path.subAttribute == nil && parents.contains(path))
    }
}

extension ResourceType {
    /// An attribute of the core schema or a common one.
    func coreAttribute(named name: String) -> AttributeDefinition? {
        CommonAttributes.all.first { $0.name.isSameName(as: name) } ?? schema.attribute(named: name)
    }
}
