import AccessPolicy
import Broker
import GRDB
import GatehouseTesting
import Glibc
import SQLiteStore
import Testing

/// Files, locks, versions, and what is still there after opening again.
struct OpeningTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("var/deep/gatehouse.db")
    }

    private func open(node: String = "node-1") throws(SQLiteOpenFailure) -> SQLiteStore {
        try SQLiteStore(path: path, node: node) { _ in }
    }

    private func openFailure() -> SQLiteOpenFailure? {
        do throws(SQLiteOpenFailure) {
            try open().close()
            return nil
        } catch {
            return error
        }
    }

    /// Changes the file behind the store's back.
    private func edit(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func onlyTheOwnerMayRead() async throws {
        let store = try open()
        try await store.commit(StoreFixtures.exchange(1))
        #expect(TemporaryDirectory.mode(directory.file("var")) == 0o700)
        #expect(TemporaryDirectory.mode(directory.file("var/deep")) == 0o700)
        for suffix in ["", "-wal", "-shm", ".lock"] {
            #expect(TemporaryDirectory.mode(path + suffix) == 0o600, "\(suffix)")
        }
        store.close()
        #expect(unsafe chmod(path, 0o644) == 0)
        try open().close()
        #expect(TemporaryDirectory.mode(path) == 0o600)
    }

    @Test func aSecondBrokerIsKeptAway() throws {
        let store = try open()
        #expect(openFailure() == .inUse(path: path))
        store.close()
        #expect(openFailure() == nil)
    }

    @Test func aStoreThatWasForgottenLetsGo() throws {
        do { _ = try open() }
        #expect(openFailure() == nil)
    }

    @Test func aLaterVersionsDatabaseIsRefused() throws {
        try open().close()
        try edit("INSERT INTO grdb_migrations (identifier) VALUES ('9999_later')")
        #expect(openFailure() == .newerSchema(path: path))
        #expect(throws: SQLiteOpenFailure.newerSchema(path: path)) { try SQLiteStore.openReadOnly(path: path) }
        #expect(SQLiteOpenFailure.newerSchema(path: path).description.contains("later version"))
    }

    @Test func whatIsNoDatabaseIsRefused() throws {
        #expect(throws: SQLiteOpenFailure.notFound(path: path)) { try SQLiteStore.openReadOnly(path: path) }
        try open().close()
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_TRUNC)
        let text = Array(repeating: UInt8(ascii: "x"), count: 4096)
        #expect(unsafe write(descriptor, text, text.count) == text.count)
        close(descriptor)
        #expect(openFailure() == .engine(path: path, reason: "file is not a database"))
    }

    @Test func pathsThatCannotBe() throws {
        for bad in ["", "a\u{0}b"] {
            #expect(throws: SQLiteOpenFailure.file(path: bad, operation: "open", code: EINVAL)) {
                try SQLiteStore(path: bad, node: "n") { _ in }
            }
        }
        let link = directory.file("link.db")
        #expect(unsafe symlink(path, link) == 0)
        #expect(throws: SQLiteOpenFailure.file(path: link, operation: "open", code: ELOOP)) {
            try SQLiteStore(path: link, node: "n") { _ in }
        }
        let plain = directory.file("plain")
        #expect(close(unsafe creat(plain, 0o600)) == 0)
        #expect(throws: SQLiteOpenFailure.file(path: plain + "/x", operation: "make directory", code: ENOTDIR)) {
            try SQLiteStore(path: plain + "/x/y.db", node: "n") { _ in }
        }
    }

    @Test func everythingIsThereAfterOpeningAgain() async throws {
        let first = try open()
        for number in 0..<50 { try await first.commit(StoreFixtures.exchange(number)) }
        try await first.commit([
            .insertSetting(name: "administrator", value: "usr_1"),
            .insertNamespace(.shared, createdAt: Timestamp(milliseconds: 4)),
            .revokeToken(RevokedToken(tokenID: "t", until: Timestamp(milliseconds: 9))),
        ])
        let before = try await contents(first)
        first.close()
        let second = try open()
        #expect(try await contents(second) == before)
        #expect(try await second.setting("administrator") == "usr_1")
        await #expect(throws: StoreFailure.alreadyUsed) {
            try await second.commit([.claim(StoreFixtures.use("digest-7"))])
        }
        try await second.commit([], events: [StoreFixtures.event("after")])
        let report = await verifyAudit(reader: second)
        #expect(report.isIntact)
        #expect(report.chains.map(\.count) == [51])
        second.close()
        // Another broker on the same file has a chain of its own.
        let third = try open(node: "node-2")
        try await third.commit([], events: [StoreFixtures.event("other")])
        let both = await verifyAudit(reader: third)
        #expect(both.isIntact)
        #expect(both.chains.map(\.node) == ["node-1", "node-2"])
        #expect(both.chains.map(\.count) == [51, 1])
        third.close()
    }

    @Test func readingBesideALiveServer() async throws {
        let store = try open()
        for number in 0..<10 { try await store.commit(StoreFixtures.exchange(number)) }
        let reader = try SQLiteStore.openReadOnly(path: path)
        #expect(await verifyAudit(reader: reader).count == 10)
        try await store.commit(StoreFixtures.exchange(10))
        #expect(await verifyAudit(reader: reader).count == 11)
        #expect(try await contents(reader) == (try await contents(store)))
        store.close()
        #expect(await verifyAudit(reader: reader).isIntact)
        reader.close()
        #expect(await verifyAudit(reader: reader).isIntact == false, "a closed reader reads nothing")
    }

    @Test func aClosedStoreRefusesEverything() async throws {
        let store = try open()
        store.close()
        store.close()
        await #expect(throws: StoreFailure.unavailable("the store is closed")) {
            try await store.commit(StoreFixtures.exchange(1))
        }
        await #expect(throws: StoreFailure.unavailable("the store is closed")) { try await store.checkWritable() }
        await #expect(throws: StoreFailure.self) { try await store.setting("a") }
    }

    // MARK: A file that somebody else wrote

    @Test(
        arguments: [
            ("rights of a later version", "rights = '{\"owner\":null,\"until\":5}'"),
            ("rights that are no JSON", "rights = '{'"),
            ("a namespace that is none", "namespace = 'No'"), ("a source that is none", "root = 'somewhere'"),
            ("an owner that is none", "owner = ''"),
        ])
    func aRowThatDoesNotReadIsLeftOutAndTold(_ name: String, _ change: String) async throws {
        let first = try open()
        for number in 0..<3 { try await first.commit(StoreFixtures.exchange(number)) }
        first.close()
        try edit("PRAGMA foreign_keys = OFF")
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try await queue.write { try $0.execute(sql: "UPDATE credentials SET \(change) WHERE id = 'cred_1'") }
        try queue.close()
        let told = Told()
        let second = try SQLiteStore(path: path, node: "node-1", observer: { _ in }, corruptRow: { told.add($0) })
        let loaded = try await contents(second).compactMap { change -> String? in
            if case .insertCredential(let record) = change { record.id.rawValue } else { nil }
        }
        #expect(loaded == ["cred_0", "cred_2"])
        #expect(told.rows == [CorruptRow(table: "credentials", key: "cred_1")])
        await #expect(throws: StoreFailure.unavailable("the stored credential does not read")) {
            try await second.credential(CredentialID(unchecked: "cred_1"))
        }
        second.close()
    }

    @Test(
        arguments: [
            (
                "an edited body",
                "UPDATE audit SET body = CAST(replace(CAST(body AS TEXT), 'success', 'refused') AS BLOB) WHERE sequence = 3",
                AuditFault.alteredBody(node: "node-1", sequence: 3)
            ),
            ("a removed row", "DELETE FROM audit WHERE sequence = 3", .gap(node: "node-1", expected: 3, found: 4)),
            (
                "a removed beginning", "DELETE FROM audit WHERE sequence < 3",
                .gap(node: "node-1", expected: 1, found: 3)
            ),
            (
                "a moved row", "UPDATE audit SET sequence = 0 WHERE sequence = 3",
                .gap(node: "node-1", expected: 1, found: 0)
            ),
            (
                "a row given to another chain", "UPDATE audit SET node = 'x' WHERE sequence = 1",
                .gap(node: "node-1", expected: 1, found: 2)
            ),
        ])
    func tamperingWithTheAuditLogIsFound(_ name: String, _ sql: String, _ fault: AuditFault) async throws {
        let store = try open()
        for number in 0..<5 { try await store.commit(StoreFixtures.exchange(number)) }
        store.close()
        try edit(sql)
        let reader = try SQLiteStore.openReadOnly(path: path)
        let report = await verifyAudit(reader: reader)
        #expect(report.faults.contains(fault), "\(name): \(report.faults)")
        reader.close()
    }
}

func contents(_ source: some IndexSource) async throws -> [StoreChange] {
    var all: [StoreChange] = []
    try await source.loadIndex { all += $0 }
    return all
}
