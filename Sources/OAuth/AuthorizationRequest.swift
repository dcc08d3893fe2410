internal import Identifiers
package import Secrets

/// A request for a code (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), with PKCE always (RFC 9700 §2.1.1).
///
/// Read in two stages, because what is wrong before client and redirect URI are known must be shown to the person and
/// never be redirected (RFC 6749 §4.1.2.1): first the `Target`, then, with it, the rest.
package struct AuthorizationRequest: Sendable {
    /// The parameters that may come more than once (RFC 8707 §2).
    package static let repeatable = ["resource"]

    package let target: Target
    package let scope: Scope?
    /// Given back in the ID token (OpenID Connect Core §3.1.2.1).
    package let nonce: String?
    package let challenge: CodeChallenge
    package let prompts: Set<Prompt>
    /// Seconds since the person last signed in; 0 means now.
    package let maxAge: Int64?
    package let loginHint: String?
    /// In the client's order of preference.
    package let acrValues: [String]
    package let resources: [String]
    package let uiLocales: String?
    /// `query` where the client says it; there is no other (OAuth 2.0 Multiple Response Types §2.1).
    package let responseMode: String?
    package let idTokenHint: Secret?

    package var clientID: String { target.clientID }
    package var redirectURI: RedirectURI? { target.redirectURI }
    package var state: String? { target.state }
    package var responseType: String { Self.responseType }
    /// Whether an ID token is wanted (OpenID Connect Core §3.1.2.1).
    package var isOpenID: Bool { scope?.contains("openid") == true }

    private static let responseType = "code"
    private static let longestAge: Int64 = 1_000_000_000

    /// The parameters of a query string, or of a body (OpenID Connect Core §3.1.2.1). One that cannot be read names no
    /// target, so what is wrong is shown.
    package static func form(_ bytes: [UInt8]) throws(OAuthError) -> FormBody {
        do { return try FormBody(bytes, repeatable: repeatable) } catch { throw OAuthError(error) }
    }

    /// `target` is of the same form, checked against the client's registration.
    package init(_ form: FormBody, target: Target) throws(OAuthError) {
        self.target = target
        _ = try form.printable("state")
        try Self.refuseUnsupported(form)
        responseMode = form["response_mode"]
        scope = try form.scope()
        nonce = try form.printable("nonce")
        challenge = try CodeChallenge(method: form["code_challenge_method"], challenge: form["code_challenge"])
        prompts = try Prompt.set(form["prompt"])
        maxAge = try form["max_age"].map(Self.age)
        loginHint = try form.typed("login_hint")
        acrValues = try form.printable("acr_values").map(Self.words) ?? []
        resources = try form.resources()
        uiLocales = try form.printable("ui_locales")
        idTokenHint = try form.hintToken("id_token_hint")
    }

    private static func refuseUnsupported(_ form: FormBody) throws(OAuthError) {
        // OpenID Connect Core §6.1, §6.2, §7.2.1. They could change all that the other parameters say.
        if form["request"] != nil { throw OAuthError(.requestNotSupported) }
        if form["request_uri"] != nil { throw OAuthError(.requestURINotSupported) }
        if form["registration"] != nil { throw OAuthError(.registrationNotSupported) }
        guard let type = form["response_type"] else {
            throw OAuthError(.invalidRequest, "response_type is missing")
        }
        guard type.hasSameBytes(as: responseType) else {
            throw OAuthError(.unsupportedResponseType, "response_type must be code")
        }
        guard form["response_mode"].map({ $0.hasSameBytes(as: "query") }) ?? true else {
            throw OAuthError(.invalidRequest, "response_mode must be query")
        }
    }

    private static func age(_ text: String) throws(OAuthError) -> Int64 {
        // `Int64("+5")` is 5; ten digits cannot overflow.
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit), let age = Int64(text),
            age <= longestAge
        else { throw OAuthError(.invalidRequest, "max_age must be a whole number of seconds up to \(longestAge)") }
        return age
    }

    private static func words(_ text: String) -> [String] {
        text.utf8.split(separator: 0x20).map { String(Substring($0)) }
    }
}
