import Broker
import GatehouseTesting
import Identifiers
import OAuth
import Secrets
import Testing

/// Guessing the secrets of clients (RFC 6749 §2.3.1).
struct ClientProofTests {
    typealias World = AuthorizationWorld

    /// What is said to a secret: `nil` when it is right.
    private static func present(
        _ secret: String, of client: String = "app", from address: String = "192.0.2.1", to world: World
    ) async throws -> AuthorizationFailure? {
        let proof = try ClientAuthentication(
            try World.form([("client_id", client), ("client_secret", secret)]), authorization: nil)
        return await World.failure {
            _ = try await world.broker.authenticateClient(
                proof, at: "https://id.example/oauth/token",
                context: RequestContext(requestID: "req-1", remoteAddress: address))
        }
    }

    private static let wrong = AuthorizationFailure.client("no such client, or its secret is wrong")

    @Test(arguments: ["app", "nobody"]) func guessesAreFew(_ client: String) async throws {
        let world = try await World()
        for number in 0..<10 {
            #expect(try await Self.present("guess-\(number)", of: client, to: world) == Self.wrong)
        }
        #expect(try await Self.present("guess-10", of: client, to: world) == .tooOften(10))
        // Not even looked at: an answer would be an answer.
        #expect(try await Self.present(World.secret, of: client, to: world) == .tooOften(10))
        #expect(try await Self.present(World.secret, of: client, from: "192.0.2.2", to: world) != .tooOften(10))
        #expect(try await Self.present(World.secret, of: "other", to: world) == nil)
        world.world.clock.advance(seconds: 10)
        #expect(try await Self.present("guess-10", of: client, to: world) == Self.wrong)
        #expect(try await Self.present("guess-11", of: client, to: world) == .tooOften(10))
    }

    @Test func successIsNotCounted() async throws {
        let world = try await World()
        for _ in 0..<100 { #expect(try await Self.present(World.secret, to: world) == nil) }
        // Nor is the same mistake over and over: a neighbour with the secret of yesterday is in nobody's way.
        for _ in 0..<100 {
            #expect(try await Self.present("of-yesterday", to: world) == Self.wrong)
            #expect(try await Self.present(World.secret, to: world) == nil)
        }
    }
}
