package import Secrets

/// A token exchange as the client asked for it (RFC 8693 §2.1). The tokens are unverified.
package struct TokenExchangeRequest: Sendable {
    /// The kinds of token that we take, all of them JWTs in the end.
    package enum SubjectTokenType: Hashable, Sendable, CaseIterable {
        case jwt, idToken, accessToken

        package var urn: TokenTypeURN {
            switch self {
            case .jwt: .jwt
            case .idToken: .idToken
            case .accessToken: .accessToken
            }
        }
    }

    /// What we issue.
    package enum RequestedTokenType: Hashable, Sendable, CaseIterable {
        case accessToken, apiToken

        package var urn: TokenTypeURN {
            switch self {
            case .accessToken: .accessToken
            case .apiToken: .apiToken
            }
        }
    }

    package let subjectToken: Secret
    package let subjectTokenType: SubjectTokenType
    /// Present exactly when `actorTokenType` is.
    package let actorToken: Secret?
    package let actorTokenType: SubjectTokenType?
    package let audiences: [String]
    /// Absolute URIs without fragment (RFC 8707 §2).
    package let resources: [String]
    /// `nil`: whatever the policies grant.
    package let scope: Scope?
    package let requestedTokenType: RequestedTokenType
    package let client: ClientAuthentication

    package var clientID: String? { client.clientID }
    package var clientSecret: Secret? { client.clientSecret }

    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        guard try GrantType(form) == .tokenExchange else { throw OAuthError(.unsupportedGrantType) }
        client = try ClientAuthentication(form, authorization: authorization)
        guard let subjectToken = form.secret("subject_token") else {
            throw OAuthError(.invalidRequest, "subject_token is missing")
        }
        guard let subjectTokenType = try Self.tokenType("subject_token_type", in: form) else {
            throw OAuthError(.invalidRequest, "subject_token_type is missing")
        }
        (self.subjectToken, self.subjectTokenType) = (subjectToken, subjectTokenType)
        actorToken = form.secret("actor_token")
        actorTokenType = try Self.tokenType("actor_token_type", in: form)
        guard (actorToken == nil) == (actorTokenType == nil) else {
            throw OAuthError(.invalidRequest, "actor_token and actor_token_type belong together")
        }
        requestedTokenType = try Self.requestedTokenType(form)
        audiences = form.all("audience")
        resources = try form.resources()
        scope = try form.scope()
    }

    private static func tokenType(_ name: String, in form: FormBody) throws(OAuthError) -> SubjectTokenType? {
        guard let text = form[name] else { return nil }
        guard let type = SubjectTokenType.allCases.first(where: { $0.urn == TokenTypeURN(text) }) else {
            throw OAuthError(.invalidRequest, "\(name) is not supported")
        }
        return type
    }

    /// RFC 8693 §2.1: at our discretion when absent.
    private static func requestedTokenType(_ form: FormBody) throws(OAuthError) -> RequestedTokenType {
        guard let text = form["requested_token_type"] else { return .accessToken }
        guard let type = RequestedTokenType.allCases.first(where: { $0.urn == TokenTypeURN(text) }) else {
            throw OAuthError(.invalidRequest, "requested_token_type is not supported")
        }
        return type
    }
}
