/// What the interface names and this version does not do yet.
///
/// Such a setting is refused, never ignored: somebody who writes it relies on it. When a part arrives, its line goes.
enum Unsupported {
    /// Keys of `gatehouse.yaml`.
    static let settings = [
        "audit": "the audit table of the database is the record; see 'gatehouse audit verify'",
        "metrics": "there is no metrics listener yet",
    ]

    /// Keys of `keys`.
    static let keys = [
        "database": "signing keys are kept in a folder only",
        "key_encryption_key": "signing keys are kept in a folder only",
    ]

    /// Schemes of `database`.
    static let databases = [
        "postgres": "the database is SQLite only",
        "postgresql": "the database is SQLite only",
    ]

    static let plugins: Set<PluginName> = [.console]

    /// Keys of `limits` that hold, or will hold, with their default only.
    static let limits: Set<LimitName> = [
        .body, .documentBody, .token, .listPage, .loginAttempts, .unknownKeyFetch, .scimBulkBody, .scimBulkOperations,
        .scimGroupBody,
    ]

    static func message(_ key: String, _ why: String) -> String { "'\(key)' is not supported in this version: \(why)" }
}

extension SettingsMap {
    /// Reports every key of the table that is there, and makes the others known.
    func refuse(unsupported table: [String: String]) {
        for (key, why) in table {
            guard let entry = entry(key) else { continue }
            context.report(Unsupported.message(key, why), at: entry.keyPosition)
        }
    }
}
