package import Identifiers
package import StrictJSON

/// A user as a client may set it: checked against the schemas, in their spelling and order.
///
/// Without `id`, `meta`, `groups` and `schemas`, which are the service's to say, and without `password`.
package struct UserResource: Hashable, Sendable {
    /// What is stored: attributes of the core schema, `externalId`, and the extension under its URN.
    package let attributes: JSONObject
    package let userName: String

    /// The body of a POST or a PUT (RFC 7644 §3.3, §3.5.1).
    package init(_ body: JSONObject, limits: ResourceLimits = ResourceLimits()) throws(SCIMError) {
        try body.requireSchema(ResourceType.user.schema.id)
        try self.init(attributes: body, limits: limits)
    }

    /// Attributes that were stored, or changed by a PATCH: the same checks but for `schemas`.
    package init(attributes: JSONObject, limits: ResourceLimits = ResourceLimits()) throws(SCIMError) {
        let reader = AttributeReader(limits: limits)
        let read = try reader.resource(attributes, of: .user)
        userName = try reader.checkName(
            read["userName"]?.stringValue, at: "userName", longest: limits.userNameBytes)
        self.attributes = read
    }

    package var externalID: String? { attributes["externalId"]?.stringValue }
    /// A user is active unless told otherwise.
    package var isActive: Bool { attributes["active"]?.boolValue ?? true }
    package var displayName: String? { attributes["displayName"]?.stringValue }
    package var givenName: String? { attributes["name"]?["givenName"]?.stringValue }
    package var familyName: String? { attributes["name"]?["familyName"]?.stringValue }
    package var formattedName: String? { attributes["name"]?["formatted"]?.stringValue }
    package var primaryEmail: String? { email { $0.isPrimary } }
    package var workEmail: String? { email { $0["type"]?.stringValue?.isSameName(as: "work") == true } }
    /// The address to write to: the primary one, else that of work, else the first.
    package var email: String? { primaryEmail ?? workEmail ?? email { _ in true } }

    /// The text by which user names are unique and found: they are not case exact.
    package var userNameKey: Key { Key(CaseFolding.key(userName)) }

    private func email(where isChosen: (JSONValue) -> Bool) -> String? {
        let emails = attributes["emails"]?.arrayValue ?? []
        return emails.first { isChosen($0) && $0["value"]?.stringValue?.isEmpty == false }?["value"]?.stringValue
    }
}
