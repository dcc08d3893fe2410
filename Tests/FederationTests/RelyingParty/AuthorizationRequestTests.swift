import Federation
import HTTPFetch
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

@Suite struct AuthorizationRequestTests {
    private func begin(_ stage: SignInStage) async throws -> (url: String, pending: PendingSignIn) {
        try await stage.registry().beginSignIn(SignInStage.name, stage.request, credential: stage.credential)
    }

    private func refusal(_ stage: SignInStage) async throws -> SignInRefusal? {
        do {
            _ = try await begin(stage)
            return nil
        } catch let refusal as SignInRefusal { return refusal }
    }

    @Test func asksForACodeWithPKCE() async throws {
        let stage = try SignInStage()
        let (url, pending) = try await begin(stage)
        #expect(url.hasPrefix(sampleIssuer + "/authorize?"))
        let query = try query(of: url)
        #expect(query["response_type"] == "code" && query["client_id"] == SignInStage.clientID)
        #expect(query["redirect_uri"] == SignInStage.redirectURI && query["scope"] == "openid profile email")
        #expect(query["state"] == pending.state && query["nonce"] == pending.nonce)
        #expect(query["code_challenge_method"] == "S256")
        #expect(query["code_challenge"] == Base64URL.encode(SHA2.sha256(pending.verifier.reveal())))
        #expect(!url.contains(pending.verifier.revealText()))
        for absent in ["prompt", "max_age", "acr_values", "login_hint", "ui_locales", "response_mode"] {
            #expect(query[absent] == nil, "\(absent)")
        }
        #expect(pending.startedAt.seconds == World.start && pending.issuer == sampleIssuer)
    }

    /// 160 bits at least (security rule 7), of base64url's letters, and never twice the same.
    @Test func randomTexts() async throws {
        let stage = try SignInStage()
        var seen: Set<String> = []
        for _ in 0..<20 {
            let pending = try await begin(stage).pending
            for text in [pending.state, pending.nonce, pending.verifier.revealText()] {
                #expect(try #require(Base64URL.decode(text)).count >= 20)
                #expect(seen.insert(text).inserted)
            }
        }
    }

    @Test(arguments: [["plain"], [], ["plain", "S512"]])
    func nothingTalksUsIntoPlain(_ methods: [String]) async throws {
        let stage = try SignInStage()
        stage.publish(["code_challenge_methods_supported": JSONValue(methods)])
        let query = try query(of: try await begin(stage).url)
        #expect(query["code_challenge_method"] == "S256" && query["code_challenge"]?.utf8.count == 43)
    }

    @Test func whatIsAskedForIsSent() async throws {
        var stage = try SignInStage()
        stage.client.prompt = "select_account"
        stage.client.scopes = ["email", "groups"]
        stage.client.responseMode = .formPost
        stage.client.additionalParameters = [
            "hd": "example.com", "state": "mine", "redirect_uri": "https://evil.example", "nonce": "n",
            "request_uri": "https://evil.example", "code_challenge_method": "plain", "login_hint": "x",
        ]
        stage.request = SignInRequest(
            redirectURI: SignInStage.redirectURI, maxAge: 60, acrValues: ["a b", "c"], loginHint: "ada&x=1@example.com",
            uiLocales: "de fr-CA")
        let (url, pending) = try await begin(stage)
        var query = try query(of: url)
        #expect(query["scope"] == "openid email groups" && query["prompt"] == "select_account")
        #expect(query["max_age"] == "60" && query["acr_values"] == "a b c" && query["ui_locales"] == "de fr-CA")
        #expect(query["login_hint"] == "ada&x=1@example.com" && query["response_mode"] == "form_post")
        #expect(query["hd"] == "example.com" && query["state"] == pending.state && query["nonce"] == pending.nonce)
        #expect(query["redirect_uri"] == SignInStage.redirectURI && query["request_uri"] == nil)
        #expect(query["code_challenge_method"] == "S256")
        #expect(pending.maxAge == 60 && pending.acrValues == ["a b", "c"])
        stage.client.passesLoginHint = false
        stage.request.prompt = "login"
        query = try FederationTests.query(of: try await begin(stage).url)
        #expect(query["login_hint"] == nil && query["prompt"] == "login")
    }

