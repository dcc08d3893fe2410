import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON
import Testing

/// Devices, and clients that speak for themselves.
struct DeviceTests {
    typealias World = AuthorizationWorld

    static func request(scope: String = "openid api") throws -> DeviceAuthorizationRequest {
        try DeviceAuthorizationRequest(
            try World.form([("client_id", Broker.commandLineClient), ("scope", scope)]), authorization: nil)
    }

    static func begin(_ world: World) async throws -> (DeviceAuthorizationResponse, ClientRecord) {
        let client = try #require(world.broker.client(Broker.commandLineClient))
        return (
            try await world.broker.authorizeDevice(try request(), client: client, context: TestWorld.context), client
        )
    }

    static func poll(_ world: World, _ code: Secret, _ client: ClientRecord) async -> AuthorizationFailure? {
        await World.failure {
            _ = try await world.broker.redeem(deviceCode: code, client: client, context: TestWorld.context)
        }
    }

    @Test func aPersonLetsADeviceIn() async throws {
        let world = try await World()
        let (codes, client) = try await Self.begin(world)
        #expect(await Self.poll(world, codes.deviceCode, client) == .device(.pending))
        #expect(await Self.poll(world, codes.deviceCode, client) == .device(.tooFast))
        let signedIn = try world.signedIn()
        let typed = try #require(UserCode(typed: codes.userCode.shown.lowercased()))
        let found = try #require(try world.broker.device(userCode: typed, signedIn: signedIn))
        #expect(found.client.id == Broker.commandLineClient)
        #expect(
            try await world.broker.decide(found.record, isAllowed: true, signedIn: signedIn, context: TestWorld.context)
        )
        #expect(
            try await !world.broker.decide(
                found.record, isAllowed: true, signedIn: signedIn, context: TestWorld.context), "once")
        let answer = try await world.broker.redeem(
            deviceCode: codes.deviceCode, client: client, context: TestWorld.context)
        #expect(try world.world.caller(answer.accessToken).principal.name == "alice@example.com")
        #expect(await Self.poll(world, codes.deviceCode, client) == .grant(.unknown), "a code gives tokens once")
        _ = try await world.refresh(answer.refreshToken, client: Broker.commandLineClient)
    }

    @Test func aPersonSaysNo() async throws {
        let world = try await World()
        let (codes, client) = try await Self.begin(world)
        let signedIn = try world.signedIn()
        let found = try #require(try world.broker.device(userCode: codes.userCode, signedIn: signedIn))
        _ = try await world.broker.decide(
            found.record, isAllowed: false, signedIn: signedIn, context: TestWorld.context)
        #expect(await Self.poll(world, codes.deviceCode, client) == .device(.denied))
        #expect(try world.broker.device(userCode: codes.userCode, signedIn: signedIn) == nil)
    }

    @Test func aDeviceWaitsTenMinutesForItsOwnClient() async throws {
        let world = try await World()
        let (codes, client) = try await Self.begin(world)
        let other = try #require(world.broker.client("app"))
        #expect(
            await Self.poll(world, codes.deviceCode, other) == .notAllowed("this client has no device flow"))
        world.world.clock.advance(seconds: 600)
        #expect(await Self.poll(world, codes.deviceCode, client) == .device(.expired))
        #expect(try world.broker.device(userCode: codes.userCode, signedIn: try world.signedIn()) == nil)
    }

    @Test func codesCannotBeGuessed() async throws {
        let world = try await World()
        _ = try await Self.begin(world)
        let signedIn = try world.signedIn()
        let guess = try #require(UserCode(typed: "BBBB-BBBB"))
        var refused = 0
        for _ in 0..<20 {
            do throws(AuthorizationFailure) {
                #expect(try world.broker.device(userCode: guess, signedIn: signedIn) == nil)
            } catch {
                guard case .tooOften = error else { return #expect(Bool(false), "\(error)") }
                refused += 1
            }
        }
        #expect(refused == 15)
    }

    // MARK: Clients that speak for themselves

    static func robot(_ members: JSONObject = JSONObject()) throws -> ConfiguredClient {
        var all: JSONObject = ["grant_types": ["client_credentials"], "redirect_uris": []]
        for member in members.members { all[member.name.rawValue] = member.value }
        var access = NamespaceAccess.none
        access.add([try RoleName("deployer")], in: try NamespacePattern("payments"))
        return ConfiguredClient(
            metadata: try World.metadata(all, id: "robot"), secrets: [Secret(utf8: World.secret)], roles: access)
    }

    @Test func aClientHasItsOwnRoles() async throws {
        let world = try await World([try Self.robot()])
        let client = try #require(world.broker.client("robot"))
        let answer = try await world.broker.clientToken(
            scope: nil, resources: [], client: client, context: TestWorld.context)
        let caller = try world.world.caller(answer.accessToken)
        #expect(caller.principal.kind == .service)
        #expect(caller.access.roles(in: try NamespaceName("payments")) == [try RoleName("deployer")])
        #expect(answer.refreshToken == nil)
        let failure = await World.failure {
            _ = try await world.broker.clientToken(
                scope: try Scope("root"), resources: [], client: client, context: TestWorld.context)
        }
        #expect(failure == .request(OAuthError(.invalidScope, "scope has what the client is not registered for")))
        let app = try #require(world.broker.client("app"))
        let other = await World.failure {
            _ = try await world.broker.clientToken(
                scope: nil, resources: [], client: app, context: TestWorld.context)
        }
        guard case .notAllowed? = other else { return #expect(Bool(false), "\(String(describing: other))") }
    }

    @Test(
        arguments: [
            ("right", "app", World.secret, false), ("wrong", "app", "another-secret-is-here", true),
            ("no such client", "nobody", World.secret, true), ("empty", "app", nil, true),
        ] as [(String, String, String?, Bool)])
    func secrets(_ rule: String, client: String, secret: String?, isRefused: Bool) async throws {
        let world = try await World()
        let pairs = [("client_id", client)] + (secret.map { [("client_secret", $0)] } ?? [])
        let proof = try ClientAuthentication(try World.form(pairs), authorization: nil)
        let failure = await World.failure {
            _ = try await world.broker.authenticateClient(
                proof, at: "https://id.example/oauth/token", context: TestWorld.context)
        }
        #expect((failure != nil) == isRefused, "\(rule)")
        if isRefused, secret != nil {
            #expect(failure == .client("no such client, or its secret is wrong"), "they look the same")
        }
    }

    @Test(
        arguments: [
            ("good", [:], nil), ("another audience", ["aud": "https://other.example"], true),
            ("our issuer as audience", ["aud": "https://id.example"], nil),
            ("in a list", ["aud": ["https://id.example"]], nil),
            ("us and another", ["aud": ["https://id.example", "https://evil.example"]], true),
            ("another and us", ["aud": ["https://evil.example", "https://id.example/oauth/token"]], true),
            ("us twice", ["aud": ["https://id.example", "https://id.example/oauth/token"]], true),
            ("an empty list", ["aud": .array([])], true), ("no audience", ["aud": nil], true),
            ("another subject", ["sub": "app"], true),
            ("another client's", ["iss": "app", "sub": "app"], true), ("no jti", ["jti": nil], true),
            ("ended", ["exp": 1_799_999_999], true), ("ends in years", ["exp": 1_900_000_000], true),
            ("not yet", ["nbf": 1_800_000_100], true),
        ] as [(String, [String: JSONValue?], Bool?)])
    func assertions(_ rule: String, changed: [String: JSONValue?], isRefused: Bool?) async throws {
        let key = try SigningKey(generating: .ES256)
        let keyed = ConfiguredClient(
            metadata: try World.metadata(
                ["jwks": ["keys": [key.publicJWK]], "token_endpoint_auth_method": "private_key_jwt"], id: "keyed"),
            secrets: [], roles: .none)
        let world = try await World([keyed])
        let now = world.world.now
        var claims: JSONObject = [
            "aud": "https://id.example/oauth/token", "exp": .integer(now + 60), "iat": .integer(now), "iss": "keyed",
            "jti": "one", "sub": "keyed",
        ]
        for (name, value) in changed { claims[name] = value }
        let assertion = try key.sign(type: "JWT", claims: claims).revealText()
        func present() async -> AuthorizationFailure? {
            await World.failure {
                let proof = try ClientAuthentication(
                    try World.form([
                        ("client_assertion", assertion),
                        ("client_assertion_type", ClientAuthentication.assertionType),
                    ]), authorization: nil)
                _ = try await world.broker.authenticateClient(
                    proof, at: "https://id.example/oauth/token", context: TestWorld.context)
            }
        }
        #expect((await present() != nil) == (isRefused ?? false), "\(rule)")
        #expect(await present() != nil, "the same a second time")
    }
}
