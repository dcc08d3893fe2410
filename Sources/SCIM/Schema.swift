package import StrictJSON

/// One schema: its URN and its attributes (RFC 7643 §7).
package struct Schema: Hashable, Sendable {
    package let id: String
    package let name: String
    package let description: String
    package let attributes: [AttributeDefinition]

    package func attribute(named name: some StringProtocol) -> AttributeDefinition? {
        attributes.first { $0.name.isSameName(as: name) }
    }

    /// Every schema of this service, as `/Schemas` lists them.
    package static let all: [Schema] = [.user, .group, .enterpriseUser, .serviceProviderConfig, .resourceType, .schema]

    package static func withID(_ id: String) -> Schema? { all.first { $0.id.isSameName(as: id) } }

    /// The resource at `/Schemas/{id}`.
    package func json(_ base: ServiceURL) -> JSONObject {
        [
            "schemas": [JSONValue(Schema.schema.id)], "id": JSONValue(id), "name": JSONValue(name),
            "description": JSONValue(description), "attributes": .array(attributes.map(\.json)),
            "meta": ["resourceType": "Schema", "location": JSONValue(base.location("Schemas", id))],
        ]
    }
}

/// Attributes of every resource, which no schema lists (RFC 7643 §3 and §3.1).
package enum CommonAttributes {
    static let schemas = AttributeDefinition(
        "schemas", .reference, "The URNs of the schemas of this resource.", multiValued: true, required: true,
        caseExact: false, mutability: .readOnly, returned: .always, referenceTypes: ["uri"])
    static let id = AttributeDefinition(
        "id", .string, "The identifier that the service gave this resource.", required: true, caseExact: true,
        mutability: .readOnly, returned: .always, uniqueness: .server)
    static let externalID = AttributeDefinition(
        "externalId", .string, "The identifier that the provisioning client gave this resource.", caseExact: true)
    static let meta = AttributeDefinition(
        "meta", .complex, "When and where this resource was made and changed.", mutability: .readOnly,
        subAttributes: [
            AttributeDefinition(
                "resourceType", .string, "The name of the resource's type.", caseExact: true, mutability: .readOnly),
            AttributeDefinition(
                "created", .dateTime, "When the resource was made.", mutability: .readOnly),
            AttributeDefinition(
                "lastModified", .dateTime, "When the resource was last changed.", mutability: .readOnly),
            AttributeDefinition(
                "location", .reference, "The URI of the resource.", mutability: .readOnly, referenceTypes: ["uri"]),
            AttributeDefinition(
                "version", .string, "The version of the resource, which is its ETag.", caseExact: true,
                mutability: .readOnly),
        ])

    static let all = [schemas, id, externalID, meta]
}
