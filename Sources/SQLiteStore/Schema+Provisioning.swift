/// The sixth migration: what directories provision, beside the people and groups that it is.
extension Schema {
    static let provisioning = [
        """
        CREATE TABLE provisioned_users (
            id TEXT NOT NULL PRIMARY KEY REFERENCES principals (id) ON DELETE CASCADE,
            user_name_key TEXT NOT NULL UNIQUE,
            external_id TEXT,
            is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
            created_at INTEGER NOT NULL,
            modified_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            document TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX provisioned_users_by_external_id ON provisioned_users (external_id) WHERE external_id IS NOT NULL",
        "CREATE INDEX provisioned_users_by_creation ON provisioned_users (created_at)",
        "CREATE INDEX provisioned_users_by_change ON provisioned_users (modified_at)",
        "CREATE INDEX provisioned_users_by_activity ON provisioned_users (is_active)",
        """
        CREATE TABLE provisioned_emails (
            email_key TEXT NOT NULL,
            user TEXT NOT NULL REFERENCES provisioned_users (id) ON DELETE CASCADE,
            PRIMARY KEY (email_key, user)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX provisioned_emails_by_user ON provisioned_emails (user)",
        """
        CREATE TABLE provisioned_groups (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            display_name_key TEXT NOT NULL,
            external_id TEXT,
            created_at INTEGER NOT NULL,
            modified_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            document TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX provisioned_groups_by_display_name ON provisioned_groups (display_name_key)",
        """
        CREATE INDEX provisioned_groups_by_external_id ON provisioned_groups (external_id) WHERE external_id IS NOT NULL
        """,
        "CREATE INDEX provisioned_groups_by_creation ON provisioned_groups (created_at)",
        "CREATE INDEX provisioned_groups_by_change ON provisioned_groups (modified_at)",
    ]
}
