package import StrictJSON

/// One policy of `policies.d` as written, with the places that messages need. AccessPolicy says what it means.
package struct PolicyFileEntry: Sendable {
    package struct Grant: Sendable {
        package let namespace: Located<String>
        package let roles: [Located<String>]
    }

    package struct Example: Sendable {
        package enum Expectation: String, CaseIterable, Hashable, Sendable {
            case accept, refuse
        }

        package let expectation: Expectation
        package let claims: JSONObject
        package let position: ConfigurationPosition
    }

    package enum Mode: String, CaseIterable, Hashable, Sendable {
        /// Decides.
        case enforce
        /// Decides and is recorded, grants nothing.
        case audit
    }

    package let name: Located<String>
    package let provider: Located<String>
    /// CEL, exactly as written: no variables are put in.
    package let when: Located<String>
    package let subject: Located<String>?
    package let grants: [Grant]
    /// `credentials.types`; `nil` when not set.
    package let credentialTypes: [Located<String>]?
    /// `credentials.max_ttl` in seconds.
    package let maximumLifetime: Int64?
    package let audiences: [Located<String>]
    package let singleUse: Bool
    package let mode: Mode
    package let examples: [Example]

    /// Where the policy begins.
    package let position: ConfigurationPosition
}
