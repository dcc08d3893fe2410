package import Secrets

/// What a client believes a token to be; a hint only, a wrong one changes nothing (RFC 7009 §2.1).
package enum TokenTypeHint: String, Hashable, Sendable {
    case accessToken = "access_token"
    case refreshToken = "refresh_token"
}

/// A question whether a token is active (RFC 7662 §2.1).
package struct IntrospectionRequest: Sendable {
    package let token: Secret
    package let tokenTypeHint: TokenTypeHint?
    package let client: ClientAuthentication

    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        client = try ClientAuthentication(form, authorization: authorization)
        (token, tokenTypeHint) = try form.presentedToken()
    }
}

/// A token that its holder gives up (RFC 7009 §2.1).
package struct RevocationRequest: Sendable {
    package let token: Secret
    package let tokenTypeHint: TokenTypeHint?
    package let client: ClientAuthentication

    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        client = try ClientAuthentication(form, authorization: authorization)
        (token, tokenTypeHint) = try form.presentedToken()
    }
}

extension FormBody {
    /// Unknown hints are as none (RFC 7662 §2.1, RFC 7009 §2.2.1).
    fileprivate func presentedToken() throws(OAuthError) -> (Secret, TokenTypeHint?) {
        guard let token = secret("token") else { throw OAuthError(.invalidRequest, "token is missing") }
        return (token, self["token_type_hint"].flatMap { TokenTypeHint(rawValue: $0) })
    }
}
