package import StrictJSON

/// A kind of resource: where it is and which schemas it has (RFC 7643 §6).
package struct ResourceType: Hashable, Sendable {
    package let name: String
    /// The last segment of the endpoint's path.
    package let endpoint: String
    package let description: String
    package let schema: Schema
    /// Extensions, none of them required.
    package let extensions: [Schema]

    package static let user = ResourceType(
        name: "User", endpoint: "Users", description: "User account", schema: .user, extensions: [.enterpriseUser])
    package static let group = ResourceType(
        name: "Group", endpoint: "Groups", description: "Group of users", schema: .group, extensions: [])
    package static let all = [user, group]

    package static func named(_ name: String) -> ResourceType? { all.first { $0.name.isSameName(as: name) } }

    /// The URL of one resource.
    package func location(of id: String, _ base: ServiceURL) -> String { base.location(endpoint, id) }

    /// The resource at `/ResourceTypes/{name}`.
    package func json(_ base: ServiceURL) -> JSONObject {
        var object: JSONObject = [
            "schemas": [JSONValue(Schema.resourceType.id)], "id": JSONValue(name), "name": JSONValue(name),
            "endpoint": JSONValue("/" + endpoint), "description": JSONValue(description),
            "schema": JSONValue(schema.id),
        ]
        if !extensions.isEmpty {
            object["schemaExtensions"] = .array(
                extensions.map { ["schema": JSONValue($0.id), "required": false] as JSONValue })
        }
        object["meta"] = ["resourceType": "ResourceType", "location": JSONValue(base.location("ResourceTypes", name))]
        return object
    }
}
