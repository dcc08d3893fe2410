package import AccessPolicy
package import Broker
internal import GRDB
internal import GRDBSQLite

/// The stores of one broker in one SQLite file: WAL, `synchronous=FULL`, group commit.
///
/// Every answered change is on disk. `checkWritable` must be called now and then (readiness does): after an fdatasync
/// that failed it is what starts the writes again, see `BatchWriter`.
package final class SQLiteStore: BrokerStore {
    private let pool: DatabasePool
    private let lock: ProcessLock
    private let writer: GroupCommit
    let reader: SQLiteReader

    /// Opens the file, or makes it, and brings its tables up to date.
    ///
    /// - Parameters:
    ///   - path: the file; its directory is made when missing.
    ///   - node: names this broker's audit chain; the same at every start.
    ///   - observer: see `CommitObserver`.
    ///   - corruptRow: told of each row that does not read and is left out; called from a reading thread.
    /// - Throws: why the file cannot be used; nothing is left open.
    package init(
        path: String, node: String, observer: @escaping CommitObserver,
        corruptRow: @escaping @Sendable (CorruptRow) -> Void = { _ in }
    ) throws(SQLiteOpenFailure) {
        try DatabaseFile.prepare(path)
        lock = try ProcessLock(database: path)
        do {
            pool = try DatabasePool(path: path, configuration: Self.configuration)
            try Self.migrate(pool, path: path)
            try Self.makeDurable(pool, path: path)
            writer = try GroupCommit(pool, node: node, observer: observer)
            let points = try PointReader(path: path, Self.configuration)
            reader = SQLiteReader(pool, points: points, corruptRow: corruptRow)
        } catch {
            throw Self.failure(error, path: path)
        }
    }

    /// Opens a database for reading only, beside a live server or without one. Takes no lock and changes no table.
    package static func openReadOnly(
        path: String, corruptRow: @escaping @Sendable (CorruptRow) -> Void = { _ in }
    ) throws(SQLiteOpenFailure) -> SQLiteReader {
        guard DatabaseFile.exists(path) else { throw .notFound(path: path) }
        do {
            var configuration = configuration
            configuration.readonly = true
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { database in try refuseNewerSchema(database, path: path) }
            let points = try PointReader(path: path, configuration)
            return SQLiteReader(pool, points: points, corruptRow: corruptRow)
        } catch {
            throw failure(error, path: path)
        }
    }

    /// Finishes what waits and lets go of the file. Whatever is asked afterwards is `.unavailable`.
    package func close() {
        writer.close()
        reader.close()
        lock.release()
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "gatehouse"
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;
                    PRAGMA journal_size_limit = 67108864;
                    """)
        }
        return configuration
    }

    private static func migrate(_ pool: DatabasePool, path: String) throws {
        try pool.read { database in try refuseNewerSchema(database, path: path) }
        try Schema.migrator.migrate(pool)
    }

    private static func refuseNewerSchema(_ database: Database, path: String) throws {
        if try Schema.migrator.hasBeenSuperseded(database) { throw SQLiteOpenFailure.newerSchema(path: path) }
    }

    /// `DatabasePool` sets `synchronous=NORMAL` when it has opened its writer: under NORMAL a commit is acknowledged
    /// without an fdatasync.
    private static func makeDurable(_ pool: DatabasePool, path: String) throws {
        try pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384
                    """)
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            guard synchronous == 2, let journal, journal.utf8.elementsEqual("wal".utf8) else {
                throw SQLiteOpenFailure.notDurable(path: path)
            }
        }
    }

    private static func failure(_ error: any Error, path: String) -> SQLiteOpenFailure {
        switch error {
        case let failure as SQLiteOpenFailure: failure
        case let failure as EngineError: .engine(path: path, reason: failure.text)
        case let failure as DatabaseError: .engine(path: path, reason: failure.message ?? failure.description)
        default: .engine(path: path, reason: String(describing: error))
        }
    }
}

extension SQLiteStore {
    package func commit(_ transaction: StoreTransaction) async throws(StoreFailure) {
        _ = try await writer.submit(.transaction(PreparedTransaction(transaction)))
    }

    package func sweep(before now: Timestamp, limit: Int) async throws(StoreFailure) -> Int {
        try await writer.submit(.sweep(before: now, limit: limit))
    }

    package func checkWritable() async throws(StoreFailure) { _ = try await writer.submit(.probe) }
}

extension SQLiteStore {
    package func loadIndex(_ receive: ([StoreChange]) -> Void) async throws(StoreFailure) {
        try await reader.loadIndex(receive)
    }

    package func credential(
        named name: String, in namespace: NamespaceName
    ) async throws(StoreFailure) -> CredentialRecord? {
        try await reader.credential(named: name, in: namespace)
    }

    package func credential(_ id: CredentialID) async throws(StoreFailure) -> CredentialRecord? {
        try await reader.credential(id)
    }

    package func credentials(_ query: CredentialQuery) async throws(StoreFailure) -> [CredentialRecord] {
        try await reader.credentials(query)
    }

    package func credentials(
        ownedBy owner: PrincipalID, limit: Int
    ) async throws(StoreFailure) -> [CredentialRecord] {
        try await reader.credentials(ownedBy: owner, limit: limit)
    }

    package func principals(
        _ kind: Principal.Kind, after place: PrincipalPlace?, limit: Int
    ) async throws(StoreFailure) -> [PrincipalRecord] {
        try await reader.principals(kind, after: place, limit: limit)
    }

    package func signIns(
        from start: Timestamp, to end: Timestamp, after id: String?, limit: Int
    ) async throws(StoreFailure) -> [SignIn] {
        try await reader.signIns(from: start, to: end, after: id, limit: limit)
    }

    package func object(_ id: StoredObject.ID) async throws(StoreFailure) -> StoredObject? {
        try await reader.object(id)
    }

    package func objects(
        _ kind: StoredObject.Kind, after name: String?, limit: Int
    ) async throws(StoreFailure) -> [StoredObject] {
        try await reader.objects(kind, after: name, limit: limit)
    }

    package func reply(_ key: Digest32) async throws(StoreFailure) -> StoredReply? { try await reader.reply(key) }

    package func usedKeys(_ kind: SingleUse.Kind, authority: String) async throws(StoreFailure) -> [String] {
        try await reader.usedKeys(kind, authority: authority)
    }

    package func setting(_ name: String) async throws(StoreFailure) -> String? { try await reader.setting(name) }

    package func auditEntries(
        node: String?, after sequence: Int64, limit: Int
    ) async throws(StoreFailure) -> [AuditEntry] {
        try await reader.auditEntries(node: node, after: sequence, limit: limit)
    }

    package func auditNodes() async throws(StoreFailure) -> [String] { try await reader.auditNodes() }
}
