internal import Federation

/// What the interface names and this version does not do yet.
///
/// Such a setting is refused, never ignored: somebody who writes it relies on it. When a part arrives, its line goes.
enum Unsupported {
    /// Keys of `gatehouse.yaml`.
    static let settings = [
        "audit": "the audit table of the database is the record; see 'gatehouse audit verify'",
        "clients": "OAuth clients cannot be configured yet",
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

    static let plugins: Set<PluginName> = [.signIn, .scim, .gateway, .console]

    /// Keys of `limits` that hold, or will hold, with their default only.
    static let limits: Set<LimitName> = [
        .body, .documentBody, .token, .listPage, .loginAttempts, .unknownKeyFetch, .scimBulkBody, .scimBulkOperations,
        .scimGroupBody,
    ]

    /// Keys of a provider file.
    static let provider = [
        "client_id": "people cannot sign in through a provider yet",
        "client_secret": "people cannot sign in through a provider yet",
        "scopes": "people cannot sign in through a provider yet",
    ]

    static let providerTypes: [ProviderKind: String] = [
        .oauth2: "people cannot sign in through a provider yet"
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
