package import Secrets
package import StrictJSON

/// What a successful exchange answers (RFC 8693 §2.2.1). Sent with `Cache-Control: no-store` (RFC 6749 §5.1).
package struct TokenExchangeResponse: Sendable {
    /// How the issued token is used (RFC 6749 §7.1).
    package enum TokenType: String, Hashable, Sendable {
        case bearer = "Bearer"
        /// The issued token is no access token to be sent to a resource (RFC 8693 §2.2.1).
        case notApplicable = "N_A"
    }

    package let accessToken: Secret
    package let issuedTokenType: TokenTypeURN
    package let tokenType: TokenType
    /// Seconds; what is past or unknown is not said.
    package let expiresIn: Int64?
    /// Required when it differs from what was asked for (RFC 8693 §2.2.1), so we always say it when there is one.
    package let scope: Scope?

    package init(
        accessToken: Secret, issuedTokenType: TokenTypeURN, tokenType: TokenType = .bearer, expiresIn: Int64?,
        scope: Scope?
    ) {
        self.accessToken = accessToken
        self.issuedTokenType = issuedTokenType
        self.tokenType = tokenType
        self.expiresIn = expiresIn.flatMap { $0 > 0 ? $0 : nil }
        self.scope = scope
    }

    package var body: JSONValue {
        var object = JSONObject()
        object["access_token"] = JSONValue(accessToken.revealText())
        object["issued_token_type"] = JSONValue(issuedTokenType.rawValue)
        object["token_type"] = JSONValue(tokenType.rawValue)
        object["expires_in"] = expiresIn.map { .integer($0) }
        object["scope"] = scope.map { JSONValue($0.text) }
        return .object(object)
    }
}
