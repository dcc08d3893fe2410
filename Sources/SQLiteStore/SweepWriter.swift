import AccessPolicy
import Broker

/// Removes what has outlived its time, what ended first first.
struct SweepWriter {
    private let credentials, serviceUsers, singleUses, revokedTokens, revokedCertificates, replies, signIns,
        tickets: Statement

    init(_ connection: Connection) throws(EngineError) {
        credentials = try connection.prepare(
            """
            DELETE FROM credentials WHERE id IN (
                SELECT id FROM credentials WHERE removable_at < ? ORDER BY removable_at, id LIMIT ?)
            RETURNING id, revision, owner
            """)
        // A service user lives as long as something of theirs does.
        serviceUsers = try connection.prepare(
            """
            DELETE FROM principals WHERE id = ?1 AND kind = 'SERVICE'
                AND NOT EXISTS (SELECT 1 FROM credentials WHERE owner = ?1)
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
        revokedCertificates = try connection.prepare(
            """
            DELETE FROM revoked_certificates WHERE serial IN (
                SELECT serial FROM revoked_certificates WHERE until < ? ORDER BY until LIMIT ?)
            """)
        // What administrators look back on; the audit log keeps what must be kept.
        signIns = try connection.prepare(
            "DELETE FROM sign_ins WHERE id IN (SELECT id FROM sign_ins WHERE at < ? ORDER BY at, id LIMIT ?)")
        tickets = try connection.prepare(
            """
            DELETE FROM tickets WHERE id IN (
                SELECT id FROM tickets WHERE expires_at < ? ORDER BY expires_at, id LIMIT ?)
            RETURNING id, revision
            """)
        replies = try connection.prepare(
            "DELETE FROM replies WHERE key IN (SELECT key FROM replies WHERE until < ? ORDER BY until LIMIT ?)")
    }

    /// Removes at most `limit` rows of all tables together; answers how many, and which credentials.
    func sweep(before now: Timestamp, limit: Int) throws(EngineError) -> (count: Int, removed: [StoreChange]) {
        var rest = max(limit, 0)
        var removed: [StoreChange] = []
        var owners: Set<String> = []
        try credentials.forEach([.integer(now.milliseconds), .integer(Int64(rest))]) { row in
            guard let id = row.text(0), let revision = row.integer(1) else { return }
            removed.append(.deleteCredential(CredentialID(unchecked: id), revision: revision))
            if let owner = row.text(2) { owners.insert(owner) }
        }
        rest -= min(removed.count, rest)
        for owner in owners where try serviceUsers.run([.text(owner)]) > 0 {
            removed.append(.deletePrincipal(PrincipalID(unchecked: owner)))
        }
        for statement in [singleUses, revokedTokens, revokedCertificates, replies] where rest > 0 {
            rest -= min(try statement.run([.integer(now.milliseconds), .integer(Int64(rest))]), rest)
        }
        if rest > 0 {
            let before = removed.count
            try tickets.forEach([.integer(now.milliseconds), .integer(Int64(rest))]) { row in
                guard let id = row.text(0), let revision = row.integer(1) else { return }
                removed.append(.deleteTicket(TicketID(unchecked: id), revision: revision))
            }
            rest -= min(removed.count - before, rest)
        }
        if rest > 0 {
            let before = now.adding(seconds: -SignIn.keptSeconds)
            rest -= min(try signIns.run([.integer(before.milliseconds), .integer(Int64(rest))]), rest)
        }
        return (max(limit, 0) - rest, removed)
    }
}
