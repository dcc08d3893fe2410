package import Secrets
package import StrictJSON

/// What the token endpoint answers to the grants other than exchange (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
/// Sent with `Cache-Control: no-store`.
package struct TokenResponse: Sendable {
    package let accessToken: Secret
    /// Seconds; what is past or unknown is not said.
    package let expiresIn: Int64?
    package let refreshToken: Secret?
    /// Required when it differs from what was asked for, so we always say it when there is one.
    package let scope: Scope?
    package let idToken: Secret?
    /// Only where the client asked by the names of RFC 8693.
    package let issuedTokenType: TokenTypeURN?

    package init(
        accessToken: Secret, expiresIn: Int64?, refreshToken: Secret? = nil, scope: Scope? = nil,
        idToken: Secret? = nil, issuedTokenType: TokenTypeURN? = nil
    ) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn.flatMap { $0 > 0 ? $0 : nil }
        self.refreshToken = refreshToken
        self.scope = scope
        self.idToken = idToken
        self.issuedTokenType = issuedTokenType
    }

    package var body: JSONValue {
        var object = JSONObject()
        object["access_token"] = JSONValue(accessToken.revealText())
        object["token_type"] = "Bearer"
        object["expires_in"] = expiresIn.map { .integer($0) }
        object["refresh_token"] = refreshToken.map { JSONValue($0.revealText()) }
        object["scope"] = scope.map { JSONValue($0.text) }
        object["id_token"] = idToken.map { JSONValue($0.revealText()) }
        object["issued_token_type"] = issuedTokenType.map { JSONValue($0.rawValue) }
        return .object(object)
    }
}