    /// RFC 6749 §3.1: the query that the endpoint has is kept.
    @Test func endpointWithAQuery() async throws {
        var stage = try SignInStage()
        stage.client.authorizationEndpoint = try FetchURL(sampleIssuer + "/authorize?p=policy")
        let url = try await begin(stage).url
        #expect(url.hasPrefix(sampleIssuer + "/authorize?p=policy&response_type=code&"))
    }

    static let refusals: [(String, @Sendable (inout SignInStage) throws -> Void, SignInRefusal)] = [
        ("no endpoint", { $0.publish(["authorization_endpoint": .null]) }, .missingEndpoint(.authorization)),
        (
            "another issuer", { $0.publish(["issuer": "https://evil.example"]) },
            .badAnswer(.metadata, .metadata(.issuerMismatch(nil)))
        ),
        (
            "plain http endpoint", { $0.publish(["token_endpoint": "http://idp.example/token"]) },
            .badAnswer(.metadata, .metadata(.invalidURL("token_endpoint", .notHTTPS)))
        ),
        (
            "endpoint inside", { $0.publish(["token_endpoint": "https://169.254.169.254/token"]) },
            .badAnswer(.metadata, .metadata(.invalidURL("token_endpoint", .addressRefused(.linkLocal))))
        ),
        ("insists on pushing", { $0.client.usesPushedAuthorization = true }, .cannotPush),
        (
            "must push and cannot", { $0.publish(["require_pushed_authorization_requests": true]) }, .cannotPush
        ),
        (
            "away",
            { $0.world.fail(sampleIssuer + "/.well-known/openid-configuration", .unreachable(.connectionRefused)) },
            .providerUnavailable(.metadata)
        ),
        (
            "redirect",
            { $0.world.answer(sampleIssuer + "/.well-known/openid-configuration", [], status: 302) },
            .badAnswer(.metadata, .redirect)
        ),
        (
            "down", { $0.world.answer(sampleIssuer + "/.well-known/openid-configuration", [], status: 503) },
            .providerUnavailable(.metadata)
        ),
        (
            "page", { $0.world.answer(sampleIssuer + "/.well-known/openid-configuration", Array("<html>".utf8)) },
            .badAnswer(.metadata, .metadata(.notJSON(JSONError(.notAnObject, at: 0))))
        ),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, change, expected) = Self.refusals[row]
        var stage = try SignInStage()
        #expect(try await refusal(stage) == nil)
        try change(&stage)
        #expect(try await refusal(stage) == expected, "\(rule)")
    }

    @Test func whoIsNoClientSignsNobodyIn() async throws {
        let stage = try SignInStage()
        let registry = try stage.world.registry(definition(kind: .oidc))
        await #expect(throws: SignInRefusal.notAClient) {
            try await registry.beginSignIn(SignInStage.name, stage.request, credential: .none)
        }
        await #expect(throws: SignInRefusal.unknownProvider) {
            try await registry.beginSignIn(ProviderName("other"), stage.request, credential: .none)
        }
        #expect(stage.world.requests.isEmpty)
    }
}

/// RFC 9126
@Suite struct PushedAuthorizationTests {
    private static let endpoint = sampleIssuer + "/par"
    private static let offered: JSONObject = ["pushed_authorization_request_endpoint": JSONValue(endpoint)]
    private static let answer: JSONObject = ["request_uri": "urn:ietf:params:oauth:request_uri:a+b", "expires_in": 60]

