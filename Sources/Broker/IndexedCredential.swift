import AccessPolicy
import Identifiers
import Synchronization

/// What authentication needs of a credential. Small, as there may be hundreds of thousands, and replaced as a whole when
/// the record changes.
final class IndexedCredential: Sendable {
    let id: CredentialID
    let namespace: NamespaceName
    let type: CredentialType
    let owner: PrincipalID
    let proof: CredentialProof
    let createdAt: Timestamp
    let expiresAt: Timestamp
    let lifetimeEndsAt: Timestamp?
    let isActive: Bool
    let isMarked: Bool
    let rights: CredentialRights
    let root: CredentialSource
    let context: AuthenticationContext?
    let revision: Int64
    let usage: CredentialUsage

    init(_ record: CredentialRecord, replacing before: IndexedCredential?, interner: inout Interner) {
        id = record.id
        namespace = interner.namespace(record.namespace)
        type = record.type
        owner = interner.principal(record.owner)
        proof = record.proof
        createdAt = record.createdAt
        expiresAt = record.expiresAt
        lifetimeEndsAt = record.lifetimeEndsAt
        isActive = record.isActive
        isMarked = record.markedForDeletionAt != nil
        rights = interner.rights(record.rights)
        root = interner.source(record.root)
        context = record.context.map { interner.context($0) }
        revision = record.revision
        let isSameSecret = before?.proof.token?.hash == record.proof.token?.hash
        usage = before.map { isSameSecret ? $0.usage : $0.usage.afterRotation() } ?? CredentialUsage()
    }

    /// What it is found by.
    var digests: [Digest32] {
        switch proof {
        case .token(let token): [token.hash] + (token.previous.map { [$0.hash] } ?? [])
        case .certificate(let certificate): certificate.fingerprint.map { [$0] } ?? []
        }
    }

    /// The certificate's, once there is one: until it is signed nobody can show it.
    var serial: String? { proof.certificate?.serial }

    /// The one application namespace that everything about it is confined to.
    var confinement: NamespaceName? { namespace.isApplication ? namespace : nil }

    /// Why it cannot be used at that time, by its own state; `nil` when it can.
    func refusal(at now: Timestamp) -> CredentialRefusal? {
        if isMarked { return .markedForDeletion }
        if !isActive { return .inactive }
        if expiresAt <= now { return .expired }
        return nil
    }

    func use(_ taken: CredentialUsage.Taken) -> CredentialUse {
        CredentialUse(id: id, current: taken.current, previous: taken.previous)
    }
}

/// When a credential was last used, by generation of its secret. Costs a store to memory for each request, and a write
/// to the database for each minute in which it was used.
final class CredentialUsage: Sendable {
    struct Taken: Sendable {
        let current: Timestamp?
        let previous: Timestamp?
    }

    /// Milliseconds since 1970; 0 when never.
    private let current: Atomic<Int64>
    private let previous: Atomic<Int64>
    private let isDirty = Atomic(false)

    init(current: Int64 = 0, previous: Int64 = 0) {
        self.current = Atomic(current)
        self.previous = Atomic(previous)
    }

    func used(at now: Timestamp, withPrevious: Bool) {
        if withPrevious {
            previous.store(now.milliseconds, ordering: .relaxed)
        } else {
            current.store(now.milliseconds, ordering: .relaxed)
        }
        isDirty.store(true, ordering: .releasing)
    }

    /// The present secret has become the previous one.
    func afterRotation() -> CredentialUsage { CredentialUsage(previous: current.load(ordering: .relaxed)) }

    var lastUse: Taken {
        Taken(
            current: Self.moment(current.load(ordering: .relaxed)),
            previous: Self.moment(previous.load(ordering: .relaxed)))
    }

    /// What has not been written yet.
    func take() -> Taken? { isDirty.exchange(false, ordering: .acquiring) ? lastUse : nil }

    /// From the store, at start; never back in time.
    func restore(current: Timestamp?, previous: Timestamp?) {
        if let current { self.current.max(current.milliseconds, ordering: .relaxed) }
        if let previous { self.previous.max(previous.milliseconds, ordering: .relaxed) }
    }

    private static func moment(_ milliseconds: Int64) -> Timestamp? {
        milliseconds == 0 ? nil : Timestamp(milliseconds: milliseconds)
    }
}

/// Texts and rights that repeat, once in memory: everything that one policy issued has the same rights.
struct Interner {
    private var namespaces: [NamespaceName: NamespaceName] = [:]
    private var principals: [PrincipalID: PrincipalID] = [:]
    private var allRights: [CredentialRights: CredentialRights] = [:]
    private var sources: [CredentialSource: CredentialSource] = [:]
    private var vouchers: [Voucher: Voucher] = [:]
    private var contexts: [AuthenticationContext: AuthenticationContext] = [:]
    /// A bound for what may be all different; what is thrown away is only not shared any more.
    private static let limit = 10_000

    mutating func namespace(_ value: NamespaceName) -> NamespaceName { Self.shared(value, in: &namespaces) }
    mutating func principal(_ value: PrincipalID) -> PrincipalID { Self.shared(value, in: &principals) }
    mutating func rights(_ value: CredentialRights) -> CredentialRights { Self.shared(value, in: &allRights) }
    mutating func context(_ value: AuthenticationContext) -> AuthenticationContext {
        Self.shared(value, in: &contexts)
    }
    mutating func voucher(_ value: Voucher) -> Voucher { Self.shared(value, in: &vouchers) }
    mutating func source(_ value: CredentialSource) -> CredentialSource { Self.shared(value, in: &sources) }

    private static func shared<Value: Hashable>(_ value: Value, in table: inout [Value: Value]) -> Value {
        if let known = table[value] { return known }
        if table.count >= limit { table.removeAll(keepingCapacity: true) }
        table[value] = value
        return value
    }
}
