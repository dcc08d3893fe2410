import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import OAuth
import Secrets
import StrictJSON
import Testing

/// What a client is told of a token (RFC 7662 §4): its own, and those for what it serves.
struct ClientIntrospectionTests {
    typealias World = AuthorizationWorld

    private static let resource = "https://api.example"

    private static func client(_ id: String, _ members: JSONObject) throws -> ConfiguredClient {
        ConfiguredClient(
            metadata: try World.metadata(members, id: id), secrets: [Secret(utf8: World.secret)], roles: .none)
    }

    /// `app` and `other` may ask tokens for the resource; `rs` is it, and may ask for none.
    private static func world(policies: [PolicyText] = []) async throws -> World {
        try await World(
            [
                try client("rs", ["resource_server": [JSONValue(resource)], "resources": []]),
                try client("rs2", ["resource_server": ["https://api.example/"], "resources": []]),
                try client("public", ["token_endpoint_auth_method": "none"]),
            ], policies: policies)
    }

    private static func isActive(_ token: Secret, for id: String, in world: World) throws -> Bool {
        let client = try #require(world.broker.client(id))
        let answer = try world.broker.introspect(token, for: client)
        if answer["active"] != true { #expect(answer == ["active": false], "nothing else is said") }
        return answer["active"] == true
    }

    @Test(
        arguments: [
            ("its own", "app", nil, true), ("another's", "other", nil, false), ("not for it", "rs", nil, false),
            ("its own, for a resource", "app", resource, true),
            ("for what it may ask tokens for", "other", resource, false),
            ("for what it is", "rs", resource, true), ("for what is nearly it", "rs2", resource, false),
        ] as [(String, String, String?, Bool)])
    func whoIsTold(_ rule: String, client: String, resource: String?, isTold: Bool) async throws {
        let world = try await Self.world()
        let token = try await world.redeem(try await world.code(["resource": resource])).accessToken
        #expect(try Self.isActive(token, for: client, in: world) == isTold, "\(rule)")
    }

    @Test func whatIsNoAccessTokenIsNotTold() async throws {
        let world = try await Self.world()
        let answer = try await world.redeem(try await world.code())
        for token in [
            answer.refreshToken, answer.idToken, world.session, world.world.administratorToken, Secret(utf8: "garbage"),
        ] {
            #expect(try !Self.isActive(try #require(token), for: "app", in: world))
        }
    }

    @Test func aPublicClientIsToldNothing() async throws {
        let world = try await Self.world()
        let token = try await world.redeem(try await world.code()).accessToken
        let client = try #require(world.broker.client("public"))
        #expect(throws: AuthorizationFailure.client("a public client may not introspect")) {
            try world.broker.introspect(token, for: client)
        }
    }

    /// As with every other use: a token whose policy is gone is good for nothing.
    @Test func aPolicyThatIsGone() async throws {
        let world = try await Self.world(policies: [TestWorld.deployFromMain])
        let issued = try await world.world.exchange(
            try world.world.issuer.token(now: world.world.now), [("audience", TestWorld.publicURL)])
        let token = issued.token
        let reader = ConfiguredClient(
            metadata: try World.metadata(["resource_server": [JSONValue(TestWorld.publicURL)]], id: "reader"),
            secrets: [Secret(utf8: World.secret)], roles: .none)
        world.broker.replaceConfiguredClients([reader])
        #expect(try Self.isActive(token, for: "reader", in: world))
        world.broker.policies.replace(PolicySet([], defaultAudience: TestWorld.publicURL))
        #expect(try !Self.isActive(token, for: "reader", in: world))
    }
}
