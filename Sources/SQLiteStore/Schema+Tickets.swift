/// The fifth migration: sessions, what clients were allowed, and whose identities are whose.
extension Schema {
    static let tickets = [
        // They go with their principal; with their parent they are ended by whoever ends that, who has to say so.
        """
        CREATE TABLE tickets (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind <> ''),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            principal TEXT REFERENCES principals (id) ON DELETE CASCADE,
            client TEXT,
            parent TEXT,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            rights TEXT NOT NULL,
            context TEXT,
            document BLOB NOT NULL,
            last_used_at INTEGER,
            revision INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX tickets_by_expiry ON tickets (expires_at)",
        "CREATE INDEX tickets_by_principal ON tickets (principal) WHERE principal IS NOT NULL",
        """
        CREATE TABLE identities (
            provider TEXT NOT NULL,
            issuer TEXT NOT NULL,
            subject TEXT NOT NULL,
            principal TEXT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
            linked_at INTEGER NOT NULL,
            PRIMARY KEY (provider, issuer, subject)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX identities_by_principal ON identities (principal)",
    ]
}
