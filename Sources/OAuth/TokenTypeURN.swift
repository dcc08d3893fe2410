internal import Identifiers

/// What kind of token a parameter holds (RFC 8693 §3).
package struct TokenTypeURN: ByteIdentifier {
    package let rawValue: String
    package init(_ text: String) { rawValue = text }

    package static let accessToken = TokenTypeURN("urn:ietf:params:oauth:token-type:access_token")
    package static let refreshToken = TokenTypeURN("urn:ietf:params:oauth:token-type:refresh_token")
    package static let idToken = TokenTypeURN("urn:ietf:params:oauth:token-type:id_token")
    package static let jwt = TokenTypeURN("urn:ietf:params:oauth:token-type:jwt")
    /// Ours: an opaque token in the credential store.
    package static let apiToken = TokenTypeURN("urn:gatehouse:params:oauth:token-type:api-token")
}
