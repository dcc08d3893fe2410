internal import Identifiers
internal import StrictJSON

/// Values from outside to values of a schema: in its spelling and order, of its types, within limits.
///
/// - What the schema does not know is left out, as is what only the service may set: nothing gets in by being sent
///   (RFC 7644 §3.3 and §3.5.1).
/// - `null` and `[]` are absent (RFC 7643 §2.5).
/// - Booleans may be texts, as Entra ID sends them, and a text alone may stand for a complex value by its `value`, as
///   the original API has it in `roles` and Entra ID in `manager`.
struct AttributeReader {
    let limits: ResourceLimits

    /// The members that are of these attributes and that clients may set.
    func object(
        _ object: JSONObject, of definitions: [AttributeDefinition], at place: String
    ) throws(SCIMError) -> JSONObject {
        var isSeen = [Bool](repeating: false, count: definitions.count)
        var values = [JSONValue?](repeating: nil, count: definitions.count)
        for member in object.members {
            let name = member.name.rawValue
            guard let index = definitions.firstIndex(where: { $0.name.isSameName(as: name) }) else { continue }
            let definition = definitions[index]
            let place = place + definition.name
            guard !isSeen[index] else { throw Self.invalid(place, "is given twice, in different case") }
            isSeen[index] = true
            guard definition.mutability != .readOnly else { continue }
            values[index] = try value(member.value, of: definition, at: place)
        }
        let members = zip(definitions, values).compactMap { definition, value in
            value.map { JSONObject.Member(name: JSONString(definition.name), value: $0) }
        }
        return JSONObject(unchecked: members)
    }

    /// The value of one attribute; `nil` when it is unassigned, or taken and not kept.
    func value(
        _ value: JSONValue, of definition: AttributeDefinition, at place: String
    ) throws(SCIMError) -> JSONValue? {
        guard !value.isNull else { return nil }
        guard definition.isMultiValued else { return try single(value, of: definition, at: place) }
        guard let elements = value.arrayValue else { throw Self.wrongType(place, "an array", value) }
        let read = try self.elements(elements, of: definition, at: place)
        return read.isEmpty ? .none : .array(read)
    }

    /// The values of a multi-valued attribute, each once.
    func elements(
        _ elements: [JSONValue], of definition: AttributeDefinition, at place: String
    ) throws(SCIMError) -> [JSONValue] {
        try checkCount(elements.count, at: place)
        var read: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            guard let value = try single(element, of: definition, at: "\(place)[\(index)]") else { continue }
            if !read.contains(value) { read.append(value) }
        }
        guard read.count(where: \.isPrimary) <= 1 else {
            throw Self.invalid(place, "has more than one value that is primary")
        }
        return read
    }

    func checkCount(_ count: Int, at place: String) throws(SCIMError) {
        guard count <= limits.values else { throw Self.invalid(place, "has more than \(limits.values) values") }
    }

    /// One value, not an array.
    func single(
        _ value: JSONValue, of definition: AttributeDefinition, at place: String
    ) throws(SCIMError) -> JSONValue? {
        guard !value.isNull else { return nil }
        let read: JSONValue
        switch definition.kind {
        case .complex:
            guard let object = try complex(value, of: definition, at: place) else { return nil }
            read = .object(object)
        case .boolean:
            guard let flag = value.lenientBool else { throw Self.wrongType(place, definition.kind.phrase, value) }
            read = .bool(flag)
        case .integer:
            guard value.integerValue != nil else { throw Self.wrongType(place, definition.kind.phrase, value) }
            read = value
        case .decimal:
            guard FilterNumbers.double(value) != nil else {
                throw Self.wrongType(place, definition.kind.phrase, value)
            }
            read = value
        case .string, .reference, .binary, .dateTime:
            read = JSONValue(try text(value, of: definition, at: place))
        }
        // Not `nil`, which beside a JSONValue would be JSON's null.
        return definition.returned == .never ? .none : read
    }

    private func complex(
        _ value: JSONValue, of definition: AttributeDefinition, at place: String
    ) throws(SCIMError) -> JSONObject? {
        var object: JSONObject
        if let given = value.objectValue {
            object = try self.object(given, of: definition.subAttributes, at: place + ".")
        } else if let significant = definition.significant, value.stringValue != nil {
            object = JSONObject()
            object[significant.name] = try single(value, of: significant, at: place)
        } else {
            throw Self.wrongType(place, definition.kind.phrase, value)
        }
        if object.isEmpty { return nil }
        for required in definition.subAttributes where required.isRequired && object[required.name] == nil {
            throw Self.invalid("\(place).\(required.name)", "is required")
        }
        return object
    }

    private func text(
        _ value: JSONValue, of definition: AttributeDefinition, at place: String
    ) throws(SCIMError) -> String {
        guard let text = value.stringValue else { throw Self.wrongType(place, definition.kind.phrase, value) }
        let longest =
            switch definition.kind {
            case .reference: limits.referenceBytes
            case .binary: limits.binaryBytes
            case .string, .boolean, .decimal, .integer, .dateTime, .complex: limits.stringBytes
            }
        guard text.utf8.count <= longest else { throw Self.invalid(place, "is longer than \(longest) bytes") }
        guard !text.utf8.contains(0) else { throw Self.invalid(place, "contains a NUL character") }
        if definition.kind == .binary, Base64Text.decode(text.utf8) == nil {
            throw Self.invalid(place, "must be \(definition.kind.phrase)")
        }
        if definition.kind == .dateTime, DateTime(text) == nil {
            throw Self.invalid(place, "must be \(definition.kind.phrase)")
        }
        return text
    }

    static func invalid(_ place: String, _ reason: String) -> SCIMError {
        SCIMError(.invalidValue, "\(place) \(reason).")
    }

    static func wrongType(_ place: String, _ expected: String, _ value: JSONValue) -> SCIMError {
        invalid(place, "must be \(expected), not \(value.kind)")
    }
}

extension JSONValue {
    /// Whether this is the preferred one of several values (RFC 7643 §2.4).
    var isPrimary: Bool { self["primary"] == true }
}
