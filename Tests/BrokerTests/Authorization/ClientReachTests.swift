import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import OAuth
import Secrets
import StrictJSON
import Testing

/// Who may make a client that acts for everybody, and what a change of it undoes.
struct ClientReachTests {
    typealias World = AuthorizationWorld

    private static let refusal = DirectoryFailure.notPermitted(
        "consent 'skip' and scope 'api' must lie within your own roles")

    private static func plain(_ members: JSONObject = [:], id: String = "made") throws -> ClientMetadata {
        var all: JSONObject = ["consent": "required", "scope": "openid"]
        for member in members.members { all[member.name.rawValue] = member.value }
        return try World.metadata(all, id: id)
    }

    private static func failure(_ body: () async throws -> Void) async -> DirectoryFailure? {
        do {
            try await body()
            return nil
        } catch { return error as? DirectoryFailure }
    }

    @Test(
        arguments: [
            (["consent": "skip"], true), (["scope": "openid api"], true), (["scope": "openid apis"], false),
            ([:], false),
        ] as [(JSONObject, Bool)])
    func reach(_ members: JSONObject, needsAdministrator: Bool) async throws {
        let world = try await World()
        let (broker, administrator) = (world.broker, try world.world.administrator())
        // The route has let her: what is asked here is what she may give.
        let alice = try world.signedIn().caller
        let metadata = try Self.plain(members)
        let expected = needsAdministrator ? Self.refusal : nil
        let made = await Self.failure {
            _ = try await broker.createClient(metadata, roles: .none, by: alice, context: TestWorld.context)
        }
        #expect(made == expected)
        if needsAdministrator {
            _ = try await broker.createClient(metadata, roles: .none, by: administrator, context: TestWorld.context)
        }
        // Neither is it taken over, nor made into such a one.
        let replaced = await Self.failure {
            _ = try await broker.replaceClient(try Self.plain(), roles: .none, by: alice, context: TestWorld.context)
        }
        #expect(replaced == expected)
        let rotated = await Self.failure {
            _ = try await broker.rotateClientSecret(
                "made", keepingPrevious: true, by: alice, context: TestWorld.context)
        }
        #expect(rotated == expected)
        _ = try await broker.replaceClient(
            try Self.plain(), roles: .none, by: administrator, context: TestWorld.context)
        let raised = await Self.failure {
            _ = try await broker.replaceClient(metadata, roles: .none, by: alice, context: TestWorld.context)
        }
        #expect(raised == expected)
    }

    /// Who was asked about one place is asked again before answers go to another.
    @Test(
        arguments: [
            (["https://app.example/callback"], "code"),
            (["https://app.example/callback", "https://evil.example/"], "consent"),
        ] as [([String], String)])
    func consentsAreOfAPlace(_ redirectURIs: [String], expected: String) async throws {
        let world = try await World()
        let (broker, administrator) = (world.broker, try world.world.administrator())
        let places: JSONValue = ["https://app.example/callback", "https://app.example/other"]
        for id in ["made", "other/made"] {
            _ = try await broker.createClient(
                try Self.plain(["redirect_uris": places], id: id), roles: .none, by: administrator,
                context: TestWorld.context)
        }
        func word(_ id: String, decision: Bool? = nil) async -> String {
            await AuthorizeTests.word {
                try await world.step(
                    ["client_id": id, "scope": "openid"], signedIn: try world.signedIn(), decision: decision)
            }
        }
        for id in ["made", "other/made"] {
            #expect(await word(id) == "consent")
            #expect(await word(id, decision: true) == "code")
        }
        _ = try await broker.replaceClient(
            try Self.plain(["redirect_uris": JSONValue(redirectURIs)]), roles: .none, by: administrator,
            context: TestWorld.context)
        #expect(await word("made") == expected)
        #expect(await word("other/made") == "code", "that of another client whose id ends so")
    }
}
