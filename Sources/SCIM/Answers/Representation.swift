package import StrictJSON

/// What the service says of a resource beside its attributes (RFC 7643 §3.1).
package struct ResourceMetadata: Hashable, Sendable {
    package let id: String
    /// Both as RFC 3339 texts.
    package let created: String
    package let lastModified: String
    package let version: EntityTag?

    package init(id: String, created: String, lastModified: String, version: EntityTag?) {
        self.id = id
        self.created = created
        self.lastModified = lastModified
        self.version = version
    }
}

/// A resource that another one refers to: a group of a user, a member of a group.
package struct ResourceReference: Hashable, Sendable {
    package let id: String
    package let display: String?

    package init(id: String, display: String?) {
        self.id = id
        self.display = display
    }
}

/// Resources as clients see them. A projection still has to be applied.
package enum Representation {
    package static func user(
        _ attributes: JSONObject, _ metadata: ResourceMetadata, groups: [ResourceReference] = [], _ base: ServiceURL
    ) -> JSONObject {
        var more: [JSONObject.Member] = []
        if !groups.isEmpty {
            more.append(list("groups", groups, in: .group, type: "direct", base))
        }
        return resource(.user, attributes, metadata, more, base)
    }

    /// `members` is `nil` when the answer leaves them out; empty, they are unassigned.
    package static func group(
        _ attributes: JSONObject, _ metadata: ResourceMetadata, members: [ResourceReference]?, _ base: ServiceURL
    ) -> JSONObject {
        var more: [JSONObject.Member] = []
        if let members, !members.isEmpty {
            more.append(list("members", members, in: .user, type: "User", base))
        }
        return resource(.group, attributes, metadata, more, base)
    }

    private static func resource(
        _ type: ResourceType, _ attributes: JSONObject, _ metadata: ResourceMetadata, _ more: [JSONObject.Member],
        _ base: ServiceURL
    ) -> JSONObject {
        let present = type.extensions.filter { attributes[$0.id] != nil }
        var members: [JSONObject.Member] = [
            JSONObject.Member(name: "schemas", value: JSONValue([type.schema.id] + present.map(\.id))),
            JSONObject.Member(name: "id", value: JSONValue(metadata.id)),
        ]
        // What the service says comes from nowhere else, whatever was stored.
        let own = ["schemas", "id", "meta"] + more.map(\.name.rawValue)
        members += attributes.members.filter { member in !own.contains { member.name.rawValue.isSameName(as: $0) } }
        members += more
        var meta: JSONObject = [
            "resourceType": JSONValue(type.name), "created": JSONValue(metadata.created),
            "lastModified": JSONValue(metadata.lastModified),
            "location": JSONValue(type.location(of: metadata.id, base)),
        ]
        if let version = metadata.version { meta["version"] = JSONValue(version.text) }
        members.append(JSONObject.Member(name: "meta", value: .object(meta)))
        return JSONObject(unchecked: members)
    }

    private static func list(
        _ name: JSONString, _ references: [ResourceReference], in target: ResourceType, type: String, _ base: ServiceURL
    ) -> JSONObject.Member {
        let values = references.map { reference -> JSONValue in
            var object: JSONObject = [
                "value": JSONValue(reference.id), "$ref": JSONValue(target.location(of: reference.id, base)),
            ]
            if let display = reference.display { object["display"] = JSONValue(display) }
            object["type"] = JSONValue(type)
            return .object(object)
        }
        return JSONObject.Member(name: name, value: .array(values))
    }
}
