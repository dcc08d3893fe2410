import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON

/// What the token endpoint gave (RFC 6749 §5.1).
struct TokenGrant: Sendable {
    let accessToken: Secret
    /// Seconds. The server need not say; then it is taken for short.
    let expiresIn: Int64
    let refreshToken: Secret?
    let scope: String?
    let idToken: Secret?

    init?(_ answer: JSONValue) {
        guard let token = answer["access_token"]?.stringValue, !token.isEmpty,
            answer["token_type"]?.stringValue?.lowercased() == "bearer"
        else { return nil }
        func secret(_ name: String) -> Secret? {
            answer[name]?.stringValue.flatMap { $0.isEmpty ? nil : Secret(utf8: $0) }
        }
        accessToken = Secret(utf8: token)
        expiresIn = max(0, answer["expires_in"]?.integerValue ?? 300)
        (refreshToken, idToken) = (secret("refresh_token"), secret("id_token"))
        scope = answer["scope"]?.stringValue
    }

    /// A name to show. The ID token comes from the token endpoint itself, which is why its signature need not be checked
    /// (OpenID Connect Core §3.1.3.7, 6); and nothing is decided by it.
    func who(issuer: String) -> String? {
        guard let idToken, let token = try? UnverifiedToken.parse(idToken.reveal()),
            token.claims.issuer?.rawValue.utf8.elementsEqual(issuer.utf8) == true,
            token.claims.audiences.contains(where: { $0.rawValue.utf8.elementsEqual(AuthorizationServer.clientID.utf8) }
            )
        else { return nil }
        return ["email", "preferred_username", "name", "sub"].lazy
            .compactMap { token.claims[$0]?.stringValue }.first { !$0.isEmpty }
    }
}

/// What the token endpoint answers: tokens, or a refusal of RFC 6749 §5.2 or RFC 8628 §3.5.
enum TokenAnswer: Sendable {
    case granted(TokenGrant)
    case refused(OAuthRefusal)
}

/// An `error` as it came, with the server's words for it.
struct OAuthRefusal: Hashable, Sendable {
    let text: String
    let description: String?

    init(_ text: String, _ description: String? = nil) { (self.text, self.description) = (text, description) }

    var code: OAuthErrorCode? { OAuthErrorCode(rawValue: text) }
}
