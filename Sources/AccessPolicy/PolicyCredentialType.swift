/// What a policy may let an exchange issue, as written in `credentials.types`.
package enum PolicyCredentialType: String, CaseIterable, Hashable, Sendable {
    /// A signed JWT (RFC 9068).
    case accessToken = "access_token"
    /// An opaque token in the credential store.
    case apiToken = "API_TOKEN"
}
