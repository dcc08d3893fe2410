package import AccessPolicy
package import Broker
import Identifiers
import Synchronization

/// The stores in memory, with the meaning of the real ones: for tests, and to see what a store must do.
///
/// Failures are injected: while `failCommits` is set, nothing commits and everybody gets that failure.
package final class MemoryStore: BrokerStore {
    private struct State: Sendable {
        var tables: MemoryTables
        var events: [AuditEvent] = []
        var failCommits: StoreFailure?
        var failReads: StoreFailure?
        var meeting: CommitMeeting?
    }

    private let state: Mutex<State>
    private let observer: CommitObserver

    package init(node: String = "memory", observer: @escaping CommitObserver = { _ in }) {
        state = Mutex(State(tables: MemoryTables(node: node)))
        self.observer = observer
    }

    /// What commits, sweeps and write probes fail with; `nil` when they work.
    package var failCommits: StoreFailure? {
        get { state.withLock { $0.failCommits } }
        set { state.withLock { $0.failCommits = newValue } }
    }

    /// What reads fail with; `nil` when they work.
    package var failReads: StoreFailure? {
        get { state.withLock { $0.failReads } }
        set { state.withLock { $0.failReads = newValue } }
    }

    /// The next so many commits wait for each other: a race that happens every time.
    package func meetBeforeCommit(_ count: Int) { state.withLock { $0.meeting = CommitMeeting(of: count) } }

    /// Every event that was committed, in order.
    package var events: [AuditEvent] { state.withLock { $0.events } }

    // MARK: Writing. The observer is told under the lock: that is the order of the commits.

    package func commit(_ transaction: StoreTransaction) async throws(StoreFailure) {
        await state.withLock { $0.meeting }?.arrive()
        try state.withLock { state throws(StoreFailure) in
            if let failure = state.failCommits { throw failure }
            var undo: [MemoryTables.Undo] = []
            do throws(StoreFailure) {
                for change in transaction.changes { undo.append(try state.tables.apply(change)) }
            } catch {
                for step in undo.reversed() { step(&state.tables) }
                throw error
            }
            for event in transaction.events { state.tables.appendAudit(event.encoded()) }
            state.events += transaction.events
            if !transaction.changes.isEmpty { observer(transaction.changes) }
        }
    }

    package func sweep(before now: Timestamp, limit: Int) async throws(StoreFailure) -> Int {
        try state.withLock { state throws(StoreFailure) in
            if let failure = state.failCommits { throw failure }
            let (count, removed) = state.tables.sweep(before: now, limit: limit)
            if !removed.isEmpty { observer(removed) }
            return count
        }
    }

    package func checkWritable() async throws(StoreFailure) { if let failure = failCommits { throw failure } }

    // MARK: Reading

    func read<Value: Sendable>(_ value: @Sendable (MemoryTables) -> Value) throws(StoreFailure) -> Value {
        try state.withLock { state throws(StoreFailure) in
            if let failure = state.failReads { throw failure }
            return value(state.tables)
        }
    }

    package func loadIndex(_ receive: ([StoreChange]) -> Void) async throws(StoreFailure) {
        let all = try read { $0.everything }
        for start in stride(from: 0, to: all.count, by: 1000) { receive(Array(all[start...].prefix(1000))) }
    }

    package func credential(
        named name: String, in namespace: NamespaceName
    ) async throws(StoreFailure) -> CredentialRecord? {
        try read { tables in
            tables.credentials.values.first { $0.namespace == namespace && $0.name.hasSameBytes(as: name) }
        }
    }

    package func credential(_ id: CredentialID) async throws(StoreFailure) -> CredentialRecord? {
        try read { $0.credentials[id] }
    }

    package func credentials(_ query: CredentialQuery) async throws(StoreFailure) -> [CredentialRecord] {
        try read { tables in
            let found = tables.credentials.values.filter { record in
                record.namespace == query.namespace && query.types.contains(record.type) && !record.isPending
                    && (query.owner.map { $0 == record.owner } ?? true)
                    && (query.expiringBy.map { record.expiresAt <= $0 } ?? true)
                    && Self.isBehind(record, query.order)
            }
            return Array(found.sorted { Self.precedes($0, $1, query.order) }.prefix(max(query.limit, 0)))
        }
    }

    private static func isBehind(_ record: CredentialRecord, _ order: CredentialQuery.Order) -> Bool {
        switch order {
        case .name(let after): after.map { Key($0) < Key(record.name) } ?? true
        case .expiry(let after, let id):
            after < record.expiresAt || (after == record.expiresAt && (id.map { $0 < record.id } ?? false))
        }
    }

    private static func precedes(
        _ lhs: CredentialRecord, _ rhs: CredentialRecord, _ order: CredentialQuery.Order
    ) -> Bool {
        switch order {
        case .name: Key(lhs.name) < Key(rhs.name)
        case .expiry: (lhs.expiresAt, lhs.id) < (rhs.expiresAt, rhs.id)
        }
    }

    package func credentials(
        ownedBy owner: PrincipalID, limit: Int
    ) async throws(StoreFailure) -> [CredentialRecord] {
        try read { tables in
            Array(tables.credentials.values.filter { $0.owner == owner }.sorted { $0.id < $1.id }.prefix(max(limit, 0)))
        }
    }

    package func principals(
        _ kind: Principal.Kind, after place: PrincipalPlace?, limit: Int
    ) async throws(StoreFailure) -> [PrincipalRecord] {
        try read { tables in
            let found = tables.principals.values.filter { record in
                record.principal.kind == kind
                    && (place.map { (Key($0.name), $0.id) < (Key(record.principal.name), record.principal.id) } ?? true)
            }
            return Array(
                found.sorted { (Key($0.principal.name), $0.principal.id) < (Key($1.principal.name), $1.principal.id) }
                    .prefix(max(limit, 0)))
        }
    }

    package func signIns(
        from start: Timestamp, to end: Timestamp, after id: String?, limit: Int
    ) async throws(StoreFailure) -> [SignIn] {
        try read { tables in
            let found = tables.signIns.values.filter { signIn in
                (start...max(start, end)).contains(signIn.at) && Key(id ?? "") < Key(signIn.id)
            }
            return Array(found.sorted { ($0.at, Key($0.id)) < ($1.at, Key($1.id)) }.prefix(max(limit, 0)))
        }
    }

    package func object(_ id: StoredObject.ID) async throws(StoreFailure) -> StoredObject? {
        try read { $0.objects[id] }
    }

    package func objects(
        _ kind: StoredObject.Kind, after name: String?, limit: Int
    ) async throws(StoreFailure) -> [StoredObject] {
        try read { tables in
            let found = tables.objects.values.filter { object in
                object.id.kind == kind && (name.map { Key($0) < object.id.name } ?? true)
            }
            return Array(found.sorted { $0.id.name < $1.id.name }.prefix(max(limit, 0)))
        }
    }

    package func reply(_ key: Digest32) async throws(StoreFailure) -> StoredReply? { try read { $0.replies[key] } }

    package func usedKeys(_ kind: SingleUse.Kind, authority: String) async throws(StoreFailure) -> [String] {
        try read { $0.usedKeys(kind, authority: authority) }
    }

    package func setting(_ name: String) async throws(StoreFailure) -> String? { try read { $0.settings[Key(name)] } }

    package func auditEntries(
        node: String?, after sequence: Int64, limit: Int
    ) async throws(StoreFailure) -> [AuditEntry] {
        try read { tables in
            if let node, !node.hasSameBytes(as: tables.chain.node) { return [] }
            return Array(tables.audit.lazy.filter { $0.sequence > sequence }.prefix(max(limit, 0)))
        }
    }

    package func auditNodes() async throws(StoreFailure) -> [String] {
        try read { $0.audit.isEmpty ? [] : [$0.chain.node] }
    }
}