    @Test(arguments: [true, false])
    func pushes(_ isRequired: Bool) async throws {
        var stage = try SignInStage()
        stage.publish(
            isRequired ? Self.offered.with("require_pushed_authorization_requests", true) : Self.offered)
        if !isRequired { stage.client.usesPushedAuthorization = true }
        stage.world.answer(Self.endpoint, Self.answer.encoded(), status: 201)
        let (url, pending) = try await stage.registry().beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential)
        #expect(
            url == sampleIssuer
                + "/authorize?client_id=client-1&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aa%2Bb")
        let form = try stage.form(Self.endpoint)
        #expect(form["state"] == pending.state && form["code_challenge_method"] == "S256")
        #expect(form["client_id"] == SignInStage.clientID && form["client_secret"] == "s3cret")
        #expect(form["redirect_uri"] == SignInStage.redirectURI && form["request_uri"] == nil)
    }

    @Test func offeringIsNotAsking() async throws {
        let stage = try SignInStage()
        stage.publish(Self.offered)
        let url = try await stage.registry().beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential
        ).url
        #expect(try query(of: url)["request_uri"] == nil)
    }

    @Test func basicNamesTheClientInTheFormToo() async throws {
        var stage = try SignInStage()
        stage.publish(Self.offered)
        (stage.client.usesPushedAuthorization, stage.client.authentication) = (true, .clientSecretBasic)
        stage.world.answer(Self.endpoint, Self.answer.encoded(), status: 201)
        _ = try await stage.registry().beginSignIn(SignInStage.name, stage.request, credential: stage.credential)
        let form = try stage.form(Self.endpoint)
        #expect(form["client_id"] == SignInStage.clientID && form["client_secret"] == nil)
    }

    /// For one audience only, which is not where a code would be redeemed.
    @Test(arguments: [ClientRegistration.AssertionAudience.tokenEndpoint, .issuer])
    func anAssertionIsForTheIssuer(_ configured: ClientRegistration.AssertionAudience) async throws {
        var stage = try SignInStage()
        stage.publish(Self.offered)
        let key = try SigningKey(generating: .ES256)
        (stage.client.usesPushedAuthorization, stage.client.authentication) = (true, .privateKeyJWT)
        stage.client.assertionAudience = configured
        stage.credential = .privateKey(pem: try key.pem(), keyID: nil, algorithm: .ES256)
        stage.world.answer(Self.endpoint, Self.answer.encoded(), status: 201)
        _ = try await stage.registry().beginSignIn(SignInStage.name, stage.request, credential: stage.credential)
        let assertion = try #require(stage.form(Self.endpoint)["client_assertion"])
        let claims = try UnverifiedToken.parse(Array(assertion.utf8)).claims
        #expect(claims.audiences.map(\.rawValue) == [sampleIssuer])
    }

    static let refusals: [(String, Int, [UInt8], SignInRefusal)] = [
        ("status", 404, Array("{}".utf8), .badAnswer(.pushedAuthorization, .status(404))),
        ("down", 502, [], .providerUnavailable(.pushedAuthorization)),
        ("redirect", 307, answer.encoded(), .badAnswer(.pushedAuthorization, .redirect)),
        ("page", 201, Array("<html>".utf8), .badAnswer(.pushedAuthorization, .notJSON)),
        ("no uri", 201, Array("{}".utf8), .badAnswer(.pushedAuthorization, .missing("request_uri"))),
        (
            "uri is a number", 201, Array(#"{"request_uri":1}"#.utf8),
            .badAnswer(.pushedAuthorization, .malformed("request_uri"))
        ),
        (
            "uri is empty", 201, Array(#"{"request_uri":""}"#.utf8),
            .badAnswer(.pushedAuthorization, .malformed("request_uri"))
        ),
        (
            "refused", 400, Array(#"{"error":"invalid_request","error_description":"no <b>"}"#.utf8),
            .pushRefused(sampleError("invalid_request", "no <b>"))
        ),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, status, body, expected) = Self.refusals[row]
        var stage = try SignInStage()
        stage.publish(Self.offered)
        stage.client.usesPushedAuthorization = true
        stage.world.answer(Self.endpoint, body, status: status)
        let registry = try stage.registry()
        await #expect(throws: expected, "\(rule)") {
            try await registry.beginSignIn(SignInStage.name, stage.request, credential: stage.credential)
        }
    }
}
