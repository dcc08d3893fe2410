package import AccessPolicy

// The store protocols. Batch-shaped, async, and free of any engine's assumptions; every implementation passes the suite
// in GatehouseTesting (`StoreSuite`).

/// Commits transactions. Each is atomic and durable when the call returns, and `CommitObserver` has been told.
package protocol TransactionStore: Sendable {
    func commit(_ transaction: StoreTransaction) async throws(StoreFailure)
}

/// Told of every committed change, in the order of the commits, after they are durable and before any caller gets its
/// answer: this keeps the in-memory index true. Must be quick and must not call the store.
package typealias CommitObserver = @Sendable (_ changes: [StoreChange]) -> Void

/// Reads the whole of what the index holds, once at start, in batches.
package protocol IndexSource: Sendable {
    func loadIndex(_ receive: ([StoreChange]) -> Void) async throws(StoreFailure)
}

/// What a listing asks for.
package struct CredentialQuery: Hashable, Sendable {
    /// In what order, and after which place: a place is the last entry of the page before.
    package enum Order: Hashable, Sendable {
        /// By name (bytes).
        case name(after: String?)
        /// Soonest to end first, then by id; only what ends behind a moment.
        case expiry(after: Timestamp, id: CredentialID?)
    }

    package let namespace: NamespaceName
    /// `nil`: everybody's.
    package let owner: PrincipalID?
    package let types: Set<CredentialType>
    package let order: Order
    /// Only what ends at that moment or before.
    package let expiringBy: Timestamp?
    package let limit: Int

    package init(
        namespace: NamespaceName, owner: PrincipalID?, types: Set<CredentialType>, order: Order = .name(after: nil),
        expiringBy: Timestamp? = nil, limit: Int
    ) {
        self.namespace = namespace
        self.owner = owner
        self.types = types
        self.order = order
        self.expiringBy = expiringBy
        self.limit = limit
    }
}

package protocol CredentialReader: Sendable {
    func credential(named name: String, in namespace: NamespaceName) async throws(StoreFailure) -> CredentialRecord?
    func credential(_ id: CredentialID) async throws(StoreFailure) -> CredentialRecord?
    func credentials(_ query: CredentialQuery) async throws(StoreFailure) -> [CredentialRecord]
    /// Everything that a principal owns, in any namespace, at most so many.
    func credentials(ownedBy owner: PrincipalID, limit: Int) async throws(StoreFailure) -> [CredentialRecord]
}

package protocol PrincipalReader: Sendable {
    /// By name (bytes) and id, after a place.
    func principals(
        _ kind: Principal.Kind, after place: PrincipalPlace?, limit: Int
    ) async throws(StoreFailure) -> [PrincipalRecord]
    /// Sign-ins within a time, oldest first, after one.
    func signIns(
        from start: Timestamp, to end: Timestamp, after id: String?, limit: Int
    ) async throws(StoreFailure) -> [SignIn]
}

/// Where a page of principals ended.
package struct PrincipalPlace: Hashable, Sendable {
    package let name: String
    package let id: PrincipalID

    package init(name: String, id: PrincipalID) {
        self.name = name
        self.id = id
    }
}

package protocol ObjectReader: Sendable {
    func object(_ id: StoredObject.ID) async throws(StoreFailure) -> StoredObject?
    /// By name (bytes), after one.
    func objects(
        _ kind: StoredObject.Kind, after name: String?, limit: Int
    ) async throws(StoreFailure) -> [StoredObject]
}

package protocol ReplyReader: Sendable {
    func reply(_ key: Digest32) async throws(StoreFailure) -> StoredReply?
}

package protocol SingleUseReader: Sendable {
    /// The keys under which things of that kind and authority were used and are remembered, by bytes.
    func usedKeys(_ kind: SingleUse.Kind, authority: String) async throws(StoreFailure) -> [String]
}

package protocol SettingReader: Sendable {
    func setting(_ name: String) async throws(StoreFailure) -> String?
}

package protocol AuditReader: Sendable {
    /// Entries of every chain after a position, oldest first within a chain.
    func auditEntries(node: String?, after sequence: Int64, limit: Int) async throws(StoreFailure) -> [AuditEntry]
    func auditNodes() async throws(StoreFailure) -> [String]
}

/// Removal of what has outlived its time: expiry-ordered, in small batches so that it never holds the writer for long.
package protocol Sweeper: Sendable {
    /// Removes at most `limit` rows whose time is before `now`; answers how many went. The observer is told of removed
    /// credentials (as `.deleteCredential`), of service users that went with their last one (`.deletePrincipal`), and of
    /// tickets (`.deleteTicket`).
    func sweep(before now: Timestamp, limit: Int) async throws(StoreFailure) -> Int
}

package protocol StoreHealth: Sendable {
    /// Throws when the store cannot commit now. Writes nothing that stays.
    func checkWritable() async throws(StoreFailure)
}

package protocol BrokerStore: TransactionStore, IndexSource, CredentialReader, PrincipalReader, ObjectReader,
    ReplyReader, SettingReader, SingleUseReader, ProvisioningReader,
    AuditReader, Sweeper, StoreHealth
{}
