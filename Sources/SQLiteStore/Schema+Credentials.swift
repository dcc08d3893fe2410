/// The second migration: every type of credential, and the directory that says who may do what.
extension Schema {
    static var credentialsAndDirectory: [String] { credentialColumns + directory + remembered }

    /// New columns have the meaning of what was there before: a token of the first generation, made with its credential.
    private static let credentialColumns = [
        "ALTER TABLE credentials ADD COLUMN creator TEXT",
        "ALTER TABLE credentials ADD COLUMN target TEXT",
        "ALTER TABLE credentials ADD COLUMN lifetime_ends_at INTEGER",
        "ALTER TABLE credentials ADD COLUMN serial TEXT",
        "ALTER TABLE credentials ADD COLUMN fingerprint BLOB CHECK (length(fingerprint) = 32)",
        "ALTER TABLE credentials ADD COLUMN generation INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE credentials ADD COLUMN secret_made_at INTEGER",
        "ALTER TABLE credentials ADD COLUMN previous_hash BLOB CHECK (length(previous_hash) = 32)",
        "ALTER TABLE credentials ADD COLUMN previous_made_at INTEGER",
        "ALTER TABLE credentials ADD COLUMN previous_retires_at INTEGER",
        // What came from an exchange before there was such a column ends with it all the same.
        "UPDATE credentials SET lifetime_ends_at = expires_at WHERE root LIKE 'subject_token:%'",
        "CREATE UNIQUE INDEX credentials_by_serial ON credentials (serial) WHERE serial IS NOT NULL",
        "CREATE UNIQUE INDEX credentials_by_previous_hash ON credentials (previous_hash) WHERE previous_hash IS NOT NULL",
        // One owner's, in the order of a listing: without it somebody's three are looked for among everybody's.
        "DROP INDEX credentials_by_owner",
        "CREATE INDEX credentials_by_owner ON credentials (owner, namespace, name)",
        "CREATE INDEX credentials_by_expiry ON credentials (namespace, expires_at, id)",
    ]

    private static let directory = [
        """
        CREATE TABLE objects (
            kind TEXT NOT NULL CHECK (kind <> ''),
            name TEXT NOT NULL,
            document TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            modified_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (kind, name)
        ) STRICT, WITHOUT ROWID
        """,
        // The group's name and not its row: somebody may be a member of what is made later.
        """
        CREATE TABLE members (
            group_name TEXT NOT NULL,
            principal TEXT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
            PRIMARY KEY (group_name, principal)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX members_by_principal ON members (principal)",
    ]

    private static let remembered = [
        """
        CREATE TABLE revoked_certificates (
            serial TEXT NOT NULL PRIMARY KEY,
            revoked_at INTEGER NOT NULL,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX revoked_certificates_by_until ON revoked_certificates (until)",
        """
        CREATE TABLE replies (
            key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 32),
            request BLOB NOT NULL CHECK (length(request) = 32),
            sealed BLOB NOT NULL,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX replies_by_until ON replies (until)",
        """
        CREATE TABLE credential_uses (
            credential TEXT NOT NULL PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
            current INTEGER,
            previous INTEGER
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
