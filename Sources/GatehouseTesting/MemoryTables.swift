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
    private(set) var objects: [StoredObject.ID: StoredObject] = [:]
    private(set) var replies: [Digest32: StoredReply] = [:]
    private(set) var settings: [Key: String] = [:]
    private(set) var audit: [AuditEntry] = []
    private(set) var chain: AuditChain
    private var names: Set<Name> = []
    /// Present and previous token hashes, and serials: each once in the whole store.
    private var proofs: Set<Key> = []
    private var members: [PrincipalID: Set<Key>] = [:]
    private var certificates: [Key: RevokedCertificate] = [:]
    private var lastUses: [CredentialID: CredentialUse] = [:]
    private(set) var principals: [PrincipalID: PrincipalRecord] = [:]
    private(set) var signIns: [Key: SignIn] = [:]
    private var uses: [UseKey: Timestamp] = [:]
    private var revoked: [Key: Timestamp] = [:]
    private var namespaces: [NamespaceName: Timestamp] = [:]
    var tickets: [TicketID: Ticket] = [:]
    var ticketUses: [TicketID: Timestamp] = [:]
    var identities: [Principal.Origin: IdentityLink] = [:]
    var provisionedUsers: [PrincipalID: ProvisionedUser] = [:]
    var provisionedGroups: [Key: ProvisionedGroup] = [:]

    init(node: String) { chain = AuditChain(node: node) }

    mutating func appendAudit(_ body: [UInt8]) { audit.append(chain.append(body)) }

    /// As `loadIndex` tells it.
    var everything: [StoreChange] {
        objects.values.sorted { ($0.id.kind.rawValue, $0.id.name) < ($1.id.kind.rawValue, $1.id.name) }
            .map { .insertObject($0) }
            + principals.values.sorted { $0.principal.id < $1.principal.id }.map { .insertPrincipal($0) }
            + members.sorted { $0.key < $1.key }.flatMap { id, groups in
                groups.sorted().map { .addMember(group: $0.rawValue, id) }
            }
            + credentials.values.sorted { $0.id < $1.id }.map { .insertCredential($0) }
            + lastUses.values.sorted { $0.id < $1.id }.map { .recordUse($0) }
            + certificates.sorted { $0.key < $1.key }.map { .revokeCertificate($0.value) }
            + revoked.sorted { $0.key < $1.key }.map {
                .revokeToken(RevokedToken(tokenID: $0.key.rawValue, until: $0.value))
            }
            + namespaces.sorted { $0.key < $1.key }.map { .insertNamespace($0.key, createdAt: $0.value) }
            + identities.values.map { .linkIdentity($0) } + tickets.values.map { .insertTicket($0) }
            + ticketUses.map { .recordTicketUse(TicketUse(id: $0.key, at: $0.value)) }
    }

    mutating func apply(_ change: StoreChange) throws(StoreFailure) -> Undo {
        switch change {
        case .insertCredential(let record): return try insert(record)
        case .updateCredential(let record): return try update(record)
        case .deleteCredential(let id, let revision):
            guard let stored = credentials[id], stored.revision == revision else { throw .conflict }
            let use = lastUses.removeValue(forKey: id)
            remove(stored)
            return { tables in
                tables.put(stored)
                tables.lastUses[id] = use
            }
        case .insertPrincipal(let record):
            guard principals[record.principal.id] == nil, !isLoginTaken(by: record) else { throw .alreadyExists }
            return replace(record)
        case .ensurePrincipal(let record):
            guard principals[record.principal.id] == nil else { return { _ in } }
            guard !isLoginTaken(by: record) else { throw .alreadyExists }
            return replace(record)
        case .updatePrincipal(let record):
            guard var stored = principals[record.principal.id], stored.revision == record.revision &- 1 else {
                throw .conflict
            }
            guard !isLoginTaken(by: record) else { throw .conflict }
            (stored.isEnabled, stored.bindings, stored.revision) = (record.isEnabled, record.bindings, record.revision)
            stored.profile = record.profile
            return replace(stored.named(record.principal.name))
        case .deletePrincipal(let id):
            guard let before = principals[id], !credentials.values.contains(where: { $0.owner == id }) else {
                throw .conflict
            }
            let groups = members.removeValue(forKey: id)
            principals[id] = nil
            let theirs = signIns.filter { $0.value.principal == id }
            for key in theirs.keys { signIns[key] = nil }
            let undoTickets = removeTickets(of: id)
            let provisioned = provisionedUsers.removeValue(forKey: id)
            return { tables in
                undoTickets(&tables)
                tables.provisionedUsers[id] = provisioned
                tables.signIns.merge(theirs) { _, before in before }
                tables.principals[id] = before
                tables.members[id] = groups
            }
        case .addMember, .removeMember: return try changeMembers(change)
        case .recordSignIn(let signIn):
            let key = Key(signIn.id)
            guard signIns[key] == nil else { throw .alreadyExists }
            guard let before = principals[signIn.principal] else { throw .conflict }
            var after = before
            after.lastSignInAt = max(before.lastSignInAt ?? signIn.at, signIn.at)
            (signIns[key], principals[signIn.principal]) = (signIn, after)
            return { tables in (tables.signIns[key], tables.principals[signIn.principal]) = (nil, before) }
        case .insertObject, .updateObject, .deleteObject: return try changeObjects(change)
        case .revokeCertificate(let certificate):
            let key = Key(certificate.serial)
            guard certificates[key] == nil else { return { _ in } }
            certificates[key] = certificate
            return { tables in tables.certificates[key] = nil }
        case .rememberReply(let reply, let now):
            let before = replies[reply.key]
            if let before, before.until > now { throw .alreadyExists }
            replies[reply.key] = reply
            return { tables in tables.replies[reply.key] = before }
        case .recordUse(let use):
            guard credentials[use.id] != nil else { return { _ in } }
            let before = lastUses[use.id]
            lastUses[use.id] = CredentialUse(
                id: use.id, current: Self.later(before?.current, use.current),
                previous: Self.later(before?.previous, use.previous))
            return { tables in tables.lastUses[use.id] = before }
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
        case .insertTicket, .updateTicket, .deleteTicket, .recordTicketUse, .linkIdentity, .unlinkIdentity:
            return try changeTickets(change)
        case .provision(let change): return try provision(change)
        case .insertNamespace(let name, let createdAt):
            guard namespaces[name] == nil else { return { _ in } }
            namespaces[name] = createdAt
            return { tables in tables.namespaces[name] = nil }
        }
    }

    private func isLoginTaken(by record: PrincipalRecord) -> Bool {
        guard let login = record.profile?.login else { return false }
        return principals.values.contains {
            $0.principal.id != record.principal.id && ($0.profile?.login.hasSameBytes(as: login) ?? false)
        }
    }

    func usedKeys(_ kind: SingleUse.Kind, authority: String) -> [String] {
        uses.keys.filter { $0.kind == kind && $0.authority == Key(authority) }.map(\.key.rawValue).sorted()
    }

    private static func later(_ lhs: Timestamp?, _ rhs: Timestamp?) -> Timestamp? {
        guard let lhs, let rhs else { return lhs ?? rhs }
        return max(lhs, rhs)
    }

    private mutating func changeMembers(_ change: StoreChange) throws(StoreFailure) -> Undo {
        switch change {
        case .addMember(let group, let id):
            guard principals[id] != nil else { throw .conflict }
            let before = members[id]
            members[id, default: []].insert(Key(group))
            return { tables in tables.members[id] = before }
        case .removeMember(let group, let id):
            let before = members[id]
            members[id]?.remove(Key(group))
            return { tables in tables.members[id] = before }
        default: return { _ in }
        }
    }

    private mutating func changeObjects(_ change: StoreChange) throws(StoreFailure) -> Undo {
        let (id, before, after): (StoredObject.ID, StoredObject?, StoredObject?)
        switch change {
        case .insertObject(let object):
            guard objects[object.id] == nil else { throw .alreadyExists }
            (id, before, after) = (object.id, nil, object)
        case .updateObject(let object):
            guard let stored = objects[object.id], stored.revision == object.revision &- 1 else { throw .conflict }
            var next = object
            next.revision = object.revision
            (id, before, after) = (object.id, stored, next)
        case .deleteObject(let objectID, let revision):
            guard let stored = objects[objectID], stored.revision == revision else { throw .conflict }
            (id, before, after) = (objectID, stored, nil)
        default: return { _ in }
        }
        objects[id] = after
        return { tables in tables.objects[id] = before }
    }

    private mutating func insert(_ record: CredentialRecord) throws(StoreFailure) -> Undo {
        let name = Name(namespace: record.namespace, name: Key(record.name))
        guard credentials[record.id] == nil, !names.contains(name), proofs.isDisjoint(with: Self.proofs(of: record))
        else {
            throw .alreadyExists
        }
        guard principals[record.owner] != nil else { throw .conflict }  // the owner is gone
        put(record)
        return { tables in tables.remove(record) }
    }

    private mutating func update(_ record: CredentialRecord) throws(StoreFailure) -> Undo {
        guard let before = credentials[record.id], before.revision == record.revision &- 1 else { throw .conflict }
        var stored = before
        stored.proof = record.proof
        stored.expiresAt = record.expiresAt
        stored.isActive = record.isActive
        stored.markedForDeletionAt = record.markedForDeletionAt
        stored.rights = record.rights
        stored.removableAt = record.removableAt
        stored.revision = record.revision
        let after = stored
        remove(before)
        put(after)
        return { tables in
            tables.remove(after)
            tables.put(before)
        }
    }

    private static func proofs(of record: CredentialRecord) -> Set<Key> {
        switch record.proof {
        case .token(let token):
            Set(([token.hash] + (token.previous.map { [$0.hash] } ?? [])).map { Key("\($0.bytes)") })
        case .certificate(let certificate): [Key(certificate.serial)]
        }
    }

    private mutating func put(_ record: CredentialRecord) {
        credentials[record.id] = record
        names.insert(Name(namespace: record.namespace, name: Key(record.name)))
        proofs.formUnion(Self.proofs(of: record))
    }

    private mutating func remove(_ record: CredentialRecord) {
        credentials[record.id] = nil
        names.remove(Name(namespace: record.namespace, name: Key(record.name)))
        proofs.subtract(Self.proofs(of: record))
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
        for record in outlived {
            lastUses[record.id] = nil
            remove(record)
        }
        var removed = outlived.map { StoreChange.deleteCredential($0.id, revision: $0.revision) }
        for owner in Set(outlived.map(\.owner)).sorted() {
            guard principals[owner]?.principal.kind == .service,
                !credentials.values.contains(where: { $0.owner == owner })
            else { continue }
            (principals[owner], members[owner]) = (nil, nil)
            removed.append(.deletePrincipal(owner))
        }
        rest -= outlived.count
        let oldUses = uses.filter { $0.value < now }.sorted { $0.value < $1.value }.prefix(rest)
        for (key, _) in oldUses { uses[key] = nil }
        rest -= oldUses.count
        let oldTokens = revoked.filter { $0.value < now }.sorted { $0.value < $1.value }.prefix(rest)
        for (key, _) in oldTokens { revoked[key] = nil }
        rest -= oldTokens.count
        let oldCertificates = certificates.filter { $0.value.until < now }.sorted { $0.key < $1.key }.prefix(rest)
        for (key, _) in oldCertificates { certificates[key] = nil }
        rest -= oldCertificates.count
        let oldReplies = replies.filter { $0.value.until < now }.prefix(rest)
        for (key, _) in oldReplies { replies[key] = nil }
        rest -= oldReplies.count
        let oldTickets = tickets.values.filter { $0.expiresAt < now }
            .sorted { ($0.expiresAt, $0.id) < ($1.expiresAt, $1.id) }.prefix(rest)
        for ticket in oldTickets { (tickets[ticket.id], ticketUses[ticket.id]) = (nil, nil) }
        rest -= oldTickets.count
        removed += oldTickets.map { .deleteTicket($0.id, revision: $0.revision) }
        let before = now.adding(seconds: -SignIn.keptSeconds)
        let oldSignIns = signIns.filter { $0.value.at < before }.prefix(rest)
        for (key, _) in oldSignIns { signIns[key] = nil }
        rest -= oldSignIns.count
        return (max(limit, 0) - rest, removed)
    }
}
