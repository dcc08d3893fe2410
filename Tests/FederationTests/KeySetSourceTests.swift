import Federation
import Foundation
import HTTPFetch
import JOSE
import Testing

@Suite struct KeySetSourceTests {
    private let world = World()

    private func serve(_ name: String) throws {
        try world.answer(sampleIssuer + "/keys", Folder.bytes(Folder.fixtures.appending(path: "keysets/\(name).json")))
    }

    private func source() throws -> KeySetSource {
        let definition = try definition(keySource: .jwksURI(FetchURL(sampleIssuer + "/keys")))
        return KeySetSource(definition, policy: .provider(), transport: world.transport)
    }

    @Test(
        arguments: [
            ("empty", .noUsableKey), ("only-encryption", .noUsableKey), ("error-page", .keySet(.notJSON)),
            ("two-key-lists", .keySet(.notJSON)), ("too-many", .keySet(.tooManyKeys)),
        ] as [(String, KeySourceFailure)])
    func refuses(_ name: String, because expected: KeySourceFailure) async throws {
        try serve(name)
        let source = try source()
        await #expect(throws: expected) { try await source.fetch() }
        #expect(expected.isMisconfiguration && !expected.hint.isEmpty)
    }

    @Test func usesWhatCanVerifyAndSkipsTheRest() async throws {
        try serve("mixed")
        let keys = try await source().fetch().keys
        #expect(keys.keys.map(\.keyID?.rawValue) == ["signs", "plain+/==", "edwards"])
        #expect(keys.skipped.map(\.keyID?.rawValue) == ["encrypts", "agrees", "short", "shared", "unknown", "untyped"])
    }

    @Test func keysMayBeBoundToATenant() async throws {
        try serve("entra-like")
        #expect(
            try await source().fetch().keys.keys.allSatisfy {
                $0.issuer?.hasPrefix("https://login.microsoftonline.com/") == true
            })
    }

    /// A set that changes to and fro, as one provider's really does.
    @Test func flapping() async throws {
        let definition = try definition(keySource: .jwksURI(FetchURL(sampleIssuer + "/keys")))
        let registry = world.registry(definition)
        func names() -> [String] {
            registry.status().first?.keys.compactMap { ($0.hasVanished ? "-" : "+") + ($0.keyID?.rawValue ?? "") } ?? []
        }
        let token = try TestKey("nobody").token(claims())
        for (name, expected) in [
            ("flap-1", ["+old", "+new"]), ("flap-2", ["+new", "-old"]), ("flap-1", ["+old", "+new"]),
            ("flap-2", ["+new", "-old"]),
        ] {
            try serve(name)
            #expect(await failure(registry, token) == .token(.unknownKey))
            #expect(names() == expected)
            world.advance(30)
        }
        #expect(registry.status().first?.keys.map(\.age) == [.seconds(120), .seconds(120)])
    }

    @Test func everyFixtureIsInATest() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Folder.fixtures.appending(path: "keysets").path)
        #expect(
            Set(files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) })
                == [
                    "empty", "only-encryption", "error-page", "two-key-lists", "too-many", "mixed", "entra-like",
                    "flap-1", "flap-2",
                ])
    }
}
