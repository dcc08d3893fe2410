import OAuth
import Secrets
import StrictJSON
import Testing

@Suite("Token requests")
struct TokenRequestTests {
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let basic = "Basic YTpi"
    private static let device = "urn:ietf:params:oauth:grant-type:device_code"
    private static let code = [
        ("grant_type", "authorization_code"), ("code", "c"), ("code_verifier", verifier), ("client_id", "a"),
    ]

    private static func read(_ parameters: [(String, String)], _ header: String? = nil) throws -> TokenRequest {
        try TokenRequest(try form(parameters), authorization: header)
    }

    @Test("an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5)")
    func authorizationCode() throws {
        let request = try Self.read(Self.code + [("redirect_uri", "https://a/cb")])
        guard case .authorizationCode(let code, "https://a/cb", let verifier, let client) = request else {
            Issue.record("\(request)")
            return
        }
        #expect(code.revealText() == "c" && verifier.secret.revealText() == Self.verifier)
        #expect(client.clientID == "a" && client.method == .none && request.client.clientID == "a")
        #expect(request.grantType == .authorizationCode)
        guard case .authorizationCode(_, nil, _, _) = try Self.read(Self.code, Self.basic) else {
            Issue.record("a redirect URI that was not sent")
            return
        }
    }

    @Test("the other grants")
    func others() throws {
        let refresh = try Self.read(
            [("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", "x y"), ("resource", "urn:x")],
            Self.basic)
        guard case .refreshToken(let token, let scope, ["urn:x"], _) = refresh else {
            Issue.record("\(refresh)")
            return
        }
        #expect(token.revealText() == "r" && scope?.text == "x y" && refresh.client.method == .clientSecretBasic)
        let credentials = try Self.read(
            [("grant_type", "client_credentials"), ("audience", "b"), ("audience", "c"), ("resource", "urn:x")],
            Self.basic)
        guard case .clientCredentials(nil, ["urn:x"], ["b", "c"], _) = credentials else {
            Issue.record("\(credentials)")
            return
        }
        let device = try Self.read([("grant_type", Self.device), ("device_code", "d"), ("client_id", "a")])
        guard case .deviceCode(let code, _) = device else {
            Issue.record("\(device)")
            return
        }
        #expect(code.revealText() == "d" && device.client.clientID == "a")
        let exchange = try Self.read([
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", "a.b.c"),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ])
        guard case .tokenExchange(let inner) = exchange else {
            Issue.record("\(exchange)")
            return
        }
        #expect(inner.subjectToken.revealText() == "a.b.c" && !exchange.client.isIdentified)
        #expect(
            [refresh, credentials, device, exchange].map(\.grantType) == [
                .refreshToken, .clientCredentials, .deviceCode, .tokenExchange,
            ])
    }

    @Test(
        "refused",
        arguments: [
            ([], nil, .invalidRequest, "grant_type is missing"),
            ([("grant_type", "password")], nil, .unsupportedGrantType, "grant_type is not supported"),
            ([("grant_type", "implicit")], basic, .unsupportedGrantType, "grant_type is not supported"),
            ([("grant_type", "token")], basic, .unsupportedGrantType, "grant_type is not supported"),
            ([("grant_type", "Refresh_Token")], basic, .unsupportedGrantType, "grant_type is not supported"),
            ([("grant_type", "refresh_to\u{212A}en")], basic, .unsupportedGrantType, "grant_type is not supported"),
            ([("grant_type", "device_code")], basic, .unsupportedGrantType, "grant_type is not supported"),
            (
                [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")], basic, .unsupportedGrantType,
                "grant_type is not supported"
            ),
            ([("grant_type", "authorization_code")], nil, .invalidClient, "client_id is missing"),
            ([("grant_type", "refresh_token")], nil, .invalidClient, "client_id is missing"),
            ([("grant_type", "client_credentials")], nil, .invalidClient, "client_id is missing"),
            ([("grant_type", device)], nil, .invalidClient, "client_id is missing"),
            (
                [("grant_type", "client_credentials"), ("client_id", "a")], nil, .invalidClient,
                "client authentication is missing"
            ),
            (
                [("grant_type", "client_credentials")], "Basic YTo=", .invalidClient, "client authentication is missing"
            ),
            ([("grant_type", "authorization_code")], basic, .invalidRequest, "code is missing"),
            (
                [("grant_type", "authorization_code"), ("code", "c")], basic, .invalidRequest,
                "code_verifier is missing"
            ),
            (
                [("grant_type", "authorization_code"), ("code", "c"), ("code_verifier", "x")], basic, .invalidRequest,
                "code_verifier must be 43 to 128 letters, digits, '-', '.', '_' or '~'"
            ),
            ([("grant_type", "refresh_token")], basic, .invalidRequest, "refresh_token is missing"),
            ([("grant_type", device)], basic, .invalidRequest, "device_code is missing"),
            (
                [("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", " ")], basic, .invalidScope,
                "invalid scope: tokens are separated by one space"
            ),
            (
                [("grant_type", "client_credentials"), ("resource", "x")], basic, .invalidTarget,
                "invalid resource: not an absolute URI"
            ),
            (
                code + [("client_secret", "s"), ("client_assertion", "x")], nil, .invalidRequest,
                "client_assertion and client_assertion_type belong together"
            ),
        ] as [([(String, String)], String?, OAuthErrorCode, String)])
    func refused(
        _ parameters: [(String, String)], _ header: String?, with code: OAuthErrorCode, because description: String
    ) throws {
        let form = try form(parameters)
        let error = refusal { () throws(OAuthError) in _ = try TokenRequest(form, authorization: header) }
        #expect(error == OAuthError(code, description))
    }

    @Test("a response with all and with the least (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)")
    func response() throws {
        let full = TokenResponse(
            accessToken: Secret(utf8: "x.y.z"), expiresIn: 900, refreshToken: Secret(utf8: "gth_rt_x"),
            scope: try Scope("openid email"), idToken: Secret(utf8: "i.d.t"), issuedTokenType: .accessToken)
        #expect(
            full.body == [
                "access_token": "x.y.z", "token_type": "Bearer", "expires_in": 900, "refresh_token": "gth_rt_x",
                "scope": "openid email", "id_token": "i.d.t",
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            ])
        for secret in ["x.y.z", "gth_rt_x", "i.d.t"] { #expect(!"\(full)".contains(secret)) }
        for seconds in [nil, 0, -1, .min] as [Int64?] {
            let least = TokenResponse(accessToken: Secret(utf8: "x"), expiresIn: seconds)
            #expect(least.body == ["access_token": "x", "token_type": "Bearer"])
        }
    }
}
