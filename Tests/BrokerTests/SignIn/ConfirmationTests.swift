import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// Asking the provider again whether a sign-in stands.
struct ConfirmationTests {
    private typealias World = AuthorizationWorld

    private static let policy = PolicyText(
        name: "people", provider: "idp", when: #"("groups" in claims) && "deployers" in claims.groups"#,
        types: [.session])

    /// Alice, a deployer at her provider, in a session whose provider gave a refresh token; and an application's tokens.
    private static func world(
        scope: String = "openid offline_access namespace:payments"
    ) async throws -> (World, TokenResponse) {
        var world = try await World(policies: [policy])
        world.session = try await world.world.signIn(
            "alice", through: world.provider, ["groups": ["deployers"]], refreshToken: "upstream-1"
        ).token
        return (world, try await world.redeem(try await world.code(["scope": scope])))
    }

    private static let payments = try? NamespaceName("payments")

    private static func roles(_ world: World, _ token: Secret) throws -> [String] {
        try world.world.caller(token).access.roles(in: try #require(payments)).map(\.rawValue)
    }

    /// What the provider answers to a refresh.
    private static func answer(_ world: World, _ claims: [String: JSONValue?], refreshToken: String? = nil) throws {
        _ = try world.provider.signIn(
            "alice", at: "https://idp.example/authorize?x=y", now: world.world.now, claims, refreshToken: refreshToken)
    }

    private static func refuse(_ world: World, _ error: String, status: Int = 400) {
        world.provider.web.answer(
            "https://idp.example/token", Array(#"{"error":"\#(error)"}"#.utf8), status: status)
    }

    private static func lastRequest(_ world: World) -> String {
        world.provider.web.bodies("https://idp.example/token").last ?? ""
    }

    @Test func aSessionInUseIsConfirmedAndFollowsTheProvider() async throws {
        let (world, _) = try await Self.world()
        let namespace = try #require(Self.payments)
        func roles() throws -> [String] {
            try world.signedIn().caller.access.roles(in: namespace).map(\.rawValue)
        }
        #expect(try roles() == ["deployer"])
        try Self.answer(world, ["groups": []], refreshToken: "upstream-2")
        world.world.clock.advance(seconds: 899)
        _ = try world.signedIn()
        await world.broker.confirmSignIns()
        #expect(try roles() == ["deployer"], "not yet")
        world.world.clock.advance(seconds: 1)
        try Self.answer(world, ["groups": []], refreshToken: "upstream-2")
        _ = try world.signedIn()
        await world.broker.confirmSignIns()
        #expect(try roles() == [])
        #expect(Self.lastRequest(world).contains("refresh_token=upstream-1"))
        // The next time with the next refresh token; what was lost can be had again.
        try Self.answer(world, ["groups": ["deployers"]])
        world.world.clock.advance(seconds: 900)
        try Self.answer(world, ["groups": ["deployers"]])
        _ = try world.signedIn()
        await world.broker.confirmSignIns()
        #expect(try roles() == ["deployer"])
        #expect(Self.lastRequest(world).contains("refresh_token=upstream-2"))
        let events = try await world.world.audit().filter { $0["action"]?.stringValue == "session.confirm" }
        #expect(events.count == 2)
    }

    @Test(arguments: ["invalid_grant", "bad_refresh_token"])
    func whoTheProviderDoesNotKnowAnyMoreIsOut(_ error: String) async throws {
        let (world, tokens) = try await Self.world()
        world.world.clock.advance(seconds: 900)
        _ = try world.signedIn()
        Self.refuse(world, error)
        await world.broker.confirmSignIns()
        #expect(throws: (any Error).self) { try world.signedIn() }
        #expect(await World.failure { _ = try await world.refresh(tokens.refreshToken) } == .grant(.unknown))
        let event = try await world.world.audit().last { $0["action"]?.stringValue == "session.end" }
        #expect(event?["reason"]?.stringValue == "signin.token_refused")
    }

    @Test func aProviderThatDoesNotAnswerEndsNothingAtOnce() async throws {
        let (world, tokens) = try await Self.world()
        world.world.clock.advance(seconds: 900)
        Self.refuse(world, "server_error", status: 503)
        _ = try world.signedIn()
        await world.broker.confirmSignIns()
        let next = try await world.refresh(tokens.refreshToken)
        #expect(try Self.roles(world, next.accessToken) == ["deployer"])
        world.world.clock.advance(seconds: 2700)
        #expect(await World.failure { _ = try await world.refresh(next.refreshToken) } == .providerUnavailable)
        _ = try world.signedIn()
        // It is back, and the refresh token was not used up.
        try Self.answer(world, ["groups": ["deployers"]])
        world.world.clock.advance(seconds: 60)
        try Self.answer(world, ["groups": ["deployers"]])
        let last = try await world.refresh(next.refreshToken)
        #expect(try Self.roles(world, last.accessToken) == ["deployer"])
    }

    @Test func aRefreshAsksAndGivesWhatTheProviderSaysNow() async throws {
        let (world, tokens) = try await Self.world()
        #expect(try Self.roles(world, tokens.accessToken) == ["deployer"])
        world.world.clock.advance(seconds: 900)
        try Self.answer(world, ["groups": []])
        let next = try await world.refresh(tokens.refreshToken)
        #expect(next.scope == (try Scope("openid offline_access")))
        world.world.clock.advance(seconds: 900)
        Self.refuse(world, "invalid_grant")
        #expect(await World.failure { _ = try await world.refresh(next.refreshToken) } == .grant(.sessionEnded))
    }

    @Test func somebodyElsesAnswerEndsIt() async throws {
        let (world, tokens) = try await Self.world()
        world.world.clock.advance(seconds: 900)
        try Self.answer(world, ["sub": "mallory"])
        #expect(await World.failure { _ = try await world.refresh(tokens.refreshToken) } == .grant(.sessionEnded))
        #expect(throws: (any Error).self) { try world.signedIn() }
    }

    /// Without a word of the provider what it said then cannot stand for ever.
    @Test func whatPoliciesGaveEndsWithTheSession() async throws {
        let (world, tokens) = try await Self.world()
        let signedIn = try world.signedIn()
        try await world.broker.endSession(signedIn.session.id, by: signedIn.caller, context: TestWorld.context)
        #expect(await World.failure { _ = try await world.refresh(tokens.refreshToken) } == .grant(.sessionEnded))
    }
}
