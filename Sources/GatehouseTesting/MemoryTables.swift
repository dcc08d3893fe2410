import AccessPolicy
import Broker
import Identifiers

/// What `MemoryStore` keeps, and what each change does to it.
struct MemoryTables: Sendable {
    /// Takes one change back.
    typealias Undo = @Sendable (inout MemoryTables) -> Void

    private struct Name: Hashable, Sendable {
        let namespace: NamespaceName
        let name: Key
    }

    private struct UseKey: Hashable, Sendable {
        let kind: SingleUse.Kind
        let authority: Key
        let key: Key
    }

    private(set) var credentials: [CredentialID: CredentialRecord] = [:]
    private(set) var settings: [Key: String] = [:]
    private(set) var audit: [AuditEntry] = []
    private(set) var chain: AuditChain
    private var names: Set<Name> = []
    private var hashes: Set<TokenHash> = []
    private var principals: [PrincipalID: PrincipalRecord] = [:]
    private var uses: [UseKey: Timestamp] = [:]
    private var revoked: [Key: Timestamp] = [:]
    private var namespaces: [NamespaceName: Timestamp] = [:]

    init(node: String) { chain = AuditChain(node: node) }

    mutating func appendAudit(_ body: [UInt8]) { audit.append(chain.append(body)) }

    /// As `loadIndex` tells it.
    var everything: [StoreChange] {
        principals.values.sorted { $0.principal.id < $1.principal.id }.map { .insertPrincipal($0) }
            + credentials.values.sorted { $0.id < $1.id }.map { .insertCredential($0) }
            + revoked.sorted { $0.key < $1.key }.map {
                .revokeToken(RevokedToken(tokenID: $0.key.rawValue, until: $0.value))
            }
            + namespaces.sorted { $0.key < $1.key }.map { .insertNamespace($0.key, createdAt: $0.value) }
    }

    mutating func apply(_ change: StoreChange) throws(StoreFailure) -> Undo {
        switch change {
        case .insertCredential(let record): return try insert(record)
        case .updateCredential(let record): return try update(record)
        case .deleteCredential(let id, let revision):
            guard let stored = credentials[id], stored.revision == revision else { throw .conflict }
            remove(stored)
            return { tables in tables.put(stored) }
        case .insertPrincipal(let record):
            guard principals[record.principal.id] == nil else { throw .alreadyExists }
            return replace(record)
        case .ensurePrincipal(let record):
            guard principals[record.principal.id] == nil else { return { _ in } }
            return replace(record)
        case .updatePrincipal(let record):
            guard var stored = principals[record.principal.id], stored.revision == record.revision &- 1 else {
                throw .conflict
            }
            (stored.isEnabled, stored.bindings, stored.revision) = (record.isEnabled, record.bindings, record.revision)
            return replace(stored)
        case .claim(let use):
            let key = UseKey(kind: use.kind, authority: Key(use.authority), key: Key(use.key))
            guard uses[key] == nil else { throw .alreadyUsed }
            uses[key] = use.until
            return { tables in tables.uses[key] = nil }
        case .revokeToken(let token):
            let (key, before) = (Key(token.tokenID), revoked[Key(token.tokenID)])
            revoked[key] = before.map { max($0, token.until) } ?? token.until
            return { tables in tables.revoked[key] = before }
        case .insertSetting(let name, let value):
            guard settings[Key(name)] == nil else { throw .alreadyExists }
            settings[Key(name)] = value
            return { tables in tables.settings[Key(name)] = nil }
        case .insertNamespace(let name, let createdAt):
            guard namespaces[name] == nil else { return { _ in } }
            namespaces[name] = createdAt
            return { tables in tables.namespaces[name] = nil }
        }
    }

    private mutating func insert(_ record: CredentialRecord) throws(StoreFailure) -> Undo {
        let name = Name(namespace: record.namespace, name: Key(record.name))
        let isHashTaken = record.tokenHash.map(hashes.contains) ?? false
        guard credentials[record.id] == nil, !names.contains(name), !isHashTaken else { throw .alreadyExists }
        guard principals[record.owner] != nil else { throw .conflict }  // the owner is gone
        put(record)
        return { tables in tables.remove(record) }
    }

    private mutating func update(_ record: CredentialRecord) throws(StoreFailure) -> Undo {
        guard let before = credentials[record.id], before.revision == record.revision &- 1 else { throw .conflict }
        var stored = before
        stored.expiresAt = record.expiresAt
        stored.isActive = record.isActive
        stored.markedForDeletionAt = record.markedForDeletionAt
        stored.rights = record.rights
        stored.removableAt = record.removableAt
        stored.revision = record.revision
        put(stored)
        return { tables in tables.put(before) }
    }

    private mutating func put(_ record: CredentialRecord) {
        credentials[record.id] = record
        names.insert(Name(namespace: record.namespace, name: Key(record.name)))
        if let hash = record.tokenHash { hashes.insert(hash) }
    }

    private mutating func remove(_ record: CredentialRecord) {
        credentials[record.id] = nil
        names.remove(Name(namespace: record.namespace, name: Key(record.name)))
        if let hash = record.tokenHash { hashes.remove(hash) }
    }

    private mutating func replace(_ record: PrincipalRecord) -> Undo {
        let (id, before) = (record.principal.id, principals[record.principal.id])
        principals[id] = record
        return { tables in tables.principals[id] = before }
    }

    mutating func sweep(before now: Timestamp, limit: Int) -> (count: Int, removed: [StoreChange]) {
        var rest = max(limit, 0)
        let outlived = credentials.values.filter { $0.removableAt < now }
            .sorted { ($0.removableAt, $0.id) < ($1.removableAt, $1.id) }.prefix(rest)
        for record in outlived { remove(record) }
        rest -= outlived.count
        let oldUses = uses.filter { $0.value < now }.sorted { $0.value < $1.value }.prefix(rest)
        for (key, _) in oldUses { uses[key] = nil }
        rest -= oldUses.count
        let oldTokens = revoked.filter { $0.value < now }.sorted { $0.value < $1.value }.prefix(rest)
        for (key, _) in oldTokens { revoked[key] = nil }
        rest -= oldTokens.count
        return (max(limit, 0) - rest, outlived.map { .deleteCredential($0.id, revision: $0.revision) })
    }
}
