extension Schema {
    /// The enterprise extension of User (RFC 7643 §4.3 and §8.7.1).
    package static let enterpriseUser = Schema(
        id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", name: "EnterpriseUser",
        description: "Enterprise User",
        attributes: [
            AttributeDefinition(
                "employeeNumber", .string, "The number or text by which the organization knows the person."),
            AttributeDefinition("costCenter", .string, "The name of a cost center."),
            AttributeDefinition("organization", .string, "The name of an organization."),
            AttributeDefinition("division", .string, "The name of a division."),
            AttributeDefinition("department", .string, "The name of a department."),
            AttributeDefinition(
                "manager", .complex, "The user's manager.",
                subAttributes: [
                    AttributeDefinition("value", .string, "The identifier of the manager's resource.", caseExact: true),
                    AttributeDefinition(
                        "$ref", .reference, "The URI of the manager's resource.", referenceTypes: ["User"]),
                    AttributeDefinition(
                        "displayName", .string, "The name of the manager, for display.", mutability: .readOnly),
                ]),
        ])
}
