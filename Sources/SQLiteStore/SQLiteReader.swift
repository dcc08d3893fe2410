package import AccessPolicy
package import Broker
internal import GRDB

/// A row that does not read as what it should be. It is left out, so what it held is refused.
package struct CorruptRow: Hashable, Sendable {
    package let table: String
    /// The key as far as it reads; of outside origin, so it belongs in a log's metadata.
    package let key: String

    package init(table: String, key: String) {
        self.table = table
        self.key = key
    }
}

/// Reads the database, on connections that see the last commit and never wait for the writer.
///
/// On its own, from `SQLiteStore.openReadOnly`, it may run beside a live server: `gatehouse audit verify`.
package final class SQLiteReader: CredentialReader, SettingReader, AuditReader, IndexSource {
    /// A pool, also where one connection would do: a `DatabaseQueue` crashes when it is read after it was closed.
    private let database: DatabasePool
    private let reportCorruptRow: @Sendable (CorruptRow) -> Void

    init(_ database: DatabasePool, corruptRow: @escaping @Sendable (CorruptRow) -> Void) {
        self.database = database
        reportCorruptRow = corruptRow
    }

    package func close() { try? database.close() }

    // MARK: Credentials

    package func credential(
        named name: String, in namespace: NamespaceName
    ) async throws(StoreFailure) -> CredentialRecord? {
        try await credential("namespace = ? AND name = ?", [.text(namespace.rawValue), .text(name)])
    }

    package func credential(_ id: CredentialID) async throws(StoreFailure) -> CredentialRecord? {
        try await credential("id = ?", [.text(id.rawValue)])
    }

    /// A row that does not read is a failure here: "not found" would be a lie.
    private func credential(_ condition: String, _ values: [SQLValue]) async throws(StoreFailure) -> CredentialRecord? {
        let sql = "SELECT \(RowReading.credentialColumns) FROM credentials WHERE \(condition)"
        let page = try await read(table: "credentials", sql, values) { row, reading in reading.credential(row) }
        guard page.corrupt == 0 else { throw .unavailable("the stored credential does not read") }
        return page.values.first
    }

    package func credentials(_ query: CredentialQuery) async throws(StoreFailure) -> [CredentialRecord] {
        guard query.limit > 0, !query.types.isEmpty else { return [] }
        var condition = "namespace = ?"
        var values: [SQLValue] = [.text(query.namespace.rawValue)]
        if let after = query.after {
            condition += " AND name > ?"
            values.append(.text(after))
        }
        if let owner = query.owner {
            condition += " AND owner = ?"
            values.append(.text(owner.rawValue))
        }
        if query.types.count < CredentialType.allCases.count {
            condition += " AND type IN (" + query.types.map { _ in "?" }.joined(separator: ", ") + ")"
            values += query.types.map { .text($0.rawValue) }
        }
        values.append(.integer(Int64(query.limit)))
        // Named, so that the planner never takes the owner's index and sorts.
        let sql = """
            SELECT \(RowReading.credentialColumns) FROM credentials INDEXED BY credentials_by_name
            WHERE \(condition) ORDER BY name LIMIT ?
            """
        return try await read(table: "credentials", sql, values) { row, reading in reading.credential(row) }.values
    }

    // MARK: Settings and audit

    package func setting(_ name: String) async throws(StoreFailure) -> String? {
        let page = try await read(table: "settings", "SELECT value FROM settings WHERE name = ?", [.text(name)]) {
            row, _ in
            row.text(0)
        }
        guard page.corrupt == 0 else { throw .unavailable("the stored setting does not read") }
        return page.values.first
    }

    package func auditEntries(
        node: String?, after sequence: Int64, limit: Int
    ) async throws(StoreFailure) -> [AuditEntry] {
        let condition = node == nil ? "sequence > ?" : "sequence > ? AND node = ?"
        let values = [.integer(sequence)] + (node.map { [SQLValue.text($0)] } ?? []) + [.integer(Int64(max(limit, 0)))]
        let page = try await read(
            table: "audit",
            """
            SELECT node, sequence, body, previous_hash, hash FROM audit
            WHERE \(condition) ORDER BY node, sequence LIMIT ?
            """,
            values
        ) { row, reading in reading.auditEntry(row) }
        guard page.corrupt == 0 else { throw .unavailable("an audit row does not read") }
        return page.values
    }

    package func auditNodes() async throws(StoreFailure) -> [String] {
        // Steps from one node to the next instead of reading every row.
        let sql = """
            WITH RECURSIVE nodes (node) AS (
                SELECT min(node) FROM audit
                UNION ALL
                SELECT (SELECT min(node) FROM audit WHERE node > nodes.node) FROM nodes WHERE node IS NOT NULL)
            SELECT node FROM nodes WHERE node IS NOT NULL
            """
        let page = try await read(table: "audit", sql, []) { row, _ in row.text(0) }
        guard page.corrupt == 0 else { throw .unavailable("an audit row does not read") }
        return page.values
    }

    // MARK: Index

    package func loadIndex(_ receive: ([StoreChange]) -> Void) async throws(StoreFailure) {
        try await load("principals", RowReading.principalColumns, key: "id", receive) { row, reading in
            reading.principal(row).map { .insertPrincipal($0) }
        }
        try await load("credentials", RowReading.credentialColumns, key: "id", receive) { row, reading in
            reading.credential(row).map { .insertCredential($0) }
        }
        try await load("revoked_tokens", "token_id, until", key: "token_id", receive) { row, reading in
            reading.revokedToken(row).map { .revokeToken($0) }
        }
        try await load("namespaces", "name, created_at", key: "name", receive) { row, reading in reading.namespace(row)
        }
    }

    /// A table in pages by its key, which is the first column.
    private func load(
        _ table: String, _ columns: String, key: String, _ receive: ([StoreChange]) -> Void,
        _ change: @escaping @Sendable (Statement, inout RowReading) -> StoreChange?
    ) async throws(StoreFailure) {
        let limit = 1000
        var after: String?
        while true {
            let condition = after == nil ? "" : "WHERE \(key) > ?"
            let values: [SQLValue] = (after.map { [.text($0)] } ?? []) + [.integer(Int64(limit))]
            let page = try await read(
                table: table, "SELECT \(columns) FROM \(table) \(condition) ORDER BY \(key) LIMIT ?", values, change)
            if !page.values.isEmpty { receive(page.values) }
            guard page.values.count + page.corrupt >= limit else { return }
            guard let last = page.lastKey else { throw .unavailable("a key of \(table) does not read") }
            after = last
        }
    }

    // MARK: Reading

    private struct Page<Value: Sendable>: Sendable {
        var values: [Value] = []
        var corrupt = 0
        var lastKey: String?
    }

    private func read<Value: Sendable>(
        table: String, _ sql: String, _ values: [SQLValue],
        _ value: @escaping @Sendable (Statement, inout RowReading) -> Value?
    ) async throws(StoreFailure) -> Page<Value> {
        do {
            return try await database.read { [reportCorruptRow] database in
                var page = Page<Value>()
                var reading = RowReading()
                try database.borrowed().prepare(sql).forEach(values) { row in
                    page.lastKey = row.text(0)
                    if let read = value(row, &reading) {
                        page.values.append(read)
                    } else {
                        page.corrupt += 1
                        reportCorruptRow(CorruptRow(table: table, key: page.lastKey ?? ""))
                    }
                }
                return page
            }
        } catch let error as EngineError {
            throw .unavailable(error.text)
        } catch {
            throw .unavailable(String(describing: error))
        }
    }
}
