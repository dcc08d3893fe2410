import Federation
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import JOSELibJWT
import OAuth
import Secrets
import StrictJSON
import Testing

@Suite struct TokenEndpointTests {
    typealias Prepare = @Sendable (SignInStage) -> Void
    private static let url = SignInStage.tokenEndpoint

    private static func answers(_ status: Int, _ body: String) -> Prepare {
        { $0.world.answer(url, Array(body.utf8), status: status) }
    }
    private static func lacks(_ name: String, _ value: JSONValue? = nil) -> Prepare {
        { $0.answerTokens(SignInStage.tokenAnswer.with(name, value)) }
    }

    static let refusals: [(String, Prepare, SignInRefusal)] = [
        ("page", answers(200, "<!DOCTYPE html><html>"), .badAnswer(.token, .notJSON)),
        ("page with 404", answers(404, "<html>"), .badAnswer(.token, .status(404))),
        ("empty", answers(200, ""), .badAnswer(.token, .notJSON)),
        ("list", answers(200, "[]"), .badAnswer(.token, .notJSON)),
        (
            "a member twice", answers(200, #"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#),
            .badAnswer(.token, .notJSON)
        ),
        ("created", answers(201, "{}"), .badAnswer(.token, .status(201))),
        ("redirect", answers(302, "{}"), .badAnswer(.token, .redirect)),
        ("down", answers(500, #"{"error":"server_error"}"#), .providerUnavailable(.token)),
        ("busy", answers(429, "{}"), .providerUnavailable(.token)),
        ("huge", { $0.world.fail(url, .tooLarge(.body)) }, .badAnswer(.token, .tooLarge)),
        ("huge header", { $0.world.fail(url, .tooLarge(.header)) }, .badAnswer(.token, .tooLarge)),
        (
            "huge past a lenient transport",
            { $0.world.answer(url, [UInt8](repeating: 0x20, count: 512 * 1024 + 1)) }, .badAnswer(.token, .tooLarge)
        ),
        ("slow", { $0.world.fail(url, .timeout(.response)) }, .providerUnavailable(.token)),
        ("away", { $0.world.fail(url, .unreachable(.connectionRefused)) }, .providerUnavailable(.token)),
        (
            "certificate", { $0.world.fail(url, .tlsFailed(.certificateExpired)) },
            .badAnswer(.token, .notFetched("tls_certificate_expired"))
        ),
        ("not HTTP", { $0.world.fail(url, .protocolError(.truncated)) }, .badAnswer(.token, .notFetched("not_http"))),
        (
            "refused", answers(400, #"{"error":"invalid_grant","error_description":"Bad \"code\""}"#),
            .tokenRefused(sampleError("invalid_grant", "Bad \"code\""))
        ),
        (
            "refused with a text", answers(401, #"{"error":"invalid_client"}"#),
            .tokenRefused(sampleError("invalid_client"))
        ),
        // GitHub's way.
        (
            "refused with 200", answers(200, #"{"error":"bad_verification_code","error_uri":"https://x"}"#),
            .tokenRefused(sampleError("bad_verification_code"))
        ),
        ("error is a number", answers(200, #"{"error":1}"#), .tokenRefused(sampleError("unrecognised"))),
        ("no access token", lacks("access_token"), .badAnswer(.token, .missing("access_token"))),
        ("empty access token", lacks("access_token", ""), .badAnswer(.token, .malformed("access_token"))),
        ("access token with a line", lacks("access_token", "a\r\nb"), .badAnswer(.token, .malformed("access_token"))),
        ("no type", lacks("token_type"), .badAnswer(.token, .missing("token_type"))),
        ("another type", lacks("token_type", "DPoP"), .badAnswer(.token, .malformed("token_type"))),
        ("type is a number", lacks("token_type", 1), .badAnswer(.token, .malformed("token_type"))),
        ("negative lifetime", lacks("expires_in", -1), .badAnswer(.token, .malformed("expires_in"))),
        ("lifetime in words", lacks("expires_in", "soon"), .badAnswer(.token, .malformed("expires_in"))),
        ("id token is a list", lacks("id_token", []), .badAnswer(.token, .malformed("id_token"))),
        ("refresh token is a number", lacks("refresh_token", 5), .badAnswer(.token, .malformed("refresh_token"))),
        ("no id token", lacks("scope", "openid"), .idTokenMissing),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, prepare, expected) = Self.refusals[row]
        let stage = try SignInStage()
        #expect(try await stage.run(prepare: { _ in prepare(stage) }).refusal == expected, "\(rule)")
        #expect(expected.isProviderDown == (expected == .providerUnavailable(.token)))
    }

    @Test(arguments: ["Bearer", "bearer", "BEARER"])
    func caseOfTheTypeDoesNotCount(_ type: String) async throws {
        var stage = try SignInStage()
        stage.kind = .oauth2
        stage.client.authorizationEndpoint = try FetchURL(sampleIssuer + "/authorize")
        stage.client.tokenEndpoint = try FetchURL(SignInStage.tokenEndpoint)
        stage.client.userinfoEndpoint = try FetchURL(SignInStage.userinfoEndpoint)
        stage.keySource = .none
        let answer = SignInStage.tokenAnswer.with("token_type", JSONValue(type)).with("expires_in", "60")
        let identity = try await stage.run(prepare: { _ in stage.answerTokens(answer) }).get()
        #expect(identity.accessTokenExpiry?.seconds == World.start + 60)
    }
}

/// RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core §9
@Suite struct ClientAuthenticationTests {
    private static let secret = Secret(utf8: "a secret of 32 bytes at the least")
    private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    private func run(_ stage: SignInStage) async throws -> (form: FormBody, authorization: String?) {
        #expect(try await stage.run().refusal == nil)
        let request = try #require(stage.world.sent.last { $0.url.rawValue == SignInStage.tokenEndpoint })
        return (try stage.form(), request.headers[.authorization])
    }

    @Test func none() async throws {
        var stage = try SignInStage()
        (stage.client.authentication, stage.credential) = (.none, .none)
        let (form, authorization) = try await run(stage)
        #expect(form["client_id"] == "client-1" && form["client_secret"] == nil && authorization == nil)
    }

    /// Both halves are form-encoded before the base64 (RFC 6749 §2.3.1): read back by our own reader of it.
    @Test func basic() async throws {
        var stage = try SignInStage()
        (stage.client.clientID, stage.client.authentication) = ("client-1", .clientSecretBasic)
        stage.credential = .secret(Secret(utf8: "a:b %+ü"))
        let (form, authorization) = try await run(stage)
        #expect(form["client_id"] == nil && form["client_secret"] == nil)
        #expect(authorization == "Basic " + Base64Text.padded(Array("client-1:a%3Ab%20%25%2B%C3%BC".utf8)))
        let read = try ClientAuthentication(form, authorization: authorization)
        #expect(read.clientID == "client-1" && read.clientSecret?.revealText() == "a:b %+ü")
    }

    @Test func post() async throws {
        let (form, authorization) = try await run(SignInStage())
        #expect(form["client_id"] == "client-1" && form["client_secret"] == "s3cret" && authorization == nil)
    }

    private func check(_ claims: Claims, audience: String) {
        #expect(claims.issuer?.rawValue == "client-1" && claims.subject?.rawValue == "client-1")
        #expect(claims.audiences.map(\.rawValue) == [audience])
        #expect(claims.issuedAt?.seconds == World.start && claims.expiry?.seconds == World.start + 60)
        #expect((claims.tokenID?.rawValue.utf8.count ?? 0) >= 27)
    }

    @Test func clientSecretJWT() async throws {
        var stage = try SignInStage()
        (stage.client.authentication, stage.credential) = (.clientSecretJWT, .secret(Self.secret))
        let (form, authorization) = try await run(stage)
        #expect(form["client_assertion_type"] == Self.assertionType && form["client_secret"] == nil)
        #expect(authorization == nil)
        let assertion = Array(try #require(form["client_assertion"]).utf8)
        #expect(LibJWT.verify(token: assertion, key: .sharedSecret(Self.secret), algorithm: .HS256))
        let token = try UnverifiedToken.parse(assertion)
        try #expect(KeySet(sharedSecret: Self.secret).verify(token.jws, allowing: [.HS256]).algorithms.contains(.HS256))
        check(token.claims, audience: SignInStage.tokenEndpoint)
        let again = try await run(stage).form["client_assertion"]
        #expect(try UnverifiedToken.parse(Array(#require(again).utf8)).claims.tokenID != token.claims.tokenID)
    }

    @Test(arguments: [SignatureAlgorithm.ES256, .RS256, .ES384])
    func privateKeyJWT(_ algorithm: SignatureAlgorithm) async throws {
        var stage = try SignInStage()
        let key = try SigningKey(generating: algorithm)
        stage.client.authentication = .privateKeyJWT
        stage.client.assertionAudience = .issuer
        stage.credential = .privateKey(pem: try key.pem(), keyID: "key-7", algorithm: algorithm)
        let assertion = Array(try #require(try await run(stage).form["client_assertion"]).utf8)
        let pem = try #require(key.verificationKey.publicPEM)
        #expect(LibJWT.verify(token: assertion, key: .publicKeyPEM(pem), algorithm: algorithm))
        let token = try UnverifiedToken.parse(assertion)
        #expect(key.verificationKey.verifies(token.jws) && token.keyID?.rawValue == "key-7")
        check(token.claims, audience: sampleIssuer)
    }

    /// As Apple's documentation has it ("Creating a client secret").
    @Test func apple() async throws {
        var stage = try SignInStage()
        let key = try SigningKey(generating: .ES256)
        stage.credential = .appleKey(pem: try key.pem(), keyID: "ABC123DEFG", teamID: "TEAM567890")
        let (form, _) = try await run(stage)
        let token = try UnverifiedToken.parse(Array(#require(form["client_secret"]).utf8))
        #expect(key.verificationKey.verifies(token.jws) && token.algorithm == .ES256)
        #expect(token.keyID?.rawValue == "ABC123DEFG" && token.claims.issuer?.rawValue == "TEAM567890")
        #expect(token.claims.audiences.map(\.rawValue) == ["https://appleid.apple.com"])
        #expect(token.claims.subject?.rawValue == "client-1" && form["client_id"] == "client-1")
        #expect(token.claims.expiry?.seconds == World.start + 300)
    }

    @Test func aCredentialOfAnotherKindIsRefused() async throws {
        let (ec, rsa) = (try SigningKey(generating: .ES256), try SigningKey(generating: .RS256))
        let es256 = ClientCredential.privateKey(pem: try ec.pem(), keyID: nil, algorithm: .ES256)
        let rows: [(ClientRegistration.Authentication, ClientCredential)] = [
            (.none, .secret(Self.secret)), (.clientSecretBasic, .none), (.clientSecretPost, .none),
            (.clientSecretPost, .secret(Secret([]))), (.clientSecretPost, es256), (.clientSecretJWT, es256),
            // Shorter than its digest (RFC 7518 §3.2).
            (.clientSecretJWT, .secret(Secret(utf8: "short"))), (.privateKeyJWT, .secret(Self.secret)),
            (.privateKeyJWT, .none),
            (.privateKeyJWT, .privateKey(pem: try rsa.pem(), keyID: nil, algorithm: .ES256)),
            (.privateKeyJWT, .privateKey(pem: Self.secret, keyID: nil, algorithm: .HS256)),
            (.privateKeyJWT, .privateKey(pem: Self.secret, keyID: nil, algorithm: .ES256)),
            (.clientSecretPost, .appleKey(pem: try rsa.pem(), keyID: "k", teamID: "t")),
        ]
        for (authentication, credential) in rows {
            var stage = try SignInStage()
            (stage.client.authentication, stage.credential) = (authentication, credential)
            #expect(try await stage.run().refusal == .credentialUnusable, "\(authentication)")
            #expect(!stage.world.requests.contains(SignInStage.tokenEndpoint))
        }
    }
}
