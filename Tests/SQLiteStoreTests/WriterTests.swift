import Broker
import Dispatch
import GRDB
import GatehouseTesting
import Synchronization
import Testing

@testable import SQLiteStore

/// What the writer does when the file fails, and when more is asked than it can do.
struct WriterTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A writer on a database of its own, on its queue.
    private func withWriter(_ body: (inout BatchWriter, Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: directory.file("writer.db"))
        try Schema.migrator.migrate(queue)
        try queue.writeWithoutTransaction { database in
            var writer = try BatchWriter(database.borrowed(), node: "n")
            try body(&writer, database)
        }
        try queue.close()
    }

    private static func job(_ changes: [StoreChange], _ events: [AuditEvent] = []) -> WriteJob {
        .transaction(PreparedTransaction(StoreTransaction(changes: changes, events: events)))
    }

    private static func exchange(_ number: Int) -> WriteJob {
        .transaction(PreparedTransaction(StoreFixtures.exchange(number)))
    }

    private static func isUnavailable(_ result: WriteResult) -> Bool {
        if case .failure(.unavailable) = result { true } else { false }
    }

    @Test func aRefusedJobIsTakenBackAlone() throws {
        try withWriter { writer, database in
            let use = StoreChange.claim(StoreFixtures.use("spent"))
            #expect(writer.run([Self.job([use])]).results == [.success(0)])
            let setting = StoreChange.insertSetting(name: "written", value: "before the refusal")
            // The first batch has a refusal before anything was written, the second one after.
            for (number, changes) in [(1, [use, setting]), (3, [setting, use])] {
                let outcome = writer.run([
                    Self.exchange(number), Self.job(changes, [StoreFixtures.event("lost")]), Self.exchange(number + 1),
                ])
                #expect(outcome.results == [.success(0), .failure(.alreadyUsed), .success(0)])
                #expect(
                    outcome.committed == StoreFixtures.exchange(number).changes
                        + StoreFixtures.exchange(number + 1).changes)
            }
            let settings = try Int.fetchOne(database, sql: "SELECT count(*) FROM settings")
            let credentials = try Int.fetchOne(database, sql: "SELECT count(*) FROM credentials")
            let sequences = try Int.fetchAll(database, sql: "SELECT sequence FROM audit ORDER BY sequence")
            #expect(settings == 0)
            #expect(credentials == 4)
            #expect(sequences == [1, 2, 3, 4])
        }
    }

    /// One that the file cannot take must not be acknowledged, nor any beside it, and nothing of it may stay.
    @Test func aFullDiskFailsTheWholeBatchAndRecovers() async throws {
        try withWriter { writer, database in
            #expect(writer.run([Self.exchange(0)]).results == [.success(0)])
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
            let batch = (1..<200).map { Self.exchange($0) }
            for _ in 0..<3 {
                let outcome = writer.run(batch)
                #expect(outcome.results.count == 199)
                #expect(outcome.results.allSatisfy { Self.isUnavailable($0) })
                #expect(outcome.committed.isEmpty)
            }
            let credentials = try Int.fetchOne(database, sql: "SELECT count(*) FROM credentials")
            #expect(credentials == 1)
            try database.execute(sql: "PRAGMA max_page_count = 1000000")
            #expect(writer.run(batch).results.allSatisfy { $0 == .success(0) })
        }
        let reader = try SQLiteStore.openReadOnly(path: directory.file("writer.db"))
        let report = await verifyAudit(reader: reader)
        #expect(report.isIntact)
        #expect(report.count == 200)
        reader.close()
    }

    @Test func aLockedFileFailsTheBatchAndRecovers() throws {
        try withWriter { writer, _ in
            let other = try DatabaseQueue(path: directory.file("writer.db"))
            try other.writeWithoutTransaction { database in
                try database.execute(sql: "BEGIN IMMEDIATE")
                #expect(Self.isUnavailable(writer.run([Self.exchange(0)]).results[0]))
                #expect(Self.isUnavailable(writer.run([.probe]).results[0]))
                try database.execute(sql: "ROLLBACK")
            }
            try other.close()
            #expect(writer.run([Self.exchange(0), .probe]).results == [.success(0), .success(0)])
        }
    }

    @Test func aTextThatTheEngineRefusesFailsAlone() throws {
        try withWriter { writer, database in
            try database.execute(
                sql:
                    """
                    CREATE TRIGGER no_poison BEFORE INSERT ON settings WHEN NEW.name = 'poison'
                    BEGIN SELECT RAISE(ABORT, 'no'); END
                    """
            )
            let outcome = writer.run([
                Self.exchange(0), Self.job([.insertSetting(name: "poison", value: "")]), Self.exchange(1),
            ])
            #expect(outcome.results[0] == .success(0))
            #expect(Self.isUnavailable(outcome.results[1]))
            #expect(outcome.results[2] == .success(0))
        }
    }

    /// The observer stands still, so that the queue fills up.
    @Test func aFullQueueAnswersBusyAtOnce() async throws {
        let gate = DispatchSemaphore(value: 0)
        let isFirst = Mutex(true)
        let store = try SQLiteStore(path: directory.file("busy.db"), node: "n") { _ in
            if isFirst.withLock({ first in
                defer { first = false }; return first
            }) {
                gate.wait()
            }
        }
        let results = await withTaskGroup(of: StoreFailure?.self) { group in
            for number in 0..<5_000 {
                group.addTask {
                    await StoreSuite.failure(of: [.claim(StoreFixtures.use("key-\(number)"))], on: store)
                }
            }
            var failures: [StoreFailure?] = []
            for await failure in group {
                // The first answers can only be refusals: nothing is committed while the observer stands.
                if failures.isEmpty { gate.signal() }
                failures.append(failure)
            }
            return failures
        }
        let busy = results.filter { $0 == .unavailable("busy: too many changes are waiting") }
        #expect(busy.count >= 5_000 - 4_096 - 256)
        #expect(results.count { $0 == nil } == 5_000 - busy.count)
        store.close()
    }
}
