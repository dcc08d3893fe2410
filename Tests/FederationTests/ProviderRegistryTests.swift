import Federation
import HTTPFetch
import Identifiers
import JOSE
import StrictJSON
import Testing

@Suite struct ProviderRegistryTests {
    @Test func aGoodTokenGivesAnIdentity() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let token = try key.token(claims().with("repository", "acme/app"))
        let identity = try await world.registry(definition()).validate(token)
        #expect((identity.provider, identity.issuer, identity.subject) == ("sample", sampleIssuer, "job-1"))
        #expect(identity.claims["repository"]?.stringValue == "acme/app")
        #expect(identity.audiences.map(\.rawValue) == ["https://id.example.com"])
        #expect(identity.expiry.seconds == World.start + 300)
        #expect(identity.keyID?.rawValue == "k1" && identity.tokenID?.rawValue == "id-1")
        #expect(identity.tokenKey.count == 32)
    }

    static let refusals: [(String, @Sendable (TestKey) throws -> [UInt8], FederationFailure)] = [
        ("garbage", { _ in Array("abc".utf8) }, .token(.malformed(.segments))),
        ("empty", { _ in [] }, .token(.malformed(.segments))),
        ("huge", { _ in [UInt8](repeating: 0x61, count: 20_000) }, .token(.tooLarge)),
        ("another issuer", { try $0.token(claims(issuer: "https://evil.example")) }, .unknownIssuer),
        ("issuer with a slash", { try $0.token(claims(issuer: sampleIssuer + "/")) }, .unknownIssuer),
        ("issuer in capitals", { try $0.token(claims(issuer: "https://IDP.example")) }, .unknownIssuer),
        (
            "issuer that only looks equal", { try $0.token(claims(issuer: "https://idp.example\u{200B}")) },
            .unknownIssuer
        ),
        ("no issuer", { try $0.token(claims().with("iss", nil)) }, .token(.missingClaim("iss"))),
        (
            "issuer is a list", { try $0.token(claims().with("iss", [JSONValue(sampleIssuer)])) },
            .token(.malformedClaim("iss"))
        ),
        ("another audience", { try $0.token(claims(audience: "other")) }, .token(.wrongAudience)),
        ("no audience", { try $0.token(claims().with("aud", nil)) }, .token(.missingClaim("aud"))),
        ("empty audience", { try $0.token(claims(audience: [])) }, .token(.wrongAudience)),
        ("no expiry", { try $0.token(claims().with("exp", nil)) }, .token(.missingClaim("exp"))),
        ("expired", { try $0.token(claims().with("exp", .integer(World.start - 60))) }, .token(.expired)),
        ("not yet valid", { try $0.token(claims().with("nbf", .integer(World.start + 61))) }, .token(.notYetValid)),
        (
            "issued in the future", { try $0.token(claims().with("iat", .integer(World.start + 61))) },
            .token(.issuedInFuture)
        ),
        ("no subject", { try $0.token(claims().with("sub", nil)) }, .token(.missingClaim("sub"))),
        ("algorithm none", { try $0.token(claims(), header: ["alg": "none"]) }, .token(.algorithmNotAllowed)),
        ("shared secret", { try $0.token(claims(), header: ["alg": "HS256"]) }, .token(.algorithmNotAllowed)),
        ("algorithm of other keys", { try $0.token(claims(), header: ["alg": "RS256"]) }, .token(.unknownKey)),
        ("access token type", { try $0.token(claims(), header: ["typ": "at+jwt"]) }, .token(.wrongType)),
        ("logout token", { try $0.token(claims(), header: ["typ": "logout+jwt"]) }, .token(.wrongType)),
        ("unknown critical", { try $0.token(claims(), header: ["crit": ["x"]]) }, .token(.unknownCritical)),
        ("unknown key", { try $0.token(claims(), header: ["kid": "k2"]) }, .token(.unknownKey)),
        ("signed by a stranger", { _ in try TestKey("k1").token(claims()) }, .token(.badSignature)),
        ("key in the header", { _ in try strangerWithKeyInHeader() }, .token(.badSignature)),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, make, expected) = Self.refusals[row]
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try key.token(claims())) == nil)
        #expect(await failure(registry, try make(key)) == expected, "\(rule)")
    }

    /// Nothing that a token says makes us ask anybody but its configured issuer, and not even that without a chance.
    @Test(
        arguments: [
            ("another issuer", claims(issuer: "https://evil.example"), [:]),
            ("another audience", claims(audience: "other"), [:]),
            ("expired", claims().with("exp", .integer(World.start - 61)), [:]),
            ("algorithm", claims(), ["alg": "HS256"]),
            ("type", claims(), ["typ": "at+jwt"]),
            ("b64", claims(), ["b64": false]),
        ] as [(String, JSONObject, JSONObject)])
    func causesNoFetch(_ rule: String, _ claims: JSONObject, _ header: JSONObject) async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        _ = await failure(registry, try key.token(claims, header: header))
        await letOthersRun()
        #expect(world.requests.isEmpty, "\(rule)")
        #expect(registry.status().first?.isFetching == false)
        // Nor once the keys are there, for a key that is not.
        _ = await failure(registry, try key.token(FederationTests.claims()))
        let before = world.requests.count
        _ = await failure(registry, try key.token(claims, header: header.with("kid", "other")))
        // Nor when the set is due, or old.
        for _ in 0..<2 {
            world.advance(700)
            _ = await failure(registry, try key.token(claims, header: header))
        }
        await letOthersRun()
        #expect(world.requests.count == before, "\(rule)")
    }

    /// Gives a task that somebody started, and nobody waits for, time to show itself.
    private func letOthersRun() async { for _ in 0..<1000 { await Task.yield() } }

    @Test func headerURLsAreNeverFetched() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        world.publish("https://evil.example", try TestKey("k9"))
        let header: JSONObject = ["kid": "k9", "jku": "https://evil.example/keys", "x5u": "https://evil.example/keys"]
        #expect(
            await failure(try world.registry(definition()), try key.token(claims(), header: header))
                == .token(.unknownKey))
        #expect(world.requests.allSatisfy { $0.hasPrefix(sampleIssuer) })
    }

    @Test func severalAudiences() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition(audiences: ["a", "b"]))
        for audience in ["a", "b", ["x", "b"], ["a", "b"]] as [JSONValue] {
            #expect(await failure(registry, try key.token(claims(audience: audience))) == nil)
        }
        #expect(await failure(registry, try key.token(claims(audience: ["x", "A"]))) == .token(.wrongAudience))
        #expect(await failure(registry, try key.token(claims(audience: ["a", 1]))) == .token(.malformedClaim("aud")))
    }

    @Test func providersThatShareAnIssuerAreToldApartByAudience() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(
            definition("one", audiences: ["a", "c"]), definition("two", audiences: ["b", "c"]))
        #expect(try await registry.validate(key.token(claims(audience: "a"))).provider == "one")
        #expect(try await registry.validate(key.token(claims(audience: "b"))).provider == "two")
        #expect(await failure(registry, try key.token(claims(audience: "c"))) == .ambiguousProvider)
        #expect(await failure(registry, try key.token(claims(audience: ["a", "b"]))) == .ambiguousProvider)
        #expect(await failure(registry, try key.token(claims(audience: "d"))) == .token(.wrongAudience))
        #expect(await failure(registry, try key.token(claims().with("aud", nil))) == .token(.missingClaim("aud")))
    }

    /// `https://login.microsoftonline.com/{tenantid}/v2.0`, keys shared by all tenants, some bound to one.
    @Test func entraTemplate() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        let template = "https://login.microsoftonline.com/{tenantid}/v2.0"
        let jwks = "https://login.microsoftonline.com/common/discovery/v2.0/keys"
        world.answer(
            "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
            Array(#"{"issuer":"\#(template)","jwks_uri":"\#(jwks)"}"#.utf8))
        world.answer(jwks, keySet(key))
        let provider = try ProviderDefinition(
            name: ProviderName("entra"), kind: .oidc,
            issuer: .template(IssuerTemplate(template, tenants: .only([Key("t-1")]))),
            audiences: [Audience("app")])
        let registry = world.registry(provider)
        func token(_ issuerTenant: String, _ tid: JSONValue?) throws -> [UInt8] {
            let issuer = "https://login.microsoftonline.com/\(issuerTenant)/v2.0"
            return try key.token(claims(issuer: issuer, audience: "app").with("tid", tid))
        }
        let identity = try await registry.validate(token("t-1", "t-1"))
        #expect(identity.issuer == "https://login.microsoftonline.com/t-1/v2.0")
        #expect(await failure(registry, try token("t-2", "t-2")) == .token(.wrongIssuer))
        #expect(await failure(registry, try token("t-1", "t-2")) == .token(.wrongIssuer))
        #expect(await failure(registry, try token("t-1", nil)) == .token(.wrongIssuer))
        #expect(await failure(registry, try token("t-1/../t-2", "t-1")) == .token(.wrongIssuer))
        #expect(
            await failure(
                registry, try key.token(claims(issuer: "https://login.microsoftonline.com/t-1/v1.0", audience: "app")))
                == .unknownIssuer)
    }

    /// Both forms of `sub` are only text to us; which job it is stands in claims that cannot be taken over.
    @Test(arguments: ["repo:octo/app:ref:refs/heads/main", "repo:octo@1/app@2:ref:refs/heads/main"])
    func gitHubSubjects(_ subject: String) async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let token = try key.token(claims().with("sub", JSONValue(subject)).with("repository_id", "2"))
        let identity = try await world.registry(definition()).validate(token)
        #expect(identity.subject == subject)
        #expect(identity.claims["repository_id"]?.stringValue == "2")
    }

    @Test func writtenKeysNeedNoNetwork() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        let registry = try world.registry(definition(keySource: .keySet(keySet(key))))
        #expect(await failure(registry, try key.token(claims())) == nil)
        #expect(await failure(registry, try key.token(claims(), header: ["kid": "k2"])) == .token(.unknownKey))
        world.advance(86_400 * 365)
        #expect(
            await failure(
                registry, try key.token(claims().with("exp", .integer(World.start + 86_400 * 366)).with("iat", nil)))
                == nil)
        #expect(world.requests.isEmpty)
    }

    @Test func writtenURLNeedsNoDiscovery() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition(keySource: .jwksURI(FetchURL(sampleIssuer + "/keys"))))
        #expect(await failure(registry, try key.token(claims())) == nil)
        #expect(world.requests == [sampleIssuer + "/keys"])
    }

    /// A provider that is away answers at once, and the others do not notice.
    @Test func oneProviderAwayAtStart() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish("https://other.example", key)
        world.fail(sampleIssuer + "/.well-known/openid-configuration", .unreachable(.connectionRefused))
        let registry = try world.registry(definition(), definition("other", issuer: "https://other.example"))
        let token = try key.token(claims())
        #expect(await failure(registry, token) == .providerUnavailable(retryAfter: 30))
        #expect(await failure(registry, try key.token(claims(issuer: "https://other.example"))) == nil)
        world.advance(10)
        let before = world.requests.count
        #expect(await failure(registry, token) == .providerUnavailable(retryAfter: 20))
        #expect(world.requests.count == before)
        let status = try #require(registry.status().first)
        #expect(status.isDegraded)
        #expect(status.summary == "metadata_connection_refused; no keys, next attempt in 20 s")
        #expect(registry.status().last?.summary == "1 key")
        world.publish(sampleIssuer, key)
        world.advance(20)
        #expect(await failure(registry, token) == nil)
        #expect(registry.status().first?.isDegraded == false)
    }

    /// The time of day moves by two hours either way: nothing expired passes, and the keys' own times go on.
    @Test func wallClockJumps() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try key.token(claims())) == nil)
        world.moveWallClock(7200)
        #expect(await failure(registry, try key.token(claims())) == .token(.expired))
        world.moveWallClock(-14_400)
        #expect(await failure(registry, try key.token(claims())) == .token(.issuedInFuture))
        #expect(world.keyFetches() == 1)
        world.moveWallClock(7200)
        #expect(await failure(registry, try key.token(claims())) == nil)
        // A cooldown that began before the jump still ends.
        #expect(await failure(registry, try key.token(claims(), header: ["kid": "k2"])) == .token(.unknownKey))
        #expect(world.keyFetches() == 2)
        world.moveWallClock(-7200)
        world.advance(30)
        _ = await failure(registry, try key.token(claims(), header: ["kid": "k2"]))
        #expect(world.keyFetches() == 3)
    }

    @Test func maximumAge() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition(maximumTokenAge: 300))
        #expect(
            await failure(registry, try key.token(claims().with("iat", .integer(World.start - 361)))) == .token(.tooOld)
        )
        #expect(await failure(registry, try key.token(claims().with("iat", nil))) == .token(.missingClaim("iat")))
        #expect(await failure(registry, try key.token(claims())) == nil)
    }

    @Test func replacingKeepsKeysAndForgetsProviders() async throws {
        let (world, key) = (World(), try TestKey("k1"))
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try key.token(claims())) == nil)
        registry.replace(with: [try definition(audiences: ["new"])])
        #expect(await failure(registry, try key.token(claims(audience: "new"))) == nil)
        #expect(await failure(registry, try key.token(claims())) == .token(.wrongAudience))
        #expect(world.keyFetches() == 1)
        registry.replace(with: [try definition(cache: KeyCacheSettings(grace: .zero))])
        #expect(await failure(registry, try key.token(claims())) == nil)
        #expect(world.keyFetches() == 2)
        registry.replace(with: [])
        #expect(await failure(registry, try key.token(claims())) == .unknownIssuer)
        #expect(registry.status().isEmpty)
    }
}

/// A token that brings its own key, as JWK in the header (CVE-2018-0114).
func strangerWithKeyInHeader() throws -> [UInt8] {
    let stranger = try TestKey("k1")
    return try stranger.token(claims(), header: ["jwk": stranger.jwk])
}
