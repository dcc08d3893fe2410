import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON
import Testing

/// Codes and refresh tokens (RFC 6749, RFC 7636, RFC 9700).
struct CodeTests {
    typealias World = AuthorizationWorld

    @Test func aCodeGivesTokensForItsPerson() async throws {
        let world = try await World()
        let answer = try await world.redeem(try await world.code())
        #expect(answer.scope == (try Scope("openid email")))
        let idToken = try #require(answer.idToken)
        let claims = try UnverifiedToken.parse(idToken.reveal()).claims.object
        #expect(claims["aud"]?.stringValue == "app")
        #expect(claims["nonce"]?.stringValue == "n")
        #expect(claims["email"]?.stringValue == "alice@example.com")
        #expect(claims["name"] == nil, "not asked for")
        #expect(claims["sub"]?.stringValue == (try world.signedIn().session.principal.rawValue))
        #expect(claims["sid"]?.stringValue == (try world.signedIn().session.id))
        #expect(claims["at_hash"]?.stringValue != nil)
        let info = try world.broker.userInfo(
            authorization: ["Bearer " + answer.accessToken.revealText()], from: "127.0.0.1")
        #expect(info.isAllowed)
        #expect(info.claims["email"]?.stringValue == "alice@example.com")
    }

    @Test(
        arguments: [
            ("another client", "other", "https://app.example/callback", World.verifier, .wrongClient),
            ("another redirect URI", "app", "https://app.example/callback2", World.verifier, .wrongRedirectURI),
            ("without a redirect URI", "app", nil, World.verifier, .wrongRedirectURI),
            (
                "another verifier", "app", "https://app.example/callback", String(repeating: "w", count: 43),
                .wrongVerifier
            ),
            ("all as it was", "app", "https://app.example/callback", World.verifier, nil),
        ] as [(String, String, String?, String, GrantRefusal?)])
    func redemption(
        _ rule: String, client: String, redirectURI: String?, verifier: String, refusal: GrantRefusal?
    ) async throws {
        let world = try await World()
        let code = try await world.code()
        let failure = await World.failure {
            _ = try await world.redeem(code, client: client, redirectURI: redirectURI, verifier: verifier)
        }
        #expect(failure == refusal.map { .grant($0) }, "\(rule)")
        // What its own client gets wrong uses the code up; others cannot do that to it.
        guard let refusal else { return }
        let again = await World.failure { _ = try await world.redeem(code) }
        #expect(again == (refusal == .wrongClient ? nil : .grant(.unknown)), "\(rule)")
    }

    @Test func aCodeEnds() async throws {
        let world = try await World()
        let code = try await world.code()
        world.world.clock.advance(seconds: 60)
        #expect(await World.failure { _ = try await world.redeem(code) } == .grant(.expired))
    }

    @Test func fiftyAtOnceGiveTokensOnce() async throws {
        let world = try await World()
        let code = try await world.code()
        let results = await withTaskGroup(of: Result<TokenResponse, any Error>.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do { return .success(try await world.redeem(code)) } catch { return .failure(error) }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let won = results.compactMap { try? $0.get() }
        #expect(won.count == 1)
        let lost = results.compactMap { result -> AuthorizationFailure? in
            if case .failure(let error) = result { error as? AuthorizationFailure } else { nil }
        }
        #expect(lost.count == 49 && lost.allSatisfy { $0 == .grant(.repeated) })
        // Nothing was revoked by it.
        let answer = try #require(won.first)
        #expect(try world.isActive(answer.accessToken))
        _ = try await world.refresh(answer.refreshToken)
    }

    @Test func aCodeAgainLaterOrByAnotherEndsTheFamily() async throws {
        for (client, seconds) in [("app", Int64(10)), ("other", 0)] {
            let world = try await World()
            let code = try await world.code()
            let answer = try await world.redeem(code)
            world.world.clock.advance(seconds: seconds)
            #expect(
                await World.failure { _ = try await world.redeem(code, client: client) } == .grant(.replayed))
            #expect(try !world.isActive(answer.accessToken))
            #expect(await World.failure { _ = try await world.refresh(answer.refreshToken) } == .grant(.unknown))
        }
    }

    @Test func refreshTokensRotateAndALostAnswerComesAgain() async throws {
        let world = try await World()
        let first = try await world.redeem(try await world.code())
        let second = try await world.refresh(first.refreshToken)
        #expect(second.refreshToken?.revealText() != first.refreshToken?.revealText())
        let again = try await world.refresh(first.refreshToken)
        #expect(again.refreshToken?.revealText() == second.refreshToken?.revealText())
        #expect(again.accessToken.revealText() == second.accessToken.revealText())
        let third = try await world.refresh(second.refreshToken)
        #expect(try world.isActive(third.accessToken))
        // The answer has arrived by now, as somebody uses it.
        #expect(await World.failure { _ = try await world.refresh(first.refreshToken) } == .grant(.replayed))
        #expect(try !world.isActive(third.accessToken))
    }

