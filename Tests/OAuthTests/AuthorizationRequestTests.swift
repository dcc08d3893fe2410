import OAuth
import Secrets
import Testing

@Suite("Authorization requests (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1)")
struct AuthorizationRequestTests {
    private static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private static let minimal = [
        ("client_id", "app"), ("response_type", "code"), ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]

    /// The minimal request with parameters replaced, added, or (value empty) taken away.
    private static func form(_ changes: [(String, String)]) throws -> FormBody {
        let changed = Set(changes.map(\.0))
        return try OAuthTests.form(minimal.filter { !changed.contains($0.0) } + changes)
    }

    private static func read(_ changes: [(String, String)]) throws -> AuthorizationRequest {
        let form = try form(changes)
        return try AuthorizationRequest(form, target: try AuthorizationRequest.Target(form))
    }

    @Test("the least a request can say")
    func least() throws {
        let request = try Self.read([])
        #expect(request.clientID == "app" && request.redirectURI == nil && request.state == nil)
        #expect(request.responseType == "code")
        #expect(request.challenge.rawValue == Self.challenge)
        #expect(request.scope == nil && !request.isOpenID && request.nonce == nil && request.maxAge == nil)
        #expect(request.prompts.isEmpty && request.acrValues.isEmpty && request.resources.isEmpty)
        #expect(request.loginHint == nil && request.uiLocales == nil && request.idTokenHint == nil)
    }

    @Test("all it can say")
    func all() throws {
        let request = try Self.read([
            ("redirect_uri", "http://127.0.0.1:7000/cb"), ("scope", "openid email"), ("state", "a &\"~"),
            ("nonce", String(repeating: "n", count: 2048)), ("prompt", "login consent login"),
            ("max_age", "1000000000"),
            ("login_hint", "jörg@example.com"), ("acr_values", "phr  phrh"), ("resource", "https://a.example"),
            ("resource", "urn:b"), ("ui_locales", "de-CH en"), ("response_mode", "query"), ("id_token_hint", "a.b.c"),
            ("display", "page"), ("claims", "{}"),
        ])
        #expect(request.redirectURI?.rawValue == "http://127.0.0.1:7000/cb")
        #expect(request.isOpenID && request.state == "a &\"~" && request.nonce?.utf8.count == 2048)
        #expect(request.prompts == [.login, .consent] && request.maxAge == 1_000_000_000)
        #expect(request.loginHint == "jörg@example.com" && request.acrValues == ["phr", "phrh"])
        #expect(request.resources == ["https://a.example", "urn:b"] && request.uiLocales == "de-CH en")
        #expect(request.idTokenHint?.revealText() == "a.b.c" && request.responseMode == "query")
        #expect(try Self.read([("max_age", "0"), ("prompt", "none")]).maxAge == 0)
        #expect(try Self.read([("max_age", "0"), ("prompt", "none")]).prompts == [.none])
        #expect(try !Self.read([("scope", "email openid2")]).isOpenID)
    }

    @Test(
        "shown to the person and never redirected (RFC 6749 §4.1.2.1)",
        arguments: [
            ([("client_id", "")], "client_id is missing"),
            ([("client_id", "a\n")], "client_id has a character that is not allowed or is too long"),
            ([("client_id", "\u{212A}")], "client_id has a character that is not allowed or is too long"),
            (
                [("client_id", String(repeating: "a", count: 256))],
                "client_id has a character that is not allowed or is too long"
            ),
            ([("redirect_uri", "/cb")], "invalid redirect URI: not an absolute URI"),
            ([("redirect_uri", "https://a/#")], "invalid redirect URI: has a fragment"),
            (
                [("redirect_uri", "javascript:alert(1)")],
                "invalid redirect URI: must be https, http on loopback, or a private-use scheme with a dot"
            ),
        ] as [([(String, String)], String)])
    func refusedTarget(_ changes: [(String, String)], because description: String) throws {
        let form = try Self.form(changes)
        let error = refusal { () throws(OAuthError) in _ = try AuthorizationRequest.Target(form) }
        #expect(error == OAuthError(.invalidRequest, description))
    }

    private static let age = "max_age must be a whole number of seconds up to 1000000000"
    private static let prompt = "prompt must be of none, login, consent and select_account"
    private static func long(_ name: String) -> String { "\(name) must be at most 2048 printable ASCII characters" }

