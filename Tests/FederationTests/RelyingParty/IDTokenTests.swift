import Federation
import HTTPFetch
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// The left half of a digest, as `at_hash` and `c_hash` have it (OpenID Connect Core §3.1.3.6).
func leftHalf(_ text: String, _ digest: ([UInt8]) -> [UInt8]) -> JSONValue {
    let all = digest(Array(text.utf8))
    return JSONValue(Base64URL.encode(Array(all.prefix(all.count / 2))))
}

/// OpenID Connect Core §3.1.3.7
@Suite struct IDTokenTests {
    typealias Change = @Sendable (JSONObject) -> JSONObject

    @Test func aGoodSignInGivesAnIdentity() async throws {
        let stage = try SignInStage()
        let identity = try await stage.run { $0.with("sid", "s-1").with("email", "ada@id.example") }.get()
        #expect((identity.provider, identity.issuer, identity.subject) == ("sample", sampleIssuer, "job-1"))
        #expect(identity.sessionID == "s-1" && identity.freshness == .signedIn)
        #expect(identity.refreshToken?.revealText() == "rt-1" && identity.idToken != nil)
        #expect(identity.accessTokenExpiry?.seconds == World.start + 3600 && identity.readAt == stage.world.now)
        // Userinfo lies beneath: the ID token's e-mail counts, and the name is userinfo's.
        #expect(identity.claims["email"]?.stringValue == "ada@id.example")
        #expect(identity.claims["name"]?.stringValue == "Ada")
        let form = try stage.form()
        #expect(form["grant_type"] == "authorization_code" && form["code"] == SignInStage.code)
        #expect(form["redirect_uri"] == SignInStage.redirectURI)
        #expect(form["client_id"] == SignInStage.clientID && form["client_secret"] == "s3cret")
        #expect(try #require(form["code_verifier"]).utf8.count == 43)
    }

