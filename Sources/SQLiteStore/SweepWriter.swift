import Broker

/// Removes what has outlived its time, what ended first first.
struct SweepWriter {
    private let credentials, singleUses, revokedTokens: Statement

    init(_ connection: Connection) throws(EngineError) {
        credentials = try connection.prepare(
            """
            DELETE FROM credentials WHERE id IN (
                SELECT id FROM credentials WHERE removable_at < ? ORDER BY removable_at, id LIMIT ?)
            RETURNING id, revision
            """)
        singleUses = try connection.prepare(
            """
            DELETE FROM single_use WHERE (kind, authority, key) IN (
                SELECT kind, authority, key FROM single_use WHERE until < ? ORDER BY until LIMIT ?)
            """)
        revokedTokens = try connection.prepare(
            """
            DELETE FROM revoked_tokens WHERE token_id IN (
                SELECT token_id FROM revoked_tokens WHERE until < ? ORDER BY until LIMIT ?)
            """)
    }

    /// Removes at most `limit` rows of all tables together; answers how many, and which credentials.
    func sweep(before now: Timestamp, limit: Int) throws(EngineError) -> (count: Int, removed: [StoreChange]) {
        var rest = max(limit, 0)
        var removed: [StoreChange] = []
        try credentials.forEach([.integer(now.milliseconds), .integer(Int64(rest))]) { row in
            guard let id = row.text(0), let revision = row.integer(1) else { return }
            removed.append(.deleteCredential(CredentialID(unchecked: id), revision: revision))
        }
        rest -= min(removed.count, rest)
        for statement in [singleUses, revokedTokens] where rest > 0 {
            rest -= min(try statement.run([.integer(now.milliseconds), .integer(Int64(rest))]), rest)
        }
        return (max(limit, 0) - rest, removed)
    }
}
