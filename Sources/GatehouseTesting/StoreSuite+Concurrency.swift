import AccessPolicy
import Broker
import Synchronization

extension StoreSuite {
    private typealias Fixtures = StoreFixtures

    /// What many attempts at once came to.
    private static func outcomes(
        _ count: Int, _ attempt: @escaping @Sendable (Int) async -> StoreFailure?
    ) async -> (successes: Int, failures: Set<StoreFailure>) {
        await withTaskGroup(of: StoreFailure?.self) { group in
            for number in 0..<count { group.addTask { await attempt(number) } }
            var (successes, failures) = (0, Set<StoreFailure>())
            for await failure in group {
                if let failure { failures.insert(failure) } else { successes += 1 }
            }
            return (successes, failures)
        }
    }

    static let concurrencyChecks: [Check] = [
        check("of 500 claims of one key at once exactly one wins") { store in
            let result = await outcomes(500) { number in
                await failure(
                    of: [.claim(Fixtures.use("one"))], events: [Fixtures.event("request-\(number)")], on: store)
            }
            try requireEqual(result.successes, 1, "winners")
            try requireEqual(result.failures, [.alreadyUsed], "failures")
            try requireEqual(try await store.auditEntries(node: nil, after: 0, limit: 1000).count, 1, "audit rows")
        },
        check("of 200 updates from one revision exactly one wins") { store in
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(Fixtures.credential(1))])
            let result = await outcomes(200) { number in
                var record = Fixtures.credential(1, revision: 2)
                record.expiresAt = Timestamp(milliseconds: Int64(number))
                return await failure(of: [.updateCredential(record)], on: store)
            }
            try requireEqual(result.successes, 1, "winners")
            try requireEqual(result.failures, [.conflict], "failures")
            try requireEqual(try await store.credential(CredentialID(unchecked: "cred_1"))?.revision, 2, "revision")
        },
        check("updates that are tried again all arrive") { store in
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(Fixtures.credential(1))])
            let result = await outcomes(20) { _ in
                while true {
                    do throws(StoreFailure) {
                        guard var record = try await store.credential(CredentialID(unchecked: "cred_1")) else {
                            return .conflict
                        }
                        record.revision += 1
                        record.removableAt = record.removableAt.adding(seconds: 1)
                        try await store.commit([.updateCredential(record)])
                        return nil
                    } catch {
                        guard error == .conflict else { return error }
                    }
                }
            }
            try requireEqual(result.successes, 20, "updates")
            let stored = try await store.credential(CredentialID(unchecked: "cred_1"))
            try requireEqual(stored?.revision, 21, "revision")
            try requireEqual(stored?.removableAt, Timestamp(milliseconds: 1_020_000), "sum of the updates")
        },
        check("transactions that fail do not hurt those beside them") { store in
            let result = await outcomes(600) { number in
                // Every third repeats the claim of the one before it, after it has written something.
                let transaction = Fixtures.exchange(number % 3 == 2 ? number - 1 : number)
                let changes = [.insertSetting(name: "s\(number)", value: "")] + transaction.changes
                return await failure(of: changes, events: transaction.events, on: store)
            }
            try requireEqual(result.successes, 400, "successes")
            try require(result.failures.isSubset(of: [.alreadyUsed, .alreadyExists]), "failures: \(result.failures)")
            let credentials = try await contents(store).filter {
                if case .insertCredential = $0 { true } else { false }
            }
            try requireEqual(credentials.count, 400, "credentials")
            let report = await verifyAudit(reader: store)
            try requireEqual(report.count, 400, "audit rows")
            try require(report.isIntact, "audit faults: \(report.faults)")
        },
    ]

    static let observerChecks: [Check] = [
        observed("the observer is told every change, in order, before the answer") { make in
            let told = Told()
            let store = try await make { told.add($0) }
            let wasTold = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let use = StoreChange.claim(Fixtures.use("key-\(number)"))
                        let setting = StoreChange.insertSetting(name: "\(number)", value: "")
                        guard await failure(of: [use, setting], on: store) == nil else { return false }
                        return told.contains(use, then: setting)
                    }
                }
                return await group.reduce(true) { $0 && $1 }
            }
            try require(wasTold, "an answer came before the observer was told, or the changes were torn apart")
            try requireEqual(told.changes.count, 600, "changes told")
        },
        observed("the observer replays to what the store holds") { make in
            let told = Told()
            let store = try await make { told.add($0) }
            try await store.commit([.insertPrincipal(Fixtures.principal()), .insertCredential(Fixtures.credential(1))])
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        guard var record = try? await store.credential(CredentialID(unchecked: "cred_1")) else {
                            return
                        }
                        record.revision += 1
                        _ = await failure(of: [.updateCredential(record)], on: store)
                    }
                }
            }
            let revisions = told.changes.compactMap { change -> Int64? in
                if case .updateCredential(let record) = change { record.revision } else { nil }
            }
            let last = try await store.credential(CredentialID(unchecked: "cred_1"))?.revision ?? 0
            try require(last > 1, "no update arrived")
            try requireEqual(revisions, Array(2...last), "revisions told")
        },
        observed("the observer is not told of what failed") { make in
            let told = Told()
            let store = try await make { told.add($0) }
            try await store.commit([.claim(Fixtures.use("spent"))])
            _ = await failure(of: [.claim(Fixtures.use("fresh")), .claim(Fixtures.use("spent"))], on: store)
            try requireEqual(told.changes, [.claim(Fixtures.use("spent"))], "changes told")
        },
    ]

    /// What an observer heard.
    private final class Told: Sendable {
        private let heard = Mutex<[StoreChange]>([])
        var changes: [StoreChange] { heard.withLock { $0 } }
        func add(_ changes: [StoreChange]) { heard.withLock { $0 += changes } }
        func contains(_ change: StoreChange, then next: StoreChange) -> Bool {
            heard.withLock { heard in
                guard let index = heard.firstIndex(of: change) else { return false }
                return heard.indices.contains(index + 1) && heard[index + 1] == next
            }
        }
    }
}