    @Test(
        "refused",
        arguments: [
            ([("response_type", "")], .invalidRequest, "response_type is missing"),
            ([("response_type", "token")], .unsupportedResponseType, "response_type must be code"),
            ([("response_type", "id_token")], .unsupportedResponseType, "response_type must be code"),
            ([("response_type", "code id_token")], .unsupportedResponseType, "response_type must be code"),
            ([("response_type", "CODE")], .unsupportedResponseType, "response_type must be code"),
            ([("response_type", "code ")], .unsupportedResponseType, "response_type must be code"),
            ([("request", "a.b.c")], .requestNotSupported, nil),
            ([("request_uri", "https://a.example/r")], .requestURINotSupported, nil),
            ([("request_uri", "urn:x"), ("response_type", "")], .requestURINotSupported, nil),
            ([("registration", "{}")], .registrationNotSupported, nil),
            ([("response_mode", "fragment")], .invalidRequest, "response_mode must be query"),
            ([("response_mode", "form_post")], .invalidRequest, "response_mode must be query"),
            ([("code_challenge", "")], .invalidRequest, "code_challenge is missing"),
            ([("code_challenge_method", "")], .invalidRequest, "code_challenge_method must be S256"),
            ([("code_challenge_method", "plain")], .invalidRequest, "code_challenge_method must be S256"),
            ([("code_challenge", "x")], .invalidRequest, "code_challenge must be a SHA-256 in base64url"),
            ([("scope", "openid  email")], .invalidScope, "invalid scope: tokens are separated by one space"),
            ([("scope", "é")], .invalidScope, "invalid scope: has a character that is not allowed"),
            ([("state", String(repeating: "s", count: 2049))], .invalidRequest, long("state")),
            ([("state", "a\r\nb")], .invalidRequest, long("state")), ([("state", "é")], .invalidRequest, long("state")),
            ([("nonce", String(repeating: "s", count: 2049))], .invalidRequest, long("nonce")),
            ([("nonce", "\t")], .invalidRequest, long("nonce")),
            ([("prompt", "create")], .invalidRequest, prompt), ([("prompt", "Login")], .invalidRequest, prompt),
            ([("prompt", "login  consent")], .invalidRequest, prompt), ([("prompt", " ")], .invalidRequest, prompt),
            ([("prompt", "none login")], .invalidRequest, "prompt=none excludes the other values"),
            ([("prompt", "consent none")], .invalidRequest, "prompt=none excludes the other values"),
            ([("max_age", "-1")], .invalidRequest, age), ([("max_age", "+1")], .invalidRequest, age),
            ([("max_age", "1.0")], .invalidRequest, age), ([("max_age", "1e3")], .invalidRequest, age),
            ([("max_age", " 1")], .invalidRequest, age), ([("max_age", "\u{661}")], .invalidRequest, age),
            ([("max_age", "1000000001")], .invalidRequest, age), ([("max_age", "9999999999")], .invalidRequest, age),
            ([("max_age", "99999999999999999999999")], .invalidRequest, age),
            (
                [("login_hint", "a\nb")], .invalidRequest,
                "login_hint has control characters or is longer than 2048 bytes"
            ),
            ([("acr_values", "é")], .invalidRequest, long("acr_values")),
            ([("ui_locales", "\u{0B}")], .invalidRequest, long("ui_locales")),
            ([("resource", "https://a"), ("resource", "x")], .invalidTarget, "invalid resource: not an absolute URI"),
            ([("resource", "https://a#b")], .invalidTarget, "invalid resource: has a fragment"),
            (
                [("id_token_hint", String(repeating: "a", count: 16_385))], .invalidRequest,
                "id_token_hint is too long"
            ),
        ] as [([(String, String)], OAuthErrorCode, String?)])
    func refused(_ changes: [(String, String)], with code: OAuthErrorCode, because description: String?) throws {
        let form = try Self.form(changes)
        let target = try AuthorizationRequest.Target(form)
        let error = refusal { () throws(OAuthError) in _ = try AuthorizationRequest(form, target: target) }
        #expect(error == OAuthError(code, description))
    }

    @Test("only resource may repeat; the state is known before the rest is read, unless it may not be given back")
    func repeating() throws {
        let twice = refusal { () throws(OAuthError) in
            _ = try AuthorizationRequest.form(Array("client_id=a&audience=b&audience=c".utf8))
        }
        #expect(twice == OAuthError(.invalidRequest, "a parameter comes twice: audience"))
        let form = try AuthorizationRequest.form(Array("client_id=a&resource=b&resource=c".utf8))
        #expect(form.all("resource") == ["b", "c"])
        #expect(try AuthorizationRequest.Target(try Self.form([("state", "s"), ("prompt", "x")])).state == "s")
        #expect(try AuthorizationRequest.Target(try Self.form([("state", "s\n")])).state == nil)
    }

    @Test(
        "answers (RFC 6749 §4.1.2, RFC 9207 §2)",
        arguments: [
            (.code(Secret(utf8: "c/1")), "s &", "https://a/cb?code=c%2F1&state=s%20%26&iss=https%3A%2F%2Fid.example"),
            (.code(Secret(utf8: "c")), nil, "https://a/cb?code=c&iss=https%3A%2F%2Fid.example"),
            (
                .error(OAuthError(.loginRequired)), "s",
                "https://a/cb?error=login_required&state=s&iss=https%3A%2F%2Fid.example"
            ),
            (
                .error(OAuthError(.invalidScope, "a\r\n&b=\"")), nil,
                "https://a/cb?error=invalid_scope&error_description=a%3F%3F%26b%3D%27&iss=https%3A%2F%2Fid.example"
            ),
        ] as [(AuthorizationAnswer.Outcome, String?, String)])
    func answers(_ outcome: AuthorizationAnswer.Outcome, _ state: String?, location: String) throws {
        let uri = try RedirectURI("https://a/cb")
        let answer = AuthorizationAnswer(outcome, to: uri, state: state, issuer: "https://id.example")
        #expect(answer.location == location)
    }
}
