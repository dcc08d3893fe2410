import AccessPolicy
import Broker
import GatehouseTesting
import HTTPTypes
import Identifiers
import OAuth
import Secrets
import ServerPlugin
import StrictJSON
import Testing
import TokenPlugin

/// Clients at the token endpoints, as they are answered on the wire.
@Suite struct ClientTests {
    private static let secret = "a-secret-of-the-client"

    private static func world() async throws -> TestWorld {
        func client(_ id: String, _ grants: JSONValue) throws -> ConfiguredClient {
            let metadata = try ClientMetadata([
                "client_id": JSONValue(id), "grant_types": grants, "token_endpoint_auth_method": "client_secret_post",
            ])
            return ConfiguredClient(metadata: metadata, secrets: [Secret(utf8: secret)], roles: .none)
        }
        return try await TestWorld(clients: [
            try client("exchanger", ["token_exchange"]), try client("robot", ["client_credentials"]),
        ])
    }

    private static func post(
        _ world: TestWorld, _ path: String, _ parameters: [(String, String)], from address: String = "192.0.2.1"
    ) async throws -> Response {
        let routes = RouteCatalog(TokenPlugin(broker: world.broker, roles: { world.broker.roles }).plugin.routes)
        let (route, _) = try #require(routes.find(method: "POST", path: path))
        return try await route.handler(
            Request(
                method: .post, path: path, headers: [.contentType: "application/x-www-form-urlencoded"],
                body: Array("".addingQuery(parameters).dropFirst().utf8), id: "req-1", remoteAddress: address))
    }

    @Test(
        arguments: [
            ("nobody says who they are", nil, 200, nil), ("a client of the grant", "exchanger", 200, nil),
            ("a client of another", "robot", 400, "unauthorized_client"),
            ("no client", "nobody", 401, "invalid_client"),
        ] as [(String, String?, Int, String?)])
    func whoExchanges(_ rule: String, client: String?, status: Int, error: String?) async throws {
        let world = try await Self.world()
        let token = String(decoding: try world.issuer.token(now: world.now), as: UTF8.self)
        let answer = try await Self.post(
            world, "/oauth/token",
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("subject_token", token),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ] + (client.map { [("client_id", $0), ("client_secret", Self.secret)] } ?? []))
        #expect(answer.status.code == status, "\(rule)")
        #expect(try JSONValue.parse(answer.body)["error"]?.stringValue == error, "\(rule)")
    }

    /// RFC 6749 §2.3.1, at every endpoint that takes a client's secret.
    @Test(arguments: ["/oauth/token", "/oauth/introspect", "/oauth/device_authorization"])
    func whoGuessesWaits(_ path: String) async throws {
        let world = try await Self.world()
        func answer(_ secret: String, from address: String = "192.0.2.1") async throws -> Response {
            try await Self.post(
                world, path,
                [
                    ("grant_type", "client_credentials"), ("token", "t"), ("client_id", "robot"),
                    ("client_secret", secret),
                ], from: address)
        }
        for number in 0..<10 { #expect(try await answer("guess-\(number)").status == .unauthorized) }
        let refused = try await answer("guess-10")
        #expect(refused.status == .tooManyRequests && refused.headers[.retryAfter] == "10")
        #expect(try JSONValue.parse(refused.body)["error"] == "temporarily_unavailable")
        #expect(try await answer(Self.secret, from: "192.0.2.2").status != .tooManyRequests)
        world.clock.advance(seconds: 10)
        #expect(try await answer(Self.secret).status != .tooManyRequests)
    }
}