    @Test func aRefreshTokenAgainEndsTheFamily() async throws {
        for generations in [1, 5] {
            let world = try await World()
            let first = try await world.redeem(try await world.code())
            var last = first
            for _ in 0..<generations {
                last = try await world.refresh(last.refreshToken)
                world.world.clock.advance(seconds: 11)
            }
            #expect(await World.failure { _ = try await world.refresh(first.refreshToken) } == .grant(.replayed))
            #expect(try !world.isActive(last.accessToken))
            #expect(await World.failure { _ = try await world.refresh(last.refreshToken) } == .grant(.unknown))
        }
    }

    @Test func anotherClientCannotHaveTheLostAnswer() async throws {
        let world = try await World()
        let first = try await world.redeem(try await world.code())
        let second = try await world.refresh(first.refreshToken)
        #expect(
            await World.failure { _ = try await world.refresh(first.refreshToken, client: "other") }
                == .grant(.replayed))
        #expect(try !world.isActive(second.accessToken))
    }

    @Test func aRefreshGivesNoMoreThanBefore() async throws {
        let world = try await World()
        let first = try await world.redeem(try await world.code(["scope": "openid email"]))
        let narrower = try await world.refresh(first.refreshToken, scope: "openid")
        #expect(narrower.scope == (try Scope("openid")))
        let failure = await World.failure { _ = try await world.refresh(narrower.refreshToken, scope: "openid api") }
        guard case .request(let error)? = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        #expect(error.code == .invalidScope)
        // As before is still what was given.
        let whole = try await world.refresh(narrower.refreshToken)
        #expect(whole.scope == (try Scope("openid email")))
    }

    @Test func whatHangsOnASessionEndsWithIt() async throws {
        let world = try await World()
        let online = try await world.redeem(try await world.code())
        let offline = try await world.redeem(try await world.code(["scope": "openid offline_access"]))
        let signedIn = try world.signedIn()
        try await world.broker.endSession(signedIn.session.id, by: signedIn.caller, context: TestWorld.context)
        #expect(try !world.isActive(online.accessToken))
        #expect(await World.failure { _ = try await world.refresh(online.refreshToken) } == .grant(.unknown))
        #expect(try world.isActive(offline.accessToken))
        _ = try await world.refresh(offline.refreshToken)
    }

    @Test func whoIsDisabledGetsNothingMore() async throws {
        let world = try await World()
        let offline = try await world.redeem(try await world.code(["scope": "openid offline_access"]))
        try await world.broker.setEnabled(
            false, person: "alice@example.com", by: try world.world.administrator(), context: TestWorld.context)
        #expect(try !world.isActive(offline.accessToken))
        #expect(await World.failure { _ = try await world.refresh(offline.refreshToken) } == .grant(.unknown))
    }

    @Test func whoHoldsARefreshTokenMayEndIt() async throws {
        let world = try await World()
        let answer = try await world.redeem(try await world.code())
        let token = try #require(answer.refreshToken)
        try await world.broker.revoke(presented: token, context: TestWorld.context)
        #expect(try !world.isActive(answer.accessToken))
        #expect(await World.failure { _ = try await world.refresh(token) } == .grant(.unknown))
    }

    // MARK: What scopes open

    @Test(
        arguments: [
            ("openid email", false, []), ("openid namespace:payments", true, ["deployer"]),
            ("openid api", true, ["deployer"]), ("openid namespace:payments role:deployer", true, ["deployer"]),
        ] as [(String, Bool, [String])])
    func aTokenOpensWhatItsScopeSays(_ scope: String, opens: Bool, roles: [String]) async throws {
        let policy = PolicyText(
            name: "people", provider: "idp", when: #""deployers" in claims.groups"#, types: [.session])
        let world = try await World(policies: [policy])
        let answer = try await world.redeem(try await world.code(["scope": scope]))
        let caller = try? world.world.caller(answer.accessToken)
        #expect((caller != nil) == opens)
        let held = caller?.access.roles(in: try NamespaceName("payments")) ?? []
        #expect(held.map(\.rawValue).sorted() == roles)
        #expect(caller?.isDelegated ?? true == !scope.contains("api"))
    }

    @Test func aTokenForAnotherResourceIsNotForUs() async throws {
        let policy = PolicyText(
            name: "people", provider: "idp", when: #""deployers" in claims.groups"#, types: [.session])
        let world = try await World(policies: [policy])
        let answer = try await world.redeem(
            try await world.code(["scope": "openid api", "resource": "https://api.example"]))
        let claims = try UnverifiedToken.parse(answer.accessToken.reveal()).claims
        #expect(claims.audiences.map(\.rawValue) == ["https://api.example"])
        #expect(throws: CredentialRefusal.token(.wrongAudience)) { try world.world.caller(answer.accessToken) }
        // Nor by a detour.
        for parameters in [World.apiToken, [("audience", TestWorld.publicURL)]] {
            await #expect(throws: ExchangeFailure.policy(.audienceNotAllowed)) {
                _ = try await world.world.exchange(answer.accessToken.reveal(), World.ownToken + parameters)
            }
        }
    }

    /// What is made of a client's token stays a client's token, and ends with its authorization.
    @Test func anExchangedTokenStaysWhatItWas() async throws {
        let policy = PolicyText(
            name: "people", provider: "idp", when: #""deployers" in claims.groups"#, types: [.session])
        let world = try await World(policies: [policy])
        let answer = try await world.redeem(try await world.code(["scope": "openid namespace:payments"]))
        let exchanged = try await world.world.exchange(answer.accessToken.reveal(), World.ownToken)
        #expect(try world.world.caller(exchanged.token).isDelegated)
        let again = try await world.world.exchange(exchanged.token.reveal(), World.ownToken)
        await #expect(throws: ExchangeFailure.policy(.credentialTypeNotAllowed)) {
            _ = try await world.world.exchange(answer.accessToken.reveal(), World.ownToken + World.apiToken)
        }
        try await world.broker.revoke(presented: try #require(answer.refreshToken), context: TestWorld.context)
        for token in [exchanged.token, again.token] {
            #expect(throws: CredentialRefusal.revoked) { try world.world.caller(token) }
        }
    }

    @Test func theScopeSaysOnlyWhatIsHeld() async throws {
        let world = try await World()
        let administrator = try world.world.administrator()
        try await world.world.makeGroup("deployers", ["payments": ["deployer"]])
        try await world.broker.changeGroups(
            of: "alice@example.com", adding: ["deployers"], by: administrator, context: TestWorld.context)
        let scope = "openid namespace:payments role:deployer"
        let answer = try await world.redeem(try await world.code(["scope": scope]))
        #expect(answer.scope == (try Scope(scope)))
        try await world.broker.changeGroups(
            of: "alice@example.com", removing: ["deployers"], by: administrator, context: TestWorld.context)
        let less = try await world.refresh(answer.refreshToken)
        #expect(less.scope == (try Scope("openid")))
        let claims = try UnverifiedToken.parse(less.accessToken.reveal()).claims.object
        #expect(claims["scope"]?.stringValue == "openid")
    }

    @Test func whatWasAllowedIsSeenAndTakenBack() async throws {
        let world = try await World()
        let offline = try await world.redeem(try await world.code(["scope": "openid offline_access"]))
        let signedIn = try world.signedIn()
        let person = signedIn.session.principal
        guard case .answer = try await world.step(["scope": "openid email"], signedIn: signedIn, decision: true) else {
            Issue.record("no answer")
            return
        }
        let seen = try #require(world.broker.applications(of: person).first)
        #expect(seen.clientID == "app" && seen.scopes == ["email", "offline_access", "openid"])
        #expect(seen.lastUse != nil)
        try await world.broker.withdraw(client: "app", by: signedIn.caller, context: TestWorld.context)
        #expect(world.broker.applications(of: person).isEmpty)
        #expect(try !world.isActive(offline.accessToken))
        #expect(await World.failure { _ = try await world.refresh(offline.refreshToken) } == .grant(.unknown))
        await #expect(throws: DirectoryFailure.notFound(kind: "application", name: "app")) {
            try await world.broker.withdraw(client: "app", by: signedIn.caller, context: TestWorld.context)
        }
        let actions = try await world.world.audit().compactMap { $0["action"]?.stringValue }
        #expect(actions.contains("consent.withdraw") && actions.contains("authorization.revoke"))
    }

    @Test func anAdministratorEndsSessionsOfOthers() async throws {
        let world = try await World()
        let offline = try await world.redeem(try await world.code(["scope": "openid offline_access"]))
        try await world.broker.endSessions(
            of: "alice@example.com", by: try world.world.administrator(), context: TestWorld.context)
        #expect(throws: (any Error).self) { try world.signedIn() }
        #expect(try !world.isActive(offline.accessToken))
    }

    @Test func whoIsLetInAgainBeginsAnew() async throws {
        let world = try await World()
        let offline = try await world.redeem(try await world.code(["scope": "openid offline_access"]))
        for isEnabled in [false, true] {
            try await world.broker.setEnabled(
                isEnabled, person: "alice@example.com", by: try world.world.administrator(),
                context: TestWorld.context)
        }
        #expect(throws: (any Error).self) { try world.signedIn() }
        #expect(try !world.isActive(offline.accessToken))
        #expect(await World.failure { _ = try await world.refresh(offline.refreshToken) } == .grant(.unknown))
    }
}
