// The schemas of the resources that describe the service itself (RFC 7643 §5, §6, §7 and §8.7.2): all read-only.
extension Schema {
    package static let serviceProviderConfig = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig", name: "Service Provider Configuration",
        description: "What the service can do",
        attributes: [
            readOnly(
                "documentationUri", .reference, "The URL of documentation for people.", referenceTypes: ["external"]),
            supported("patch", "PATCH."),
            supported(
                "bulk", "Bulk operations.",
                [
                    readOnly("maxOperations", .integer, "How many operations one request may have.", required: true),
                    readOnly("maxPayloadSize", .integer, "How many bytes one request may have.", required: true),
                ]),
            supported(
                "filter", "Filters.",
                [readOnly("maxResults", .integer, "How many resources one answer has at most.", required: true)]),
            supported("changePassword", "Changes of passwords."), supported("sort", "Sorting."),
            supported("etag", "ETags."),
            readOnly(
                "authenticationSchemes", .complex, "How requests authenticate.", multiValued: true, required: true,
                subAttributes: [
                    readOnly(
                        "type", .string, "The kind of scheme.", required: true,
                        canonicalValues: ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"]),
                    readOnly("name", .string, "The name of the scheme.", required: true),
                    readOnly("description", .string, "What the scheme is.", required: true),
                    readOnly(
                        "specUri", .reference, "The URL of the scheme's specification.", referenceTypes: ["external"]),
                    readOnly(
                        "documentationUri", .reference, "The URL of the scheme's documentation.",
                        referenceTypes: ["external"]),
                    readOnly("primary", .boolean, "Whether this is the preferred scheme."),
                ]),
        ])

    package static let resourceType = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType", name: "ResourceType",
        description: "A type of resources and its schemas",
        attributes: [
            readOnly("id", .string, "The identifier of the type.", caseExact: true),
            readOnly("name", .string, "The name of the type.", required: true, caseExact: true),
            readOnly("description", .string, "What resources of the type are."),
            readOnly(
                "endpoint", .reference, "Where the resources are, below the root.", required: true,
                referenceTypes: ["uri"]),
            readOnly("schema", .reference, "The URN of the main schema.", required: true, referenceTypes: ["uri"]),
            readOnly(
                "schemaExtensions", .complex, "The extensions of the type.", multiValued: true,
                subAttributes: [
                    readOnly(
                        "schema", .reference, "The URN of the extension.", required: true, referenceTypes: ["uri"]),
                    readOnly("required", .boolean, "Whether every resource has the extension.", required: true),
                ]),
        ])

    package static let schema = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:Schema", name: "Schema", description: "What attributes are",
        attributes: [
            readOnly("id", .string, "The URN of the schema.", required: true, caseExact: true),
            readOnly("name", .string, "The name of the schema.", caseExact: true),
            readOnly("description", .string, "What the schema is for."),
            readOnly(
                "attributes", .complex, "The attributes of the schema.", multiValued: true, required: true,
                subAttributes: definition + [
                    readOnly(
                        "subAttributes", .complex, "The attributes within a complex one.", multiValued: true,
                        subAttributes: definition)
                ]),
        ])

    /// What describes one attribute.
    private static let definition = [
        readOnly("name", .string, "The name of the attribute.", required: true, caseExact: true),
        readOnly(
            "type", .string, "The type of its values.", required: true,
            canonicalValues: [
                "string", "complex", "boolean", "decimal", "integer", "dateTime", "reference", "binary",
            ]),
        readOnly("multiValued", .boolean, "Whether it has several values.", required: true),
        readOnly("description", .string, "What the attribute is."),
        readOnly("required", .boolean, "Whether it must have a value."),
        readOnly(
            "canonicalValues", .string, "Suggestions for its values.", multiValued: true, caseExact: true),
        readOnly("caseExact", .boolean, "Whether upper and lower case differ."),
        readOnly(
            "mutability", .string, "Who may change it.", caseExact: true,
            canonicalValues: ["readOnly", "readWrite", "immutable", "writeOnly"]),
        readOnly(
            "returned", .string, "When answers have it.", caseExact: true,
            canonicalValues: ["always", "never", "default", "request"]),
        readOnly(
            "uniqueness", .string, "Where its value is unique.", caseExact: true,
            canonicalValues: ["none", "server", "global"]),
        readOnly(
            "referenceTypes", .string, "What a reference may refer to.", multiValued: true, caseExact: true),
    ]

    private static func readOnly(
        _ name: String, _ kind: AttributeDefinition.Kind, _ description: String, multiValued: Bool = false,
        required: Bool = false, caseExact: Bool? = nil, canonicalValues: [String] = [], referenceTypes: [String] = [],
        subAttributes: [AttributeDefinition] = []
    ) -> AttributeDefinition {
        AttributeDefinition(
            name, kind, description, multiValued: multiValued, required: required, canonicalValues: canonicalValues,
            caseExact: caseExact, mutability: .readOnly, referenceTypes: referenceTypes, subAttributes: subAttributes)
    }

    private static func supported(
        _ name: String, _ description: String, _ more: [AttributeDefinition] = []
    ) -> AttributeDefinition {
        readOnly(
            name, .complex, description, required: true,
            subAttributes: [readOnly("supported", .boolean, "Whether it is supported.", required: true)] + more)
    }
}
