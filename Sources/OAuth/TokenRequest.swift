internal import Identifiers
package import Secrets

/// What is asked of the token endpoint, by grant (RFC 6749 §4, RFC 8628 §3.4, RFC 8693 §2.1). Nothing is verified here.
///
/// Every grant but the exchange is bound to a client, so a request without one is refused here: absent is never a match.
package enum TokenRequest: Sendable {
    /// RFC 6749 §4.1.3. `redirectURI` must be the same bytes as in the authorization request, or absent as there.
    case authorizationCode(
        code: Secret, redirectURI: String?, verifier: CodeVerifier, client: ClientAuthentication)
    /// RFC 6749 §6, RFC 8707 §2.2. `scope` `nil`: as before.
    case refreshToken(token: Secret, scope: Scope?, resources: [String], client: ClientAuthentication)
    /// RFC 6749 §4.4
    case clientCredentials(scope: Scope?, resources: [String], audiences: [String], client: ClientAuthentication)
    /// RFC 8628 §3.4
    case deviceCode(code: Secret, client: ClientAuthentication)
    case tokenExchange(TokenExchangeRequest)

    package init(_ form: FormBody, authorization: String?) throws(OAuthError) {
        let grant = try GrantType(form)
        // The password grant gives a client what only the broker may see (RFC 9700 §2.4), so it is as unknown as others.
        guard Self.grantTypes.contains(grant) else {
            throw OAuthError(.unsupportedGrantType, "grant_type is not supported")
        }
        if grant == .tokenExchange {
            self = .tokenExchange(try TokenExchangeRequest(form, authorization: authorization))
            return
        }
        let client = try ClientAuthentication(form, authorization: authorization)
        guard client.isIdentified else { throw OAuthError(.invalidClient, "client_id is missing") }
        switch grant {
        case .authorizationCode:
            self = .authorizationCode(
                code: try form.required("code"), redirectURI: form["redirect_uri"],
                verifier: try CodeVerifier(try form.required("code_verifier")), client: client)
        case .refreshToken:
            self = .refreshToken(
                token: try form.required("refresh_token"), scope: try form.scope(), resources: try form.resources(),
                client: client)
        case .deviceCode:
            self = .deviceCode(code: try form.required("device_code"), client: client)
        default:
            // RFC 6749 §4.4.2: only who can prove who it is.
            guard client.method != .none else { throw OAuthError(.invalidClient, "client authentication is missing") }
            self = .clientCredentials(
                scope: try form.scope(), resources: try form.resources(), audiences: form.all("audience"),
                client: client)
        }
    }

    /// What `init` reads.
    package static let grantTypes: [GrantType] = [
        .authorizationCode, .refreshToken, .clientCredentials, .deviceCode, .tokenExchange,
    ]

    package var client: ClientAuthentication {
        switch self {
        case .authorizationCode(_, _, _, let client), .refreshToken(_, _, _, let client),
            .clientCredentials(_, _, _, let client), .deviceCode(_, let client):
            client
        case .tokenExchange(let request): request.client
        }
    }

    package var grantType: GrantType {
        switch self {
        case .authorizationCode: .authorizationCode
        case .refreshToken: .refreshToken
        case .clientCredentials: .clientCredentials
        case .deviceCode: .deviceCode
        case .tokenExchange: .tokenExchange
        }
    }
}

extension FormBody {
    fileprivate func required(_ name: String) throws(OAuthError) -> Secret {
        guard let secret = secret(name) else { throw OAuthError(.invalidRequest, "\(name) is missing") }
        return secret
    }
}
