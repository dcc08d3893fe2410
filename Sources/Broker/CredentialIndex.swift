package import AccessPolicy
import Identifiers
import Synchronization

/// What authentication needs, in memory: credentials by their proofs, owners with what they may do, revoked tokens,
/// namespaces, roles.
///
/// Kept true by the store's `CommitObserver`: it changes after a commit is durable and before anybody gets an answer, so
/// that a revoked credential is refused on the very next request.
package final class CredentialIndex: Sendable {
    private struct State {
        var credentials: [CredentialID: IndexedCredential] = [:]
        /// By present and previous token hash, and by the fingerprint of a certificate.
        var proofs: [Digest32: IndexedCredential] = [:]
        /// Those that are certificates: what the revocation list is about.
        var certified: [CredentialID: IndexedCredential] = [:]
        var directory = DirectoryIndex()
        var tickets = TicketIndex()
        var revoked: [Key: Timestamp] = [:]
        var certificates = RevokedCertificates()
        /// Owners and sources repeat: one text for all.
        var interned = Interner()
    }

    private let state = Mutex(State())
    private let providerObserver = Mutex<ProviderObserver?>(nil)

    /// Told when stored providers changed; it asks for them when it is ready to take them over.
    typealias ProviderObserver = @Sendable (_ objects: () -> [StoredObject]) -> Void

    package init() {}

    /// Takes over committed changes, in order.
    package func apply(_ changes: [StoreChange]) {
        state.withLock { state in
            for change in changes { Self.apply(change, to: &state) }
        }
        guard changes.contains(where: \.isOfProvider), let observer = providerObserver.withLock({ $0 }) else { return }
        observer { objects(.provider) }
    }

    func observeProviders(_ observer: @escaping ProviderObserver) { providerObserver.withLock { $0 = observer } }

    private static func apply(_ change: StoreChange, to state: inout State) {
        switch change {
        case .insertCredential(let record), .updateCredential(let record): put(record, in: &state)
        case .deleteCredential(let id, _): remove(id, from: &state)
        case .insertPrincipal(let record): state.directory.put(record)
        case .updatePrincipal(let record):
            state.directory.put(record)
            // Whoever is disabled takes their certificates onto the list.
            state.certificates.changed()
        case .ensurePrincipal(let record): state.directory.ensure(record)
        case .deletePrincipal(let id):
            state.directory.remove(id)
            state.tickets.remove(id)
        case .addMember(let group, let id): state.directory.add(id, to: group)
        case .removeMember(let group, let id): state.directory.remove(id, from: group)
        case .insertObject(let object), .updateObject(let object): state.directory.put(object)
        case .deleteObject(let id, _): state.directory.remove(id)
        case .revokeToken(let token): state.revoked[Key(token.tokenID)] = token.until
        case .revokeCertificate(let certificate): state.certificates.insert(certificate)
        case .insertNamespace(let name, _): state.directory.insert(name)
        case .recordUse(let use):
            state.credentials[use.id]?.usage.restore(current: use.current, previous: use.previous)
        case .recordSignIn(let signIn): state.directory.signedIn(signIn.principal, at: signIn.at)
        case .insertTicket(let ticket), .updateTicket(let ticket): state.tickets.put(ticket)
        case .deleteTicket(let id, _): state.tickets.remove(id)
        case .recordTicketUse(let use): state.tickets.used(use)
        case .linkIdentity(let link): state.tickets.link(link)
        case .unlinkIdentity(let origin): state.tickets.unlink(origin)
        case .claim, .insertSetting, .rememberReply, .provision: return
        }
    }

    private static func put(_ record: CredentialRecord, in state: inout State) {
        let before = state.credentials[record.id]
        let entry = IndexedCredential(record, replacing: before, interner: &state.interned)
        if let before { for digest in before.digests { state.proofs[digest] = nil } }
        state.credentials[record.id] = entry
        for digest in entry.digests { state.proofs[digest] = entry }
        guard entry.serial != nil else { return }
        // What the revocation list says of it may have changed.
        state.certified[record.id] = entry
        state.certificates.changed()
    }

    private static func remove(_ id: CredentialID, from state: inout State) {
        guard let entry = state.credentials.removeValue(forKey: id) else { return }
        for digest in entry.digests { state.proofs[digest] = nil }
        if state.certified.removeValue(forKey: id) != nil { state.certificates.changed() }
    }

    // MARK: Looking up

    /// A credential by one of its proofs, with its owner, in one look.
    func credentialAndOwner(_ proof: Digest32) -> (IndexedCredential, IndexedPrincipal)? {
        state.withLock { state in
            guard let entry = state.proofs[proof], let owner = state.directory.principal(entry.owner) else {
                return nil
            }
            return (entry, owner)
        }
    }

    func credential(_ proof: Digest32) -> IndexedCredential? { state.withLock { $0.proofs[proof] } }

    func credential(_ id: CredentialID) -> IndexedCredential? { state.withLock { $0.credentials[id] } }

    func principal(_ id: PrincipalID) -> IndexedPrincipal? { state.withLock { $0.directory.principal(id) } }

    /// A ticket by the secret that opens it, with whose it is, in one look.
    func ticketAndPrincipal(_ hash: TokenHash) -> (IndexedTicket, IndexedPrincipal)? {
        state.withLock { state in
            guard let entry = state.tickets.ticket(hash), let id = entry.ticket.principal,
                let principal = state.directory.principal(id)
            else { return nil }
            return (entry, principal)
        }
    }

    func ticket(_ hash: TokenHash) -> IndexedTicket? { state.withLock { $0.tickets.ticket(hash) } }

    func ticket(_ id: TicketID) -> IndexedTicket? { state.withLock { $0.tickets.ticket(id) } }

    func tickets(of principal: PrincipalID) -> [IndexedTicket] { state.withLock { $0.tickets.tickets(of: principal) } }

    /// What hangs on a session.
    func tickets(endingWith id: TicketID) -> [IndexedTicket] { state.withLock { $0.tickets.children(of: id) } }

    var devices: [IndexedTicket] { state.withLock { $0.tickets.devices } }

    /// A copy of the list, for what looks at all of them.
    var tickets: [IndexedTicket] { state.withLock { Array($0.tickets.all) } }

    func principal(of origin: Principal.Origin) -> PrincipalID? { state.withLock { $0.tickets.principal(of: origin) } }

    func origins(of principal: PrincipalID) -> Set<Principal.Origin> {
        state.withLock { $0.tickets.origins(of: principal) }
    }

    func isRevoked(tokenID: String) -> Bool { state.withLock { $0.revoked[Key(tokenID)] != nil } }

    package func hasNamespace(_ name: NamespaceName) -> Bool {
        state.withLock { $0.directory.namespaces.contains(name) }
    }

    package var namespaces: Set<NamespaceName> { state.withLock { $0.directory.namespaces } }

    package var roles: RoleCatalog { state.withLock { $0.directory.roles } }

    var authenticationPolicies: AuthenticationPolicyTable {
        state.withLock { $0.directory.authenticationPolicies }
    }

    func person(_ email: String) -> IndexedPrincipal? { state.withLock { $0.directory.person(email) } }

    func members(of group: Key) -> [IndexedPrincipal] { state.withLock { $0.directory.members(of: group) } }

    func memberIDs(of group: Key) -> Set<PrincipalID> { state.withLock { $0.directory.memberIDs(of: group) } }

    /// A copy of the list, for what looks at all of them: never on the way of a request of somebody else.
    var everybody: [IndexedPrincipal] { state.withLock { Array($0.directory.everybody) } }

    var administrators: Set<PrincipalID> { state.withLock { $0.directory.administrators } }

    func group(_ name: String) -> GroupRecord? { state.withLock { $0.directory.group(name) } }

    func object(_ id: StoredObject.ID) -> StoredObject? { state.withLock { $0.directory.object(id) } }

    func objects(_ kind: StoredObject.Kind) -> [StoredObject] { state.withLock { $0.directory.objects(kind) } }

    func objects(_ kind: StoredObject.Kind, beginningWith prefix: String) -> [StoredObject] {
        state.withLock { $0.directory.objects(kind, beginningWith: prefix) }
    }

    /// Their identities at providers, without those that are suspended; `nil` for who has none at all.
    func unsuspendedOrigins(of principal: PrincipalID) -> Set<Principal.Origin>? {
        state.withLock { state in
            let origins = state.tickets.origins(of: principal)
            if origins.isEmpty { return nil }
            return state.directory.suspended.isEmpty ? origins : origins.subtracting(state.directory.suspended)
        }
    }

    func isSuspended(_ origin: Principal.Origin) -> Bool {
        state.withLock { $0.directory.suspended.contains(origin) }
    }

    package var credentialCount: Int { state.withLock { $0.credentials.count } }

    /// When it was last used, by generation of its secret.
    package func lastUse(of id: CredentialID) -> (current: Timestamp?, previous: Timestamp?) {
        let use = credential(id)?.usage.lastUse
        return (use?.current, use?.previous)
    }

    // MARK: Now and then

    /// Forgets revoked tokens and certificates that have expired by themselves.
    func forgetRevoked(before now: Timestamp) {
        state.withLock { state in
            state.revoked = state.revoked.filter { $0.value > now }
            state.certificates.forget(before: now)
        }
    }

    /// What was used since the last time, to be written.
    func takeUses() -> [CredentialUse] {
        let entries = state.withLock { Array($0.credentials.values) }
        return entries.compactMap { entry in entry.usage.take().map { entry.use($0) } }
    }

    /// Tickets that were used since the last time, to be written.
    func takeTicketUses() -> [TicketUse] {
        tickets.compactMap { entry in entry.lastUse.take().map { TicketUse(id: entry.ticket.id, at: $0) } }
    }

    /// Counts changes to what the revocation list says.
    var revocationVersion: Int64 { state.withLock { $0.certificates.version } }

    /// What the revocation list says now: the revoked ones, and on hold those that are not usable but not gone.
    func revocations(at now: Timestamp) -> [Revocation] {
        state.withLock { state in
            var entries = state.certificates.entries(at: now)
            for entry in state.certified.values {
                guard let serial = entry.serial, now < entry.expiresAt else { continue }
                let isOwnerEnabled = state.directory.principal(entry.owner)?.record.isEnabled ?? false
                guard !entry.isActive || entry.isMarked || !isOwnerEnabled else { continue }
                entries.append(Revocation(serial: serial, at: now, isOnHold: true))
            }
            return entries
        }
    }
}
