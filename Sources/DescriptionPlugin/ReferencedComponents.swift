import Identifiers
import StrictJSON

/// The components of a document that its operations lead to, directly or through others.
struct ReferencedComponents {
    private let components: JSONObject
    private var reached: Set<Key> = []

    init(of document: JSONObject) {
        components = document["components"]?.objectValue ?? JSONObject()
        var open = [document["paths"] ?? .null]
        while let value = open.popLast() {
            for reference in Self.references(in: value) where reached.insert(Key(reference)).inserted {
                if let target = Reference(reference).flatMap({ components[$0.kind]?[$0.name] }) { open.append(target) }
            }
        }
    }

    /// Security schemes are named by operations without a reference, so all of them stay.
    var kept: JSONObject {
        var result = JSONObject()
        for kind in components.members {
            let name = kind.name.rawValue
            var members = JSONObject()
            for member in kind.value.objectValue?.members ?? []
            where name == "securitySchemes" || reached.contains(Key("#/components/\(name)/\(member.name.rawValue)")) {
                members[member.name.rawValue] = member.value
            }
            if !members.isEmpty { result[name] = .object(members) }
        }
        return result
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { member in
                if member.name == "$ref", let text = member.value.stringValue { return [text] }
                return references(in: member.value)
            }
        case .array(let values): values.flatMap(references)
        case .null, .bool, .integer, .number, .string: []
        }
    }
}

/// `#/components/<kind>/<name>`: the only form of reference that the description uses.
struct Reference: Hashable, Sendable {
    let kind: String
    let name: String

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "#", parts[1] == "components" else { return nil }
        (kind, name) = (String(parts[2]), String(parts[3]))
    }
}
