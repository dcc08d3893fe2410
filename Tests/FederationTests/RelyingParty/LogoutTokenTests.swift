import Federation
import HTTPFetch
import Identifiers
import JOSE
import StrictJSON
import Testing

/// OpenID Connect Back-Channel Logout §2.4, §2.6
@Suite struct LogoutTokenTests {
    typealias Change = @Sendable (JSONObject) -> JSONObject

    private static let claims: JSONObject = [
        "iss": JSONValue(sampleIssuer), "sub": "job-1", "aud": JSONValue(SignInStage.clientID),
        "iat": .integer(World.start - 5), "exp": .integer(World.start + 115), "jti": "lt-1", "sid": "s-1",
        "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
    ]

    private func refusal(_ registry: ProviderRegistry, _ token: [UInt8]) async -> SignInRefusal? {
        do throws(SignInRefusal) {
            _ = try await registry.verifyLogoutToken(token)
            return nil
        } catch { return error }
    }

    @Test(arguments: ["logout+jwt", "application/logout+jwt", "Logout+JWT", "JWT", .null] as [JSONValue])
    func aGoodOne(_ type: JSONValue) async throws {
        let stage = try SignInStage()
        let registry = try stage.registry()
        let token = try await registry.verifyLogoutToken(stage.key.token(Self.claims, header: ["typ": type]))
        #expect(token.provider.rawValue == "sample" && token.issuer == sampleIssuer)
        #expect(token.subject == "job-1" && token.sessionID == "s-1" && token.tokenID == "lt-1")
        #expect(token.issuedAt.seconds == World.start - 5 && token.expiry.seconds == World.start + 115)
        let bySession = try await registry.verifyLogoutToken(stage.key.token(Self.claims.with("sub", nil)))
        #expect(bySession.subject == nil && bySession.sessionID == "s-1")
        let ofThePerson = try await registry.verifyLogoutToken(stage.key.token(Self.claims.with("sid", nil)))
        #expect(ofThePerson.subject == "job-1" && ofThePerson.sessionID == nil)
    }

    static let refusals: [(String, Change, JSONObject, TokenRejection)] = [
        ("a nonce", { $0.with("nonce", "n") }, [:], .wrongClaim("nonce")),
        ("a nonce that is null", { $0.with("nonce", .null) }, [:], .wrongClaim("nonce")),
        ("no events", { $0.with("events", nil) }, [:], .missingClaim("events")),
        (
            "no such event", { $0.with("events", ["http://schemas.openid.net/event/x": [:]]) }, [:],
            .malformedClaim("events")
        ),
        (
            "event is no object", { $0.with("events", [JSONValue(LogoutToken.event).stringValue ?? "": true]) }, [:],
            .malformedClaim("events")
        ),
        ("events are a list", { $0.with("events", [JSONValue(LogoutToken.event)]) }, [:], .malformedClaim("events")),
        ("neither sub nor sid", { $0.with("sub", nil).with("sid", nil) }, [:], .missingClaim("sub")),
        ("sid is a number", { $0.with("sid", 1) }, [:], .malformedClaim("sid")),
        ("sid is empty", { $0.with("sid", "") }, [:], .malformedClaim("sid")),
        ("sub is a number", { $0.with("sub", 1) }, [:], .malformedClaim("sub")),
        ("no jti", { $0.with("jti", nil) }, [:], .missingClaim("jti")),
        ("empty jti", { $0.with("jti", "") }, [:], .malformedClaim("jti")),
        ("no iat", { $0.with("iat", nil) }, [:], .missingClaim("iat")),
        ("old iat", { $0.with("iat", .integer(World.start - 661)) }, [:], .tooOld),
        ("iat in the future", { $0.with("iat", .integer(World.start + 61)) }, [:], .issuedInFuture),
        ("no exp", { $0.with("exp", nil) }, [:], .missingClaim("exp")),
        ("expired", { $0.with("exp", .integer(World.start - 60)) }, [:], .expired),
        ("another audience", { $0.with("aud", "client-2") }, [:], .wrongAudience),
        ("our API's audience", { $0.with("aud", "https://api.example.com") }, [:], .wrongAudience),
        ("no audience", { $0.with("aud", nil) }, [:], .missingClaim("aud")),
        ("another issuer", { $0.with("iss", "https://evil.example") }, [:], .wrongIssuer),
        ("no issuer", { $0.with("iss", nil) }, [:], .missingClaim("iss")),
        ("unsigned", { $0 }, ["alg": "none"], .algorithmNotAllowed),
        ("shared secret", { $0 }, ["alg": "HS256"], .algorithmNotAllowed),
        ("access token", { $0 }, ["typ": "at+jwt"], .wrongType),
        ("unknown key", { $0 }, ["kid": "k9"], .unknownKey),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, change, header, expected) = Self.refusals[row]
        let stage = try SignInStage()
        let registry = try stage.registry()
        #expect(await refusal(registry, try stage.key.token(Self.claims)) == nil)
        let token = try stage.key.token(change(Self.claims), header: header)
        #expect(await refusal(registry, token) == .logoutToken(expected), "\(rule)")
    }

    @Test func anIDTokenIsNone() async throws {
        let stage = try SignInStage()
        let registry = try stage.registry()
        let idToken = try stage.key.token(stage.claims(nonce: "n"))
        #expect(await refusal(registry, idToken) == .logoutToken(.missingClaim("events")))
        #expect(await refusal(registry, try TestKey("k1").token(Self.claims)) == .logoutToken(.badSignature))
        #expect(await refusal(registry, Array("x".utf8)) == .logoutToken(.malformed(.segments)))
    }

    @Test func whoseItIs() async throws {
        let stage = try SignInStage()
        func other(_ name: String, _ clientID: String?) throws -> ProviderDefinition {
            try ProviderDefinition(
                name: ProviderName(name), kind: .oidc, issuer: .exactly(Issuer(sampleIssuer)),
                audiences: [Audience("api-" + name)],
                client: clientID.map { ClientRegistration(clientID: $0, authentication: .none) })
        }
        let token = try stage.key.token(Self.claims)
        // One issuer, two clients: the audience decides. One that signs nobody in has no say.
        var registry = try stage.world.registry(other("a", "client-2"), stage.definition(), other("b", nil))
        #expect(try await registry.verifyLogoutToken(token).provider.rawValue == "sample")
        registry = try stage.world.registry(other("a", SignInStage.clientID), stage.definition())
        #expect(await refusal(registry, token) == .logoutToken(.wrongAudience))
        registry = try stage.world.registry(other("b", nil))
        #expect(await refusal(registry, token) == .logoutToken(.wrongIssuer))
        stage.world.fail(sampleIssuer + "/keys", .timeout(.response))
        #expect(await refusal(try stage.registry(), token) == .providerUnavailable(.keys))
    }
}
