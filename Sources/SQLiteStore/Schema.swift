import Broker
internal import GRDB

/// The tables, as migrations. A migration that was released is never edited: a change is the next one.
///
/// Times are milliseconds since 1970. Text compares by bytes (BINARY). Tables are STRICT, so that a column holds what
/// it says; they have no rowid where the key is natural, which saves an index.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001_initial") { database in
            for statement in initial { try database.execute(sql: statement) }
        }
        migrator.registerMigration("0002_credentials_and_directory") { database in
            for statement in credentialsAndDirectory { try database.execute(sql: statement) }
        }
        migrator.registerMigration("0003_people") { database in
            for statement in people { try database.execute(sql: statement) }
        }
        migrator.registerMigration("0004_authentication_context") { database in
            // `acr` and `amr` of whatever it all began with, as JSON; nothing is known of older ones.
            try database.execute(sql: "ALTER TABLE credentials ADD COLUMN context TEXT")
        }
        migrator.registerMigration("0005_tickets") { database in
            for statement in tickets { try database.execute(sql: statement) }
        }
        migrator.registerMigration("0006_provisioning") { database in
            for statement in provisioning { try database.execute(sql: statement) }
        }
        return migrator
    }

    private static var initial: [String] {
        [principals, credentials] + credentialIndexes + singleUse + others + [audit]
    }

    private static let principals = """
        CREATE TABLE principals (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('USER', 'SERVICE', 'WORKLOAD')),
            name TEXT NOT NULL,
            origin_provider TEXT,
            origin_issuer TEXT,
            origin_subject TEXT,
            is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
            bindings TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            CHECK ((origin_provider IS NULL) = (origin_issuer IS NULL)),
            CHECK ((origin_provider IS NULL) = (origin_subject IS NULL))
        ) STRICT, WITHOUT ROWID
        """

    private static let credentials = """
        CREATE TABLE credentials (
            id TEXT NOT NULL PRIMARY KEY,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN (
                'API_CERTIFICATE', 'KUBE_CONFIG', 'API_TOKEN', 'SERVICE_API_TOKEN', 'SERVICE_API_CERTIFICATE',
                'SERVICE_KUBE_CONFIG', 'SITE_GLOBAL_KUBE_CONFIG', 'SCIM_API_TOKEN', 'SERVICE_SITE_GLOBAL_KUBE_CONFIG')),
            owner TEXT NOT NULL REFERENCES principals (id),
            token_hash BLOB CHECK (length(token_hash) = 32),
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
            marked_for_deletion_at INTEGER,
            rights TEXT NOT NULL,
            parent TEXT NOT NULL,
            root TEXT NOT NULL,
            removable_at INTEGER NOT NULL,
            revision INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    private static let credentialIndexes = [
        "CREATE UNIQUE INDEX credentials_by_name ON credentials (namespace, name)",
        "CREATE UNIQUE INDEX credentials_by_token_hash ON credentials (token_hash) WHERE token_hash IS NOT NULL",
        "CREATE INDEX credentials_by_owner ON credentials (owner)",
        "CREATE INDEX credentials_by_root ON credentials (root)",
        "CREATE INDEX credentials_by_removable_at ON credentials (removable_at)",
    ]

    private static let singleUse = [
        """
        CREATE TABLE single_use (
            kind TEXT NOT NULL CHECK (kind <> ''),
            authority TEXT NOT NULL,
            key TEXT NOT NULL,
            until INTEGER NOT NULL,
            PRIMARY KEY (kind, authority, key)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX single_use_by_until ON single_use (until)",
        """
        CREATE TABLE revoked_tokens (
            token_id TEXT NOT NULL PRIMARY KEY,
            until INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX revoked_tokens_by_until ON revoked_tokens (until)",
    ]

    private static let others = [
        "CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE namespaces (name TEXT NOT NULL PRIMARY KEY, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
        // One row that a write probe changes, so that the probe is a commit like any other.
        "CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL) STRICT",
        "INSERT INTO heartbeat (id, count) VALUES (1, 0)",
    ]

    /// `body` is the record, and the hash covers it. The columns after `hash` repeat parts of it for look-ups; nothing
    /// that matters may be decided by them.
    private static let audit = """
        CREATE TABLE audit (
            node TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            body BLOB NOT NULL,
            previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            time INTEGER,
            action TEXT,
            namespace TEXT,
            actor TEXT,
            target TEXT,
            request_id TEXT,
            PRIMARY KEY (node, sequence)
        ) STRICT, WITHOUT ROWID
        """
}
