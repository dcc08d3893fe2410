internal import Identifiers

/// A `grant_type`: what a client offers the token endpoint (RFC 6749 §4).
package struct GrantType: ByteIdentifier {
    package let rawValue: String
    package init(_ text: String) { rawValue = text }

    package static let authorizationCode = GrantType("authorization_code")
    package static let refreshToken = GrantType("refresh_token")
    package static let clientCredentials = GrantType("client_credentials")
    /// RFC 8628 §3.4
    package static let deviceCode = GrantType("urn:ietf:params:oauth:grant-type:device_code")
    /// RFC 8693 §2.1
    package static let tokenExchange = GrantType("urn:ietf:params:oauth:grant-type:token-exchange")

    /// What the form asks for. Whether we offer it is the endpoint's question (`unsupported_grant_type`).
    package init(_ form: FormBody) throws(OAuthError) {
        guard let text = form["grant_type"] else { throw OAuthError(.invalidRequest, "grant_type is missing") }
        rawValue = text
    }
}
