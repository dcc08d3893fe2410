import AccessPolicy
import Broker
import GatehouseTesting
import Secrets
import StrictJSON
import Testing

/// Fifty at a time on one credential: one consistent history, and an audit log that tells it.
@Suite struct RaceTests {
    private static let racers = 50

    private func race(_ world: TestWorld, _ body: @escaping @Sendable (Int) async throws -> Void) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<Self.racers {
                group.addTask {
                    do {
                        try await body(number)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
    }

    @Test func fiftyFlipsAreFiftyFlips() async throws {
        let world = try await TestWorld()
        let name = try await world.create().record.name
        let caller = try world.administrator()
        let done = await race(world) { _ in
            try await world.broker.activate(name, of: .personal, in: .system, by: caller, context: TestWorld.context)
        }
        #expect(done == Self.racers)
        let record = try #require(try await world.store.credential(named: name, in: .system))
        #expect(record.isActive && record.revision == Int64(Self.racers) + 1, "an even number of flips")
        let flips = try await world.audit().compactMap { $0["action"]?.stringValue }.filter { $0.hasSuffix("activate") }
        // In turn, without one lost or told twice.
        #expect(flips.count == Self.racers)
        for (index, flip) in flips.enumerated() {
            #expect(flip == (index % 2 == 0 ? "credential.deactivate" : "credential.activate"))
        }
    }

    @Test func oneOfFiftyRevokes() async throws {
        let world = try await TestWorld()
        let created = try await world.create()
        let caller = try world.administrator()
        let done = await race(world) { number in
            switch number % 5 {
            case 0:
                try await world.broker.revoke(
                    created.record.name, of: .personal, in: .system, by: caller, context: TestWorld.context)
            case 1:
                try await world.broker.renew(
                    created.record.name, of: .personal, in: .system, days: 5, by: caller, context: TestWorld.context)
                throw CredentialFailure.notFound
            case 2:
                try await world.broker.activate(
                    created.record.name, of: .personal, in: .system, by: caller, context: TestWorld.context)
                throw CredentialFailure.notFound
            case 3:
                _ = try await world.broker.rotate(
                    created.record.name, of: .personal, in: .system, grace: 0, days: nil, by: caller,
                    context: TestWorld.context)
                throw CredentialFailure.notFound
            default:
                let outcome = try await world.broker.bulkRevoke(
                    .names([created.record.name]), of: .personal, in: .system, by: caller, context: TestWorld.context)
                _ = outcome
                throw CredentialFailure.notFound
            }
        }
        #expect(done == 1, "revoked once")
        #expect(try await world.store.credential(created.record.id) == nil)
        #expect(throws: CredentialRefusal.unknown) { try world.caller(created.secret) }
        let actions = try await world.audit().compactMap { $0["action"]?.stringValue }
        #expect(actions.filter { $0 == "credential.revoke" }.count == 1)
        #expect(actions.last == "credential.revoke", "nothing happened behind its end")
    }

    @Test func oneOfFiftyRotates() async throws {
        let world = try await TestWorld()
        let name = try await world.create().record.name
        let caller = try world.administrator()
        let done = await race(world) { _ in
            _ = try await world.broker.rotate(
                name, of: .personal, in: .system, grace: 600, days: nil, by: caller, context: TestWorld.context)
        }
        #expect(done == 1)
        #expect(try await world.store.credential(named: name, in: .system)?.proof.token?.generation == 2)
    }

    @Test func fiftyQuestionsWithOneKeyMakeOneCredential() async throws {
        let world = try await TestWorld()
        let caller = try world.administrator()
        let answers = await withTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<Self.racers {
                group.addTask {
                    do {
                        let plan = try world.broker.replayPlan(
                            key: "k", operation: "create", body: [1], by: caller, presented: Secret([1])
                        ) { JSONValue($0.record.name) }
                        let outcome = try await world.broker.create(
                            CredentialRequest(name: "a", type: .apiToken, namespace: .system, days: nil), by: caller,
                            replay: plan, context: TestWorld.context)
                        switch outcome {
                        case .created(let created): return JSONValue(created.record.name).encoded()
                        case .replayed(let body): return body
                        }
                    } catch {
                        return Array("\(error)".utf8)
                    }
                }
            }
            return await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(answers.count == 1, "\(answers.map { String(decoding: $0, as: UTF8.self) })")
        #expect(world.broker.index.credentialCount == 2)
    }

    @Test func oneScimTokenIsGoodAfterFifty() async throws {
        let world = try await TestWorld()
        let caller = try world.administrator()
        _ = try await world.broker.switchProvisioning(
            true, of: "ci", days: nil, by: caller, context: TestWorld.context)
        _ = await race(world) { _ in
            _ = try await world.broker.recreateScimToken(days: 1, by: caller, context: TestWorld.context)
        }
        let records = try await world.store.credentials(
            CredentialQuery(namespace: .system, owner: nil, types: [.scimAPIToken], limit: 100))
        #expect(records.count == 1)
    }
}
