extension Schema {
    /// The core User (RFC 7643 §4.1 and §8.7.1).
    package static let user = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:User", name: "User", description: "User account",
        attributes: userAttributes + userValues)

    private static let userAttributes = [
        AttributeDefinition(
            "userName", .string, "The name with which the user signs in, unique in this service.", required: true,
            uniqueness: .server),
        AttributeDefinition(
            "name", .complex, "The parts of the user's real name.",
            subAttributes: [
                AttributeDefinition("formatted", .string, "The full name, formatted for display."),
                AttributeDefinition("familyName", .string, "The family name, or last name."),
                AttributeDefinition("givenName", .string, "The given name, or first name."),
                AttributeDefinition("middleName", .string, "The middle names."),
                AttributeDefinition("honorificPrefix", .string, "The titles before the name, such as Ms."),
                AttributeDefinition("honorificSuffix", .string, "What follows the name, such as III."),
            ]),
        AttributeDefinition("displayName", .string, "The name of the user for display."),
        AttributeDefinition("nickName", .string, "The casual way to address the user."),
        AttributeDefinition(
            "profileUrl", .reference, "The URL of the user's online profile.", referenceTypes: ["external"]),
        AttributeDefinition("title", .string, "The user's title, such as Vice President."),
        AttributeDefinition(
            "userType", .string, "The relationship of the organization and the user, such as Contractor."),
        AttributeDefinition("preferredLanguage", .string, "The user's preferred languages, as in Accept-Language."),
        AttributeDefinition("locale", .string, "The user's default location for currency, dates and numbers."),
        AttributeDefinition("timezone", .string, "The user's time zone, such as America/Los_Angeles."),
        AttributeDefinition("active", .boolean, "Whether the user may sign in."),
        AttributeDefinition(
            "password", .string, "Accepted, and neither used nor kept.", mutability: .writeOnly, returned: .never),
    ]

    private static let userValues = [
        values("emails", "E-mail addresses of the user.", of: "An e-mail address.", types: ["work", "home", "other"]),
        values(
            "phoneNumbers", "Phone numbers of the user.", of: "A phone number.",
            types: ["work", "home", "mobile", "fax", "pager", "other"]),
        values(
            "ims", "Instant messaging addresses of the user.", of: "An instant messaging address.",
            types: ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
        values(
            "photos", "URLs of photos of the user.", of: "The URL of a photo.", kind: .reference,
            types: ["photo", "thumbnail"]),
        AttributeDefinition(
            "addresses", .complex, "Physical mailing addresses of the user.", multiValued: true,
            subAttributes: [
                AttributeDefinition("formatted", .string, "The full address, formatted for display."),
                AttributeDefinition("streetAddress", .string, "The street, house number and the like."),
                AttributeDefinition("locality", .string, "The city or locality."),
                AttributeDefinition("region", .string, "The state or region."),
                AttributeDefinition("postalCode", .string, "The postal code."),
                AttributeDefinition("country", .string, "The country, by its code of two letters."),
                AttributeDefinition(
                    "type", .string, "What the address is for.", canonicalValues: ["work", "home", "other"]),
                primary,
            ]),
        AttributeDefinition(
            "groups", .complex, "The groups to which the user belongs; changed through the groups.", multiValued: true,
            mutability: .readOnly,
            subAttributes: [
                AttributeDefinition(
                    "value", .string, "The identifier of the group.", caseExact: true, mutability: .readOnly),
                AttributeDefinition(
                    "$ref", .reference, "The URI of the group.", mutability: .readOnly, referenceTypes: ["Group"]),
                AttributeDefinition("display", .string, "The name of the group, for display.", mutability: .readOnly),
                AttributeDefinition(
                    "type", .string, "How the user belongs to the group.", canonicalValues: ["direct", "indirect"],
                    mutability: .readOnly),
            ]),
        values("entitlements", "Entitlements of the user.", of: "An entitlement."),
        values("roles", "Roles of the user.", of: "A role."),
        values("x509Certificates", "Certificates of the user.", of: "A certificate in DER.", kind: .binary),
    ]

    private static let primary = AttributeDefinition(
        "primary", .boolean, "Whether this is the preferred value; true at most once.")

    /// A multi-valued attribute with the sub-attributes that most have (RFC 7643 §2.4).
    private static func values(
        _ name: String, _ description: String, of valueDescription: String, kind: AttributeDefinition.Kind = .string,
        types: [String] = []
    ) -> AttributeDefinition {
        AttributeDefinition(
            name, .complex, description, multiValued: true,
            subAttributes: [
                AttributeDefinition(
                    "value", kind, valueDescription, referenceTypes: kind == .reference ? ["external"] : []),
                AttributeDefinition("display", .string, "A name of the value, for display."),
                AttributeDefinition("type", .string, "What the value is for.", canonicalValues: types), primary,
            ])
    }
}
