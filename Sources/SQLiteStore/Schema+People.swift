/// The third migration: what is known of people, and when they signed in.
extension Schema {
    static let people = [
        "ALTER TABLE principals ADD COLUMN login TEXT",
        "ALTER TABLE principals ADD COLUMN profile TEXT",
        "ALTER TABLE principals ADD COLUMN last_sign_in_at INTEGER",
        "CREATE UNIQUE INDEX principals_by_login ON principals (login) WHERE login IS NOT NULL",
        "CREATE INDEX principals_by_name ON principals (kind, name, id)",
        """
        CREATE TABLE sign_ins (
            id TEXT NOT NULL PRIMARY KEY,
            principal TEXT NOT NULL REFERENCES principals (id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            provider TEXT NOT NULL,
            remote_address TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX sign_ins_by_time ON sign_ins (at, id)",
        "CREATE INDEX sign_ins_by_principal ON sign_ins (principal)",
    ]
}
