import AccessPolicy
import Broker
import Federation
import GatehouseTesting
import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON
import Testing

/// Who comes in, and how sessions live and die.
struct SignInTests {
    /// A world in which people sign in through one provider.
    static func world(
        mode: SignUpPolicy.Mode = .open, verification: SignUpPolicy.Verification = .provider,
        speakingFor domains: [String] = [], policies: [PolicyText] = [],
        clients: [ConfiguredClient] = []
    ) async throws -> (TestWorld, TestProvider) {
        let web = TestWeb()
        let provider = try TestProvider(web: web)
        let world = try await TestWorld(
            policies: policies, web: web, signIn: [try provider.definition(speakingFor: domains)], clients: clients)
        var policy = SignUpPolicy()
        policy.mode = mode
        policy.verification = verification
        if mode == .domains { policy.domains = ["example.com"] }
        try await world.broker.changeSignUpPolicy(
            to: policy, by: try world.administrator(), context: TestWorld.context)
        return (world, provider)
    }

    static func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch let failure as SignInFailure {
            return failure.code
        } catch {
            return "\(error)"
        }
    }

    @Test func somebodyNewBecomesAUserAndIsTheSameTheNextTime() async throws {
        let (world, provider) = try await Self.world()
        let first = try await world.signIn("alice", through: provider)
        let caller = try world.signedIn(first.token).caller
        #expect(caller.principal.name == "alice@example.com")
        #expect(caller.mechanism == .session)
        #expect(first.returnTo.rawValue == "/account")
        // Another address, the same identity.
        let again = try await world.signIn("alice", through: provider, ["email": "alice@elsewhere.example"])
        #expect(try world.signedIn(again.token).caller.principal.id == caller.principal.id)
        #expect(try world.signedIn(first.token).session.id != world.signedIn(again.token).session.id)
    }

    @Test(
        arguments: [
            ("closed", .closed, [], [:], "signin.not_admitted"),
            ("invited only", .invitation, [], [:], "signin.not_admitted"),
            ("domain of the policy", .domains, [], [:], nil),
            ("another domain", .domains, [], ["email": "a@example.org"], "signin.not_admitted"),
            ("open", .open, [], [:], nil),
            ("no address", .open, [], ["email": nil], "signin.no_verified_email"),
            ("not verified", .open, [], ["email_verified": false], "signin.no_verified_email"),
            ("verified as text", .open, [], ["email_verified": "true"], "signin.no_verified_email"),
            ("verified not said", .open, [], ["email_verified": nil], "signin.no_verified_email"),
            ("not said by who gives the addresses out", .open, ["example.com"], ["email_verified": nil], nil),
            ("not verified, though", .open, ["example.com"], ["email_verified": false], "signin.no_verified_email"),
            ("no address at all", .open, [], ["email": "nobody"], "signin.no_verified_email"),
        ] as [(String, SignUpPolicy.Mode, [String], [String: JSONValue?], String?)])
    func admission(
        _ rule: String, mode: SignUpPolicy.Mode, domains: [String], claims: [String: JSONValue?], refusal: String?
    ) async throws {
        let (world, provider) = try await Self.world(mode: mode, speakingFor: domains)
        let code = await Self.code { _ = try await world.signIn("alice", through: provider, claims) }
        #expect(code == refusal, "\(rule)")
    }

    @Test func anAddressMakesNobodySomebodyElse() async throws {
        let (world, provider) = try await Self.world()
        let request = PersonRequest(
            email: "Root@example.com", firstName: "", lastName: "", management: .provider,
            roles: .none, groups: [])
        _ = try await world.broker.createPerson(request, by: try world.administrator(), context: TestWorld.context)
        let code = await Self.code { _ = try await world.signIn("root", through: provider) }
        #expect(code == "signin.not_admitted")
    }

    @Test func aProviderThatSpeaksForTheDomainLinksOnce() async throws {
        let (world, provider) = try await Self.world(mode: .closed, speakingFor: ["example.com"])
        let request = PersonRequest(
            email: "Root@example.com", firstName: "", lastName: "", management: .provider, roles: .none, groups: [])
        let record = try await world.broker.createPerson(
            request, by: try world.administrator(), context: TestWorld.context)
        let finished = try await world.signIn("root", through: provider)
        #expect(try world.signedIn(finished.token).caller.principal.id == record.principal.id)
        // The address was given to somebody else by now.
        let code = await Self.code {
            _ = try await world.signIn("other", through: provider, ["email": "root@example.com"])
        }
        #expect(code == "signin.not_admitted")
    }

    @Test func whoeverHasToBeApprovedWaitsOnceAndIsLinkedThen() async throws {
        let (world, provider) = try await Self.world(verification: .administrator)
        let administrator = try world.administrator()
        for _ in 0..<2 {
            let code = await Self.code { _ = try await world.signIn("alice", through: provider) }
            #expect(code == "signin.awaits_approval")
        }
        let waiting = try #require(world.broker.signUps.first)
        #expect(world.broker.signUps.count == 1 && waiting.email == "alice@example.com")
        #expect(waiting.identity?.subject == "alice" && waiting.identity?.provider == "idp")
        _ = try await world.broker.approveSignUp(waiting.name, by: administrator, context: TestWorld.context)
        let finished = try await world.signIn("alice", through: provider)
        #expect(try world.signedIn(finished.token).name == "alice@example.com")
    }

    @Test func whoeverIsDeclinedDoesNotWaitAgain() async throws {
        let (world, provider) = try await Self.world(verification: .administrator)
        _ = await Self.code { _ = try await world.signIn("alice", through: provider) }
        let waiting = try #require(world.broker.signUps.first)
        try await world.broker.declineSignUp(
            waiting.name, by: try world.administrator(), context: TestWorld.context)
        let code = await Self.code { _ = try await world.signIn("alice", through: provider) }
        #expect(code == "signin.not_admitted")
        #expect(world.broker.signUps.map(\.state) == [.declined])
    }

    @Test func anInvitationLetsItsAddressInOnce() async throws {
        let (world, provider) = try await Self.world(mode: .invitation)
        let admin = try world.administrator()
        let (_, token) = try await world.broker.invite(
            "alice@example.com", roles: .none, groups: [], lifetime: 3600, by: admin, context: TestWorld.context)
        let other = await Self.code { _ = try await world.signIn("bob", through: provider, invitation: token) }
        #expect(other == "signin.invitation")
        _ = try await world.signIn("alice", through: provider, invitation: token)
        let again = await Self.code { _ = try await world.signIn("bob", through: provider, invitation: token) }
        #expect(again == "signin.invitation")
    }

    @Test func whatIsBroughtBackMustHaveBegunHereAndOnce() async throws {
        let (world, provider) = try await Self.world()
        let start = SignInStart(provider: "idp", returnTo: try LocalTarget("/account"))
        let started = try await world.broker.beginSignIn(start, context: TestWorld.context)
        let other = try await world.broker.beginSignIn(start, context: TestWorld.context)
        let query = try provider.signIn("alice", at: started.url, now: world.now)
        func finish(_ cookies: [(String, Secret)], query: String, provider: String = "idp") async -> String? {
            await Self.code {
                _ = try await world.broker.finishSignIn(
                    SignInAnswer(
                        provider: provider, query: query, cookies: cookies, session: nil, browser: TestWorld.browser))
            }
        }
        #expect(await finish([], query: query) == "signin.not_begun", "another browser")
        #expect(await finish([(other.name, other.sealed)], query: query) == "signin.not_begun", "another sign-in")
        #expect(await finish([(started.name, other.sealed)], query: query) == "signin.not_begun", "cookies exchanged")
        #expect(
            await finish([(started.name, started.sealed)], query: query, provider: "other") == "signin.not_begun",
            "another callback")
        #expect(
            await finish([(started.name, Secret(utf8: "garbage"))], query: query) == "signin.not_begun", "not sealed")
        #expect(await finish([(started.name, started.sealed)], query: query) == nil)
        #expect(await finish([(started.name, started.sealed)], query: query) == "signin.already_used")
        // A restart forgets nothing of it: the claim is a row.
        world.clock.advance(seconds: 601)
        #expect(await finish([(other.name, other.sealed)], query: query) == "signin.not_begun")
    }

    /// Browsers drop a cookie that is too long, and then the answer would belong to nothing.
    @Test(arguments: [(2_000, nil), (2_500, nil), (3_500, "signin.too_long")] as [(Int, String?)])
    func whatABrowserKeeps(_ length: Int, refusal: String?) async throws {
        let (world, _) = try await Self.world()
        let target = try LocalTarget("/oauth/authorize?state=" + String(repeating: "s", count: length))
        let code = await Self.code {
            let started = try await world.broker.beginSignIn(
                SignInStart(provider: "idp", returnTo: target), context: TestWorld.context)
            #expect(started.sealed.count <= 3_900)
        }
        #expect(code == refusal)
    }

    @Test func fiftyAtOnceMakeOneSession() async throws {
        let (world, provider) = try await Self.world()
        let start = SignInStart(provider: "idp", returnTo: try LocalTarget("/account"))
        let started = try await world.broker.beginSignIn(start, context: TestWorld.context)
        let query = try provider.signIn("alice", at: started.url, now: world.now)
        let codes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await Self.code {
                        _ = try await world.broker.finishSignIn(
                            SignInAnswer(
                                provider: "idp", query: query, cookies: [(started.name, started.sealed)], session: nil,
                                browser: TestWorld.browser))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == nil } == 1)
        #expect(codes.count { $0 == "signin.already_used" } == 49)
    }

    @Test func sessionsEndByThemselves() async throws {
        let (world, provider) = try await Self.world()
        let token = try await world.signIn("alice", through: provider).token
        for _ in 0..<5 {
            world.clock.advance(seconds: 7199)
            _ = try world.signedIn(token)
        }
        #expect(throws: CredentialRefusal.idle) {
            world.clock.advance(seconds: 7200)
            _ = try world.broker.authenticate(session: token.reveal(), from: "127.0.0.1")
        }
        let second = try await world.signIn("alice", through: provider).token
        for _ in 0..<6 {
            world.clock.advance(seconds: 7199)
            _ = world.broker.session(second.reveal(), from: "127.0.0.1")
        }
        world.clock.advance(seconds: 7)
        #expect(throws: CredentialRefusal.expired) {
            try world.broker.authenticate(session: second.reveal(), from: "127.0.0.1")
        }
    }

    @Test func signingInAgainChangesTheSecretAndEndsWhoeverWasThere() async throws {
        let (world, provider) = try await Self.world()
        let first = try await world.signIn("alice", through: provider)
        let again = try await world.signIn("alice", through: provider, replacing: first.token)
        #expect(again.session.id == first.session.id)
        #expect(world.broker.session(first.token.reveal(), from: "127.0.0.1") == nil)
        _ = try world.signedIn(again.token)
        let bob = try await world.signIn("bob", through: provider, replacing: again.token)
        #expect(world.broker.session(again.token.reveal(), from: "127.0.0.1") == nil)
        #expect(try world.signedIn(bob.token).name == "bob@example.com")
    }

    /// Signing in again continues a session that lives, with what hangs on it, and revives none that is over.
    @Test(arguments: [(7199, true), (7200, false)] as [(Int64, Bool)])
    func aSessionThatIsOverStaysOver(_ seconds: Int64, isContinued: Bool) async throws {
        let world = try await AuthorizationWorld()
        let before = try world.signedIn().session.id
        let refreshToken = try #require(try await world.redeem(try await world.code()).refreshToken)
        world.world.clock.advance(seconds: seconds)
        let again = try await world.world.signIn("alice", through: world.provider, replacing: world.session)
        #expect((again.session.id == before) == isContinued)
        let failure = await AuthorizationWorld.failure { _ = try await world.refresh(refreshToken) }
        #expect(failure == (isContinued ? nil : .grant(.sessionEnded)))
        _ = try world.world.signedIn(again.token)
    }

    @Test func refreshingIsNoUseOfTheSession() async throws {
        let world = try await AuthorizationWorld()
        var refreshToken = try await world.redeem(try await world.code()).refreshToken
        for _ in 0..<2 {
            world.world.clock.advance(seconds: 3599)
            refreshToken = try await world.refresh(refreshToken).refreshToken
        }
        world.world.clock.advance(seconds: 2)
        #expect(await AuthorizationWorld.failure { _ = try await world.refresh(refreshToken) } == .grant(.sessionEnded))
        #expect(world.broker.session(world.session.reveal(), from: "127.0.0.1") == nil)
    }

    @Test func whoIsDisabledIsOutAtOnce() async throws {
        let (world, provider) = try await Self.world()
        let token = try await world.signIn("alice", through: provider).token
        try await world.broker.setEnabled(
            false, person: "alice@example.com", by: try world.administrator(), context: TestWorld.context)
        #expect(throws: CredentialRefusal.unknown) {
            try world.broker.authenticate(session: token.reveal(), from: "127.0.0.1")
        }
        let code = await Self.code { _ = try await world.signIn("alice", through: provider) }
        #expect(code == "signin.user_disabled")
    }

    @Test func sessionsAreListedAndEnded() async throws {
        let (world, provider) = try await Self.world()
        let one = try await world.signIn("alice", through: provider)
        let two = try await world.signIn("alice", through: provider)
        let bob = try await world.signIn("bob", through: provider)
        let caller = try world.signedIn(one.token).caller
        #expect(world.broker.sessions(of: caller.principal.id).count == 2)
        await #expect(throws: DirectoryFailure.notFound(kind: "session", name: bob.session.id)) {
            try await world.broker.endSession(bob.session.id, by: caller, context: TestWorld.context)
        }
        try await world.broker.endOtherSessions(by: caller, context: TestWorld.context)
        #expect(world.broker.session(two.token.reveal(), from: "127.0.0.1") == nil)
        _ = try world.signedIn(one.token)
        _ = try world.signedIn(bob.token)
        try await world.broker.endSession(one.session.id, by: caller, context: TestWorld.context)
        #expect(world.broker.session(one.token.reveal(), from: "127.0.0.1") == nil)
    }

    @Test func policiesGiveRolesForTheSessionOnly() async throws {
        let policy = PolicyText(
            name: "people", provider: "idp", when: #""deployers" in claims.groups"#, types: [.session, .apiToken])
        let (world, provider) = try await Self.world(policies: [policy])
        let token = try await world.signIn("alice", through: provider, ["groups": ["deployers"]]).token
        let caller = try world.signedIn(token).caller
        let payments = try NamespaceName("payments")
        #expect(caller.access.roles(in: payments) == [try RoleName("deployer")])
        let without = try await world.signIn("bob", through: provider).token
        #expect(try world.signedIn(without).caller.access.isEmpty)
        // The policy is gone, and with it what it gave.
        world.broker.policies.replace(PolicySet([], defaultAudience: TestWorld.publicURL))
        #expect(try world.signedIn(token).caller.access.isEmpty)
    }

    @Test func aSessionIsNoTokenAndATokenNoSession() async throws {
        let (world, provider) = try await Self.world()
        let token = try await world.signIn("alice", through: provider).token
        #expect(throws: CredentialRefusal.self) { try world.caller(token) }
        #expect(throws: CredentialRefusal.wrongClass) {
            try world.broker.authenticate(session: world.administratorToken.reveal(), from: "127.0.0.1")
        }
    }
}
