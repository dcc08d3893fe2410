extension Schema {
    /// The core Group (RFC 7643 §4.2 and §8.7.1). Members are users only: groups within groups are not supported.
    package static let group = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:Group", name: "Group", description: "Group of users",
        attributes: [
            AttributeDefinition("displayName", .string, "The name of the group.", required: true),
            AttributeDefinition(
                "members", .complex, "The users that belong to the group.", multiValued: true,
                subAttributes: [
                    AttributeDefinition(
                        "value", .string, "The identifier of the user.", required: true, caseExact: true,
                        mutability: .immutable),
                    AttributeDefinition(
                        "$ref", .reference, "The URI of the user.", mutability: .immutable, referenceTypes: ["User"]),
                    AttributeDefinition(
                        "display", .string, "The name of the user, for display.", mutability: .readOnly),
                    AttributeDefinition(
                        "type", .string, "The type of the member.", canonicalValues: ["User"], mutability: .immutable),
                ]),
        ])
}
