import AccessPolicy
import Broker
import Federation
import GatehouseTesting
import JOSE
import Secrets
import StrictJSON
import Testing

@Suite struct ExchangeTests {
    @Test func anOutsideTokenBecomesAnAccessToken() async throws {
        let world = try await TestWorld()
        let issued = try await world.exchange(try world.issuer.token(now: world.now))
        let caller = try world.caller(issued.token)
        let payments = try NamespaceName("payments")
        #expect(caller.principal.kind == .workload)
        #expect(caller.principal.origin?.provider == "ci")
        #expect(caller.mechanism == .accessToken)
        #expect(caller.access.roles(in: payments).map(\.rawValue) == ["deployer"])
        #expect(issued.scope == "namespace:payments role:deployer")
        #expect(issued.expiresIn == 300, "capped by the subject token's life")
    }

    @Test func anOutsideTokenBecomesAnAPIToken() async throws {
        let world = try await TestWorld()
        let issued = try await world.exchange(try world.issuer.token(now: world.now), [TestWorld.apiToken])
        #expect(issued.token.revealText().hasPrefix("gth_at_"))
        let caller = try world.caller(issued.token, scheme: "APIToken")
        #expect(caller.mechanism == .apiToken)
        world.clock.advance(seconds: 299)
        #expect(throws: Never.self) { try world.caller(issued.token) }
        world.clock.advance(seconds: 1)
        #expect(throws: CredentialRefusal.expired) { try world.caller(issued.token) }
    }

    @Test(
        arguments: [
            ("another branch", ["ref": "refs/heads/dev"], .policy(.noMatchingPolicy)),
            ("a claim of another type", ["repository_id": 456_789], .policy(.noMatchingPolicy)),
            ("a claim that is missing", ["repository_id": JSONValue?.none], .policy(.noMatchingPolicy)),
            ("another audience", ["aud": "https://other.example"], .subjectToken(.token(.wrongAudience))),
            ("no audience", ["aud": JSONValue?.none], .subjectToken(.token(.missingClaim("aud")))),
            ("another issuer", ["iss": "https://evil.example"], .subjectToken(.unknownIssuer)),
            ("the issuer with a slash", ["iss": "https://ci.example/"], .subjectToken(.unknownIssuer)),
            ("expired", ["exp": 1_799_999_000], .subjectToken(.token(.expired))),
            ("not yet valid", ["nbf": 1_800_001_000], .subjectToken(.token(.notYetValid))),
            ("no expiry", ["exp": JSONValue?.none], .subjectToken(.token(.missingClaim("exp")))),
            ("the id of a user of ours", ["sub": "usr_0Vc5Fz6pQ"], .subjectReserved),
            ("the id of a client of ours", ["sub": "cli_x"], .subjectReserved),
            ("within the skew, but nothing of its life is left", ["exp": 1_799_999_990], .nothingLeftOfLifetime),
        ] as [(String, [String: JSONValue?], ExchangeFailure)])
    func refuses(_ what: String, _ claims: [String: JSONValue?], _ failure: ExchangeFailure) async throws {
        let world = try await TestWorld()
        let token = try world.issuer.token(now: world.now, claims)
        let before = try await world.audit().count
        await #expect(throws: failure) { try await world.exchange(token) }
        let after = try await world.audit()
        // Somebody known is written down; garbage is only counted. Nothing else is written.
        if case .subjectToken = failure {
            #expect(after.count == before)
        } else {
            #expect(after.count == before + 1)
            #expect(after.last?["outcome"]?.stringValue == "refused")
            #expect(after.last?["reason"]?.stringValue == failure.code)
        }
        #expect(world.broker.index.credentialCount == 1, "only the administrator's")
    }

