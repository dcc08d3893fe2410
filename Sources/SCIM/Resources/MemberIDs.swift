internal import Identifiers
internal import StrictJSON

/// The members that a request names, as their identifiers.
enum MemberIDs {
    /// An array of members, one member, or `null` for none; a member is an object with `value`, or that text alone.
    static func read(_ value: JSONValue, limits: ResourceLimits) throws(SCIMError) -> [String] {
        guard !value.isNull else { return [] }
        let elements = value.arrayValue ?? [value]
        guard elements.count <= limits.members else {
            throw AttributeReader.invalid("members", "has more than \(limits.members) values")
        }
        var seen: Set<Key> = []
        var ids: [String] = []
        for (index, element) in elements.enumerated() {
            guard !element.isNull else { continue }
            let id = try id(of: element, at: "members[\(index)]", limits)
            if seen.insert(Key(id)).inserted { ids.append(id) }
        }
        return ids
    }

    private static func id(
        of element: JSONValue, at place: String, _ limits: ResourceLimits
    ) throws(SCIMError) -> String {
        let value: JSONValue?
        if let object = element.objectValue {
            try checkType(object, at: place)
            value = object.member(named: "value")
        } else if element.stringValue != nil {
            value = element
        } else {
            throw AttributeReader.wrongType(place, "an object", element)
        }
        guard let value, !value.isNull else { throw AttributeReader.invalid("\(place).value", "is required") }
        guard let id = value.stringValue else { throw AttributeReader.wrongType("\(place).value", "a string", value) }
        try check(id, at: "\(place).value", limits)
        return id
    }

    static func check(_ id: String, at place: String, _ limits: ResourceLimits) throws(SCIMError) {
        guard !id.isEmpty else { throw AttributeReader.invalid(place, "is required") }
        guard id.utf8.count <= limits.stringBytes else {
            throw AttributeReader.invalid(place, "is longer than \(limits.stringBytes) bytes")
        }
        guard !id.utf8.contains(0) else { throw AttributeReader.invalid(place, "contains a NUL character") }
    }

    /// A member without type is a user, unless its reference says that it is a group.
    private static func checkType(_ object: JSONObject, at place: String) throws(SCIMError) {
        if let type = object.member(named: "type"), !type.isNull {
            guard let name = type.stringValue else {
                throw AttributeReader.wrongType("\(place).type", "a string", type)
            }
            guard name.isEmpty || name.isSameName(as: "User") else {
                throw AttributeReader.invalid("\(place).type", "must be User: groups within groups are not supported")
            }
        }
        guard let reference = object.member(named: "$ref"), !reference.isNull else { return }
        guard let uri = reference.stringValue else {
            throw AttributeReader.wrongType("\(place).$ref", "a string", reference)
        }
        let segments = uri.utf8.split(separator: UInt8(ascii: "/"))
        if segments.count > 1, String(Substring(segments[segments.count - 2])).isSameName(as: "Groups") {
            throw AttributeReader.invalid("\(place).$ref", "must be of a user: groups within groups are not supported")
        }
    }
}
