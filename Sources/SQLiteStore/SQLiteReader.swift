package import AccessPolicy
package import Broker
import Identifiers
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
package final class SQLiteReader: CredentialReader, ObjectReader, ReplyReader, SettingReader, AuditReader, IndexSource,
    PrincipalReader, SingleUseReader
{
    /// A pool, also where one connection would do: a `DatabaseQueue` crashes when it is read after it was closed.
    private let database: DatabasePool
    private let points: PointReader
    private let reportCorruptRow: @Sendable (CorruptRow) -> Void

    init(_ database: DatabasePool, points: PointReader, corruptRow: @escaping @Sendable (CorruptRow) -> Void) {
        self.database = database
        self.points = points
        reportCorruptRow = corruptRow
    }

    package func close() {
        points.close()
        try? database.close()
    }

    // MARK: Credentials

    package func credential(
        named name: String, in namespace: NamespaceName
    ) async throws(StoreFailure) -> CredentialRecord? {
        try await credential("namespace = ? AND name = ?", [.text(namespace.rawValue), .text(name)])
    }

    package func credential(_ id: CredentialID) async throws(StoreFailure) -> CredentialRecord? {
        try await credential("id = ?", [.text(id.rawValue)])
    }

    private func credential(_ condition: String, _ values: [SQLValue]) async throws(StoreFailure) -> CredentialRecord? {
        let sql = "SELECT \(CredentialRow.columns) FROM credentials WHERE \(condition)"
        return try await one("credential", table: "credentials", sql, values) { row, reading in reading.credential(row)
        }
    }

    package func credentials(_ query: CredentialQuery) async throws(StoreFailure) -> [CredentialRecord] {
        guard query.limit > 0, !query.types.isEmpty else { return [] }
        // An intent that is not signed yet is nobody's business.
        var condition = "namespace = ? AND (serial IS NULL OR fingerprint IS NOT NULL)"
        var values: [SQLValue] = [.text(query.namespace.rawValue)]
        var (index, order): (String, String)
        switch query.order {
        case .name(let after):
            (index, order) = ("credentials_by_name", "name")
            if let after {
                condition += " AND name > ?"
                values.append(.text(after))
            }
        case .expiry(let after, let id):
            (index, order) = ("credentials_by_expiry", "expires_at, id")
            condition += " AND (expires_at, id) > (?, ?)"
            // Nothing sorts behind this id, so without one the whole moment is behind us.
            values += [.integer(after.milliseconds), .text(id?.rawValue ?? "\u{10FFFF}")]
        }
        if let expiringBy = query.expiringBy {
            condition += " AND expires_at <= ?"
            values.append(.integer(expiringBy.milliseconds))
        }
        if let owner = query.owner {
            condition += " AND owner = ?"
            values.append(.text(owner.rawValue))
            // In order of name already; by expiry an owner's few are sorted.
            index = "credentials_by_owner"
        }
        if query.types.count < CredentialType.allCases.count {
            condition += " AND type IN (" + query.types.map { _ in "?" }.joined(separator: ", ") + ")"
            values += query.types.map { .text($0.rawValue) }
        }
        values.append(.integer(Int64(query.limit)))
        // Named, so that the planner takes the order of the listing and never sorts everybody's.
        let sql = """
            SELECT \(CredentialRow.columns) FROM credentials INDEXED BY \(index)
            WHERE \(condition) ORDER BY \(order) LIMIT ?
            """
        return try await read(table: "credentials", sql, values) { row, reading in reading.credential(row) }.values
    }

    package func credentials(
        ownedBy owner: PrincipalID, limit: Int
    ) async throws(StoreFailure) -> [CredentialRecord] {
        let sql = "SELECT \(CredentialRow.columns) FROM credentials WHERE owner = ? ORDER BY id LIMIT ?"
        let values: [SQLValue] = [.text(owner.rawValue), .integer(Int64(max(limit, 0)))]
        return try await read(table: "credentials", sql, values) { row, reading in reading.credential(row) }.values
    }

    // MARK: Directory

    package func principals(
        _ kind: Principal.Kind, after place: PrincipalPlace?, limit: Int
    ) async throws(StoreFailure) -> [PrincipalRecord] {
        var (condition, values) = ("kind = ?", [SQLValue.text(kind.rawValue)])
        if let place {
            condition += " AND (name, id) > (?, ?)"
            values += [.text(place.name), .text(place.id.rawValue)]
        }
        let sql = """
            SELECT \(RowReading.principalColumns) FROM principals INDEXED BY principals_by_name
            WHERE \(condition) ORDER BY name, id LIMIT ?
            """
        return try await read(table: "principals", sql, values + [.integer(Int64(max(limit, 0)))]) { row, reading in
            reading.principal(row)
        }.values
    }

    package func signIns(
        from start: Timestamp, to end: Timestamp, after id: String?, limit: Int
    ) async throws(StoreFailure) -> [SignIn] {
        // Nothing sorts before the empty id.
        let sql = """
            SELECT id, principal, at, provider, remote_address FROM sign_ins
            WHERE at BETWEEN ? AND ? AND id > ? ORDER BY at, id LIMIT ?
            """
        let values: [SQLValue] = [
            .integer(start.milliseconds), .integer(end.milliseconds), .text(id ?? ""), .integer(Int64(max(limit, 0))),
        ]
        return try await read(table: "sign_ins", sql, values) { row, reading in reading.signIn(row) }.values
    }

    package func object(_ id: StoredObject.ID) async throws(StoreFailure) -> StoredObject? {
        let sql = "SELECT \(RowReading.objectColumns) FROM objects WHERE kind = ? AND name = ?"
        return try await one("object", table: "objects", sql, [.text(id.kind.rawValue), .text(id.name.rawValue)]) {
            row, reading in reading.object(row)
        }
    }

    package func objects(
        _ kind: StoredObject.Kind, after name: String?, limit: Int
    ) async throws(StoreFailure) -> [StoredObject] {
        let condition = name == nil ? "kind = ?" : "kind = ? AND name > ?"
        let values =
            [SQLValue.text(kind.rawValue)] + (name.map { [SQLValue.text($0)] } ?? []) + [.integer(Int64(max(limit, 0)))]
        let sql = "SELECT \(RowReading.objectColumns) FROM objects WHERE \(condition) ORDER BY name LIMIT ?"
        return try await read(table: "objects", sql, values) { row, reading in reading.object(row) }.values
    }

    package func reply(_ key: Digest32) async throws(StoreFailure) -> StoredReply? {
        let sql = "SELECT \(RowReading.replyColumns) FROM replies WHERE key = ?"
        return try await one("answer", table: "replies", sql, [.blob(key.bytes)]) { row, reading in reading.reply(row) }
    }

    package func usedKeys(_ kind: SingleUse.Kind, authority: String) async throws(StoreFailure) -> [String] {
        let sql = "SELECT key FROM single_use WHERE kind = ? AND authority = ? ORDER BY key LIMIT 10"
        return try await points.read(sql, [.text(kind.rawValue), .text(authority)]) { row in row.text(0) }
            .compactMap(\.self)
    }

    // MARK: Settings and audit

    package func setting(_ name: String) async throws(StoreFailure) -> String? {
        try await one("setting", table: "settings", "SELECT value FROM settings WHERE name = ?", [.text(name)]) {
            row, _ in row.text(0)
        }
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
        for kind in StoredObject.Kind.allCases {
            // Few of each, and none may be left out unseen: a page at a time as for a listing.
            var after: String?
            while true {
                let page = try await objects(kind, after: after, limit: 1000)
                if !page.isEmpty { receive(page.map { .insertObject($0) }) }
                guard page.count == 1000, let last = page.last else { break }
                after = last.name
            }
        }
        try await load("principals", RowReading.principalColumns, key: "id", receive) { row, reading in
            reading.principal(row).map { .insertPrincipal($0) }
        }
        try await loadMembers(receive)
        try await load("credentials", CredentialRow.columns, key: "id", receive) { row, reading in
            reading.credential(row).map { .insertCredential($0) }
        }
        try await load("credential_uses", "credential, current, previous", key: "credential", receive) {
            row, reading in reading.use(row)
        }
        try await load("revoked_tokens", "token_id, until", key: "token_id", receive) { row, reading in
            reading.revokedToken(row).map { .revokeToken($0) }
        }
        try await load("revoked_certificates", "serial, revoked_at, until", key: "serial", receive) { row, reading in
            reading.revokedCertificate(row).map { .revokeCertificate($0) }
        }
        try await loadIdentities(receive)
        try await load("tickets", TicketRow.columns, key: "id", receive) { row, reading in
            reading.ticket(row).map { .insertTicket($0) }
        }
        try await load("tickets", "id, ifnull(last_used_at, created_at)", key: "id", receive) { row, reading in
            reading.ticketUse(row).map { .recordTicketUse($0) }
        }
        try await load("namespaces", "name, created_at", key: "name", receive) { row, reading in reading.namespace(row)
        }
    }

    private func loadMembers(_ receive: ([StoreChange]) -> Void) async throws(StoreFailure) {
        let limit = 1000
        var after: [SQLValue] = [.text(""), .text("")]
        while true {
            let sql = """
                SELECT principal, group_name FROM members INDEXED BY members_by_principal
                WHERE (principal, group_name) > (?, ?) ORDER BY principal, group_name LIMIT ?
                """
            let page = try await read(table: "members", sql, after + [.integer(Int64(limit))]) { row, reading in
                reading.member(row)
            }
            if !page.values.isEmpty { receive(page.values) }
            guard page.values.count + page.corrupt >= limit else { return }
            guard case .addMember(let group, let principal)? = page.values.last else {
                throw .unavailable("a membership does not read")
            }
            after = [.text(principal.rawValue), .text(group)]
        }
    }

    private func loadIdentities(_ receive: ([StoreChange]) -> Void) async throws(StoreFailure) {
        let limit = 1000
        var after: [SQLValue] = [.text(""), .text(""), .text("")]
        while true {
            let sql = """
                SELECT provider, issuer, subject, principal, linked_at FROM identities
                WHERE (provider, issuer, subject) > (?, ?, ?) ORDER BY provider, issuer, subject LIMIT ?
                """
            let page = try await read(table: "identities", sql, after + [.integer(Int64(limit))]) { row, reading in
                reading.identity(row)
            }
            if !page.values.isEmpty { receive(page.values.map { .linkIdentity($0) }) }
            guard page.values.count + page.corrupt >= limit else { return }
            guard page.corrupt == 0, let last = page.values.last?.origin else {
                throw .unavailable("an identity does not read")
            }
            after = [.text(last.provider), .text(last.issuer), .text(last.subject)]
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

    struct Page<Value: Sendable>: Sendable {
        var values: [Value] = []
        var corrupt = 0
        var lastKey: String?
    }

    /// The row of a key. One that does not read is a failure here: "not found" would be a lie.
    func one<Value: Sendable>(
        _ what: String, table: String, _ sql: String, _ values: [SQLValue],
        _ value: @escaping @Sendable (Statement, inout RowReading) -> Value?
    ) async throws(StoreFailure) -> Value? {
        let found = try await points.read(sql, values) { row in
            var reading = RowReading()
            return (value: value(row, &reading), key: row.text(0) ?? "")
        }
        guard let first = found.first else { return nil }
        guard let read = first.value else {
            reportCorruptRow(CorruptRow(table: table, key: first.key))
            throw .unavailable("the stored \(what) does not read")
        }
        return read
    }

    func read<Value: Sendable>(
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
