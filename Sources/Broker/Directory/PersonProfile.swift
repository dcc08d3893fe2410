package import StrictJSON

/// What is known of a person beside their name and their roles. Only people have one.
package struct PersonProfile: Hashable, Sendable {
    /// Who vouches for the person at sign-in.
    package enum Management: String, CaseIterable, Hashable, Sendable {
        /// A provider: single sign-on.
        case provider = "SSO"
        /// Nobody: they have API credentials only.
        case local = "VOLTERRA_MANAGED"
        case undefined = "UNDEFINED"
    }

    /// Who keeps the record up to date.
    package enum Source: String, CaseIterable, Hashable, Sendable {
        case administrators = "SELF"
        case directory = "SCIM"
    }

    /// The e-mail address in the form in which it is unique: ASCII letters small, the rest as it is.
    package let login: String
    package var firstName: String
    package var lastName: String
    package var management: Management
    package var source: Source

    package init(
        login: String, firstName: String, lastName: String, management: Management = .provider,
        source: Source = .administrators
    ) {
        self.login = login
        self.firstName = firstName
        self.lastName = lastName
        self.management = management
        self.source = source
    }

    /// RFC 5321 §2.4 lets only the part before `@` be case-sensitive, and no provider uses that; two people whose
    /// addresses differ in case would be taken for each other by everybody else.
    package static func login(_ email: String) -> String {
        String(
            decoding: email.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 },
            as: UTF8.self)
    }

    /// `nil` when it does not read.
    package init?(login: String, document: JSONObject) {
        guard let management = document["idm_type"]?.stringValue.flatMap(Management.init(rawValue:)),
            let source = document["sync_mode"]?.stringValue.flatMap(Source.init(rawValue:)),
            let firstName = document["first_name"]?.stringValue, let lastName = document["last_name"]?.stringValue
        else { return nil }
        self.init(login: login, firstName: firstName, lastName: lastName, management: management, source: source)
    }

    package var document: JSONObject {
        [
            "first_name": JSONValue(firstName), "idm_type": JSONValue(management.rawValue),
            "last_name": JSONValue(lastName), "sync_mode": JSONValue(source.rawValue),
        ]
    }
}