    @Test func aForgedTokenIsRefused() async throws {
        let world = try await TestWorld()
        let forger = try TestIssuer()
        await #expect(throws: ExchangeFailure.subjectToken(.token(.unknownKey))) {
            try await world.exchange(try forger.token(now: world.now))
        }
        var token = try world.issuer.token(now: world.now)
        let last = token.count - 20
        token[last] = token[last] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let altered = token
        await #expect(throws: ExchangeFailure.subjectToken(.token(.badSignature))) { try await world.exchange(altered) }
    }

    @Test func singleUseIsExactlyOnceAmongMany() async throws {
        var policy = TestWorld.deployFromMain
        policy.singleUse = true
        let world = try await TestWorld(policies: [policy])
        let token = try world.issuer.token(now: world.now)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { (try? await world.exchange(token, [TestWorld.apiToken])) != nil }
            }
            var outcomes: [Bool] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
        #expect(outcomes.filter { $0 }.count == 1)
        await #expect(throws: ExchangeFailure.replayed) { try await world.exchange(token) }
        // The audience of another key, the same signing input: still the same token.
        #expect(world.broker.index.credentialCount == 2)
    }

    @Test(
        arguments: [
            ("namespace:payments", "namespace:payments role:deployer", nil),
            ("role:deployer", "namespace:payments role:deployer", nil),
            ("namespace:billing", "", .policy(.scopeNotGranted("namespace:billing"))),
            ("role:admin", "", .policy(.scopeNotGranted("role:admin"))),
            ("namespace:payments role:admin", "", .policy(.scopeNotGranted("role:admin"))),
            ("openid", "", .policy(.scopeNotGranted("openid"))),
            ("namespace:*", "", .policy(.scopeNotGranted("namespace:*"))),
        ] as [(String, String, ExchangeFailure?)])
    func narrows(_ scope: String, _ granted: String, _ failure: ExchangeFailure?) async throws {
        let world = try await TestWorld()
        let token = try world.issuer.token(now: world.now)
        if let failure {
            await #expect(throws: failure) { try await world.exchange(token, [("scope", scope)]) }
        } else {
            #expect(try await world.exchange(token, [("scope", scope)]).scope == granted)
        }
    }

    @Test func ourOwnTokenIsNarrowedAndKeepsItsRoot() async throws {
        let world = try await TestWorld()
        let first = try await world.exchange(try world.issuer.token(now: world.now), [TestWorld.apiToken])
        world.clock.advance(seconds: 100)
        let second = try await world.exchange(
            first.token.reveal(), [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")])
        #expect(second.expiresIn == 200, "never outlives what was presented")
        let created = try #require(try await world.audit().last)
        #expect(created["details"]?["root"]?.stringValue?.hasPrefix("subject_token:") == true)
        #expect(created["details"]?["parent"]?.stringValue?.hasPrefix("credential:cred_") == true)
        await #expect(throws: ExchangeFailure.tokenTypeMismatch) { try await world.exchange(first.token.reveal()) }
    }

    @Test func anActorIsNamedAndTheChainIsKept() async throws {
        let agent = try TestIssuer(name: "agent", issuer: "https://agent.example")
        let world = try await TestWorld(issuers: [agent])
        let actor = String(decoding: try agent.token(now: world.now, ["sub": "robot"]), as: UTF8.self)
        let issued = try await world.exchange(
            try world.issuer.token(now: world.now),
            [("actor_token", actor), ("actor_token_type", "urn:ietf:params:oauth:token-type:jwt")])
        let claims = try UnverifiedToken.parse(issued.token.reveal()).claims
        #expect(claims["act"]?["sub"]?.stringValue == "robot")
        #expect(claims["act"]?["iss"]?.stringValue == "https://agent.example")
        let again = try await world.exchange(
            issued.token.reveal(),
            [
                ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"), ("actor_token", actor),
                ("actor_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ])
        #expect(try UnverifiedToken.parse(again.token.reveal()).claims["act"]?["act"]?["sub"]?.stringValue == "robot")
    }

    @Test func rightsAreThoseOfThePoliciesAsTheyStand() async throws {
        let world = try await TestWorld()
        let token = try world.issuer.token(now: world.now)
        let access = try await world.exchange(token).token
        let opaque = try await world.exchange(token, [TestWorld.apiToken]).token
        world.broker.policies.replace(PolicySet([], defaultAudience: TestWorld.publicURL))
        for issued in [access, opaque] {
            #expect(throws: CredentialRefusal.noRightsLeft) { try world.caller(issued) }
            let answer = world.broker.introspect(issued, for: try world.administrator(), roles: .builtIn)
            #expect(answer == ["active": false], "introspection goes by the same rule")
        }
    }

    @Test func aPolicyThatGivesLessTakesTheRestFromWhatIsOut() async throws {
        var policy = TestWorld.deployFromMain
        policy.grants = PolicyText(when: policy.when, roles: ["deployer", "monitor"]).grants
        let world = try await TestWorld(policies: [policy])
        let payments = try NamespaceName("payments")
        let token = try world.issuer.token(now: world.now)
        let issued = [
            try await world.exchange(token).token, try await world.exchange(token, [TestWorld.apiToken]).token,
        ]
        for one in issued { #expect(try world.caller(one).access.roles(in: payments).count == 2) }
        world.broker.policies.replace(
            PolicySet([TestWorld.deployFromMain.definition], defaultAudience: TestWorld.publicURL))
        for one in issued { #expect(try world.caller(one).access.roles(in: payments).map(\.rawValue) == ["deployer"]) }
    }

    @Test func aStoreThatCannotCommitGivesNothingOut() async throws {
        let world = try await TestWorld()
        let token = try world.issuer.token(now: world.now)
        world.store.failCommits = .unavailable("disk full")
        await #expect(throws: ExchangeFailure.store(.unavailable("disk full"))) { try await world.exchange(token) }
        // A refusal that cannot be written down is no refusal yet: 503, not 400.
        let refused = try world.issuer.token(now: world.now, ["ref": "refs/heads/dev"])
        await #expect(throws: ExchangeFailure.store(.unavailable("disk full"))) { try await world.exchange(refused) }
        world.store.failCommits = nil
        #expect(throws: Never.self) { try world.administrator() }
    }
}