    static let refusals: [(String, Change, SignInRefusal)] = [
        ("another issuer", { $0.with("iss", "https://evil.example") }, .idToken(.wrongIssuer)),
        ("issuer with a slash", { $0.with("iss", "https://idp.example/") }, .idToken(.wrongIssuer)),
        ("no issuer", { $0.with("iss", nil) }, .idToken(.missingClaim("iss"))),
        ("another audience", { $0.with("aud", "client-2") }, .idToken(.wrongAudience)),
        ("our API's audience", { $0.with("aud", "https://api.example.com") }, .idToken(.wrongAudience)),
        ("audience in capitals", { $0.with("aud", "Client-1") }, .idToken(.wrongAudience)),
        ("no audience", { $0.with("aud", nil) }, .idToken(.missingClaim("aud"))),
        ("two audiences and no azp", { $0.with("aud", ["client-1", "b"]) }, .authorizedPartyMissing),
        (
            "two audiences and another azp", { $0.with("aud", ["client-1", "b"]).with("azp", "b") },
            .authorizedPartyMismatch
        ),
        ("another azp", { $0.with("azp", "client-2") }, .authorizedPartyMismatch),
        ("azp is a number", { $0.with("azp", 1) }, .idToken(.malformedClaim("azp"))),
        ("expired", { $0.with("exp", .integer(World.start - 60)) }, .idToken(.expired)),
        ("no expiry", { $0.with("exp", nil) }, .idToken(.missingClaim("exp"))),
        ("expiry is a text", { $0.with("exp", "1800000300") }, .idToken(.malformedClaim("exp"))),
        ("no iat", { $0.with("iat", nil) }, .idToken(.missingClaim("iat"))),
        ("issued in the future", { $0.with("iat", .integer(World.start + 61)) }, .idToken(.issuedInFuture)),
        ("issued long ago", { $0.with("iat", .integer(World.start - 661)) }, .idToken(.tooOld)),
        ("not yet valid", { $0.with("nbf", .integer(World.start + 61)) }, .idToken(.notYetValid)),
        ("no nonce", { $0.with("nonce", nil) }, .nonceMissing),
        ("another nonce", { $0.with("nonce", "x") }, .nonceMismatch),
        ("nonce in a list", { claims in claims.with("nonce", [claims["nonce"] ?? .null]) }, .nonceMismatch),
        ("no subject", { $0.with("sub", nil) }, .idToken(.missingClaim("sub"))),
        ("empty subject", { $0.with("sub", "") }, .idToken(.malformedClaim("sub"))),
        ("subject is a number", { $0.with("sub", 7) }, .idToken(.malformedClaim("sub"))),
        ("long subject", { $0.with("sub", JSONValue(String(repeating: "a", count: 256))) }, .subjectInvalid),
        ("wrong at_hash", { $0.with("at_hash", "AAAA") }, .accessTokenHashMismatch),
        ("at_hash of the code", { $0.with("at_hash", leftHalf("code-1", SHA2.sha512)) }, .accessTokenHashMismatch),
        ("at_hash of another digest", { $0.with("at_hash", leftHalf("at-1", SHA2.sha256)) }, .accessTokenHashMismatch),
        ("at_hash is null", { $0.with("at_hash", .null) }, .accessTokenHashMismatch),
        ("wrong c_hash", { $0.with("c_hash", leftHalf("code-2", SHA2.sha512)) }, .codeHashMismatch),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, change, expected) = Self.refusals[row]
        let stage = try SignInStage()
        #expect(try await stage.run().refusal == nil)
        #expect(try await stage.run(change).refusal == expected, "\(rule)")
    }

    static let acceptable: [(String, Change)] = [
        ("azp is ours", { $0.with("azp", "client-1") }),
        ("two audiences, azp is ours", { $0.with("aud", ["client-1", "b"]).with("azp", "client-1") }),
        ("a list of one", { $0.with("aud", ["client-1"]) }),
        ("Entra's iat, five minutes ago", { $0.with("iat", .integer(World.start - 300)) }),
        ("at_hash", { $0.with("at_hash", leftHalf("at-1", SHA2.sha512)) }),
        ("c_hash", { $0.with("c_hash", leftHalf("code-1", SHA2.sha512)) }),
        ("no sid, no auth_time", { $0.with("auth_time", nil) }),
    ]

    @Test(arguments: acceptable.indices)
    func accepts(_ row: Int) async throws {
        let (rule, change) = Self.acceptable[row]
        #expect(try await SignInStage().run(change).refusal == nil, "\(rule)")
    }

    static let headers: [(String, JSONObject, SignInRefusal)] = [
        ("none", ["alg": "none"], .idToken(.algorithmNotAllowed)),
        ("HS256", ["alg": "HS256"], .idToken(.algorithmNotAllowed)),
        ("not allowed", ["alg": "ES512"], .idToken(.algorithmNotAllowed)),
        ("access token", ["typ": "at+jwt"], .idToken(.wrongType)),
        ("logout token", ["typ": "logout+jwt"], .idToken(.wrongType)),
        ("unknown key", ["kid": "k2"], .idToken(.unknownKey)),
    ]

    @Test(arguments: headers.indices)
    func refusesHeader(_ row: Int) async throws {
        let (rule, header, expected) = Self.headers[row]
        #expect(try await SignInStage().run(header: header).refusal == expected, "\(rule)")
    }

    @Test func refusesAStrangersSignature() async throws {
        let stage = try SignInStage()
        #expect(try await stage.run(signedBy: TestKey("k1")).refusal == .idToken(.badSignature))
        stage.answerTokens(SignInStage.tokenAnswer)
        #expect(
            try await stage.run(prepare: { _ in stage.answerTokens(SignInStage.tokenAnswer) }).refusal
                == .idTokenMissing)
        #expect(
            try await stage.run(prepare: { _ in stage.answerTokens(SignInStage.tokenAnswer.with("id_token", "a.b.c")) })
                .refusal == .idToken(.malformed(.encoding)))
    }

    /// The nonce of one sign-in does not pass in another, though the token is good.
    @Test func aTokenOfAnotherSignIn() async throws {
        let stage = try SignInStage()
        let other = try await stage.registry().beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential
        ).pending
        #expect(try await stage.run { $0.with("nonce", JSONValue(other.nonce)) }.refusal == .nonceMismatch)
    }

    static let authentications: [(String, Int64?, [String], Change, SignInRefusal?)] = [
        ("in time", 60, [], { $0 }, nil),
        ("within the skew", 60, [], { $0.with("auth_time", .integer(World.start - 120)) }, nil),
        ("too long ago", 60, [], { $0.with("auth_time", .integer(World.start - 121)) }, .authenticationTooOld),
        ("just now", 0, [], { $0.with("auth_time", .integer(World.start)) }, nil),
        ("in the future", 60, [], { $0.with("auth_time", .integer(World.start + 61)) }, .authenticationTooOld),
        ("unsaid", 60, [], { $0.with("auth_time", nil) }, .authenticationTimeMissing),
        ("a text", 60, [], { $0.with("auth_time", "1") }, .authenticationTimeMissing),
        ("overflow", .max, [], { $0.with("auth_time", .integer(5)) }, nil),
        ("context", nil, ["mfa", "hw"], { $0.with("acr", "hw") }, nil),
        ("another context", nil, ["mfa"], { $0.with("acr", "MFA") }, .authenticationContextMismatch),
        ("no context", nil, ["mfa"], { $0 }, .authenticationContextMismatch),
        ("context in a list", nil, ["mfa"], { $0.with("acr", ["mfa"]) }, .authenticationContextMismatch),
        ("not asked", nil, [], { $0.with("auth_time", .integer(5)) }, nil),
    ]

    @Test(arguments: authentications.indices)
    func authentication(_ row: Int) async throws {
        let (rule, maxAge, acrValues, change, expected) = Self.authentications[row]
        #expect(expected?.isUnmetDemand ?? true, "\(rule)")
        var stage = try SignInStage()
        (stage.request.maxAge, stage.request.acrValues) = (maxAge, acrValues)
        #expect(try await stage.run(change).refusal == expected, "\(rule)")
    }

    /// Google's `hd`.
    @Test func requiredValuesApply() async throws {
        var stage = try SignInStage()
        stage.requiredValues = ["hd": "example.com"]
        #expect(try await stage.run { $0.with("hd", "example.com") }.refusal == nil)
        #expect(try await stage.run { $0.with("hd", "Example.com") }.refusal == .idToken(.wrongClaim("hd")))
        // What userinfo says does not count for it.
        stage.userinfo(["sub": "job-1", "hd": "example.com"])
        #expect(try await stage.run().refusal == .idToken(.missingClaim("hd")))
    }

    /// The hash is that of the signature's algorithm.
    @Test(arguments: [(SignatureAlgorithm.ES256, 16), (.RS256, 16), (.EdDSA, 32)])
    func hashFollowsTheAlgorithm(_ algorithm: SignatureAlgorithm, _ length: Int) async throws {
        let stage = try SignInStage()
        let signer = try SigningKey(generating: algorithm)
        stage.world.answer(sampleIssuer + "/keys", JSONValue.object(signer.verificationKeySet).encoded())
        for (digest, isRight) in [(SHA2.sha256, length == 16), (SHA2.sha512, length == 32), (SHA2.sha384, false)] {
            let outcome = try await stage.run(prepare: { pending in
                let claims = stage.claims(nonce: pending.nonce).with("at_hash", leftHalf("at-1", digest))
                let token = try signer.sign(type: "JWT", claims: claims).revealText()
                stage.answerTokens(SignInStage.tokenAnswer.with("id_token", JSONValue(token)))
            })
            #expect(outcome.refusal == (isRight ? nil : .accessTokenHashMismatch))
        }
    }

    @Test func aWrongTokenCausesNoFetch() async throws {
        let stage = try SignInStage()
        _ = try await stage.run { $0.with("aud", "client-2") }
        #expect(stage.world.keyFetches() == 0)
        stage.world.fail(sampleIssuer + "/keys", .timeout(.response))
        #expect(try await stage.run().refusal == .providerUnavailable(.keys))
    }

    /// Entra: one set of endpoints and keys for many issuers.
    @Test func template() async throws {
        let stage = try SignInStage()
        let template = "https://login.example/{tenantid}/v2.0"
        stage.world.answer(
            "https://login.example/common/v2.0/.well-known/openid-configuration",
            JSONValue.object([
                "issuer": JSONValue(template), "jwks_uri": JSONValue(sampleIssuer + "/keys"),
                "authorization_endpoint": "https://login.example/common/authorize",
                "token_endpoint": JSONValue(SignInStage.tokenEndpoint),
            ]).encoded())
        let definition = try ProviderDefinition(
            name: SignInStage.name, kind: .oidc,
            issuer: .template(IssuerTemplate(template, tenants: .only([Key("t-1"), Key("t-3")]))),
            audiences: [Audience("api")],
            client: stage.client)
        let registry = stage.world.registry(definition)
        func outcome(_ tenant: String, _ said: String?) async throws -> SignInRefusal? {
            let pending = try await registry.beginSignIn(
                SignInStage.name, stage.request, credential: stage.credential
            ).pending
            let claims = stage.claims(nonce: pending.nonce).with("tid", JSONValue(tenant))
                .with("iss", JSONValue("https://login.example/\(tenant)/v2.0"))
            let token = String(decoding: try stage.key.token(claims), as: UTF8.self)
            stage.answerTokens(SignInStage.tokenAnswer.with("id_token", JSONValue(token)))
            let query = SignInStage.query(pending) + (said.map { "&iss=https://login.example/\($0)/v2.0" } ?? "")
            return await SignInStage.finish(registry, query, pending, stage.credential).refusal
        }
        #expect(try await outcome("t-1", nil) == nil)
        #expect(try await outcome("t-1", "t-1") == nil)
        #expect(try await outcome("t-1", "t-2") == .issuerMismatch)
        // One that may come in too, and is not whose token it is.
        #expect(try await outcome("t-1", "t-3") == .issuerMismatch)
        #expect(try await outcome("t-3", "t-3") == nil)
        #expect(try await outcome("t-2", nil) == .idToken(.wrongIssuer))
    }
}

extension SigningKey {
    fileprivate var verificationKeySet: JSONObject { ["keys": [publicJWK]] }
}
