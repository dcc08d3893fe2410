import AccessPolicy
import Identifiers

/// A principal in memory, with everything they may do: their own roles and those of their groups.
final class IndexedPrincipal: Sendable {
    let record: PrincipalRecord
    let groups: Set<Key>
    let access: NamespaceAccess

    init(_ record: PrincipalRecord, groups: Set<Key>, access: NamespaceAccess) {
        self.record = record
        self.groups = groups
        self.access = access
    }

    var principal: Principal { record.principal }
}

/// Principals, groups, roles and namespaces in memory: who may do what, ready to be asked.
struct DirectoryIndex {
    private(set) var namespaces: Set<NamespaceName> = Set(NamespaceName.builtIn)
    private(set) var roles = RoleCatalog.builtIn
    private var principals: [PrincipalID: IndexedPrincipal] = [:]
    /// People by login, or by name where they have none.
    private var people: [Key: PrincipalID] = [:]
    private var members: [Key: Set<PrincipalID>] = [:]
    private var groups: [Key: GroupRecord] = [:]
    /// By kind and name: a listing of one kind must not walk the others.
    private var objects: [StoredObject.Kind: [Key: StoredObject]] = [:]

    /// Enabled people who are administrators of `system`. Not service users: these go with their credential, on paths that
    /// know nothing of the last administrator.
    private(set) var administrators: Set<PrincipalID> = []

    /// Which credentials may use what is held where.
    private(set) var authenticationPolicies = AuthenticationPolicyTable([])

    /// Identities that their provider has said no of. Few, or none.
    private(set) var suspended: Set<Principal.Origin> = []

    // MARK: Asking

    func principal(_ id: PrincipalID) -> IndexedPrincipal? { principals[id] }

    /// A person by e-mail address, whatever the case of its letters.
    func person(_ email: String) -> IndexedPrincipal? {
        people[Key(PersonProfile.login(email))].flatMap { principals[$0] }
    }

    func members(of group: Key) -> [IndexedPrincipal] { (members[group] ?? []).compactMap { principals[$0] } }

    func memberIDs(of group: Key) -> Set<PrincipalID> { members[group] ?? [] }

    var everybody: some Collection<IndexedPrincipal> { principals.values }

    func group(_ name: String) -> GroupRecord? { groups[Key(name)] }

    func object(_ id: StoredObject.ID) -> StoredObject? { objects[id.kind]?[id.name] }

    func objects(_ kind: StoredObject.Kind) -> [StoredObject] {
        (objects[kind] ?? [:]).values.sorted { $0.id.name < $1.id.name }
    }

    func objects(_ kind: StoredObject.Kind, beginningWith prefix: String) -> [StoredObject] {
        (objects[kind] ?? [:]).values.filter { $0.id.name.rawValue.utf8.starts(with: prefix.utf8) }
            .sorted { $0.id.name < $1.id.name }
    }

    // MARK: Changing

    mutating func insert(_ namespace: NamespaceName) { namespaces.insert(namespace) }

    mutating func put(_ record: PrincipalRecord) {
        var record = record
        let before = principals[record.principal.id]
        record.lastSignInAt = [record.lastSignInAt, before?.record.lastSignInAt].compactMap(\.self).max()
        // Whoever is renamed is not found by the old name.
        if let before, let old = Self.login(before.record), people[old] == record.principal.id { people[old] = nil }
        if let login = Self.login(record) { people[login] = record.principal.id }
        refresh(record, groups: before?.groups ?? [])
    }

    private static func login(_ record: PrincipalRecord) -> Key? {
        guard record.principal.kind == .user else { return nil }
        return Key(record.profile?.login ?? PersonProfile.login(record.principal.name))
    }

    mutating func signedIn(_ id: PrincipalID, at moment: Timestamp) {
        guard let principal = principals[id] else { return }
        var record = principal.record
        record.lastSignInAt = record.lastSignInAt.map { max($0, moment) } ?? moment
        principals[id] = IndexedPrincipal(record, groups: principal.groups, access: principal.access)
    }

    mutating func ensure(_ record: PrincipalRecord) {
        if principals[record.principal.id] == nil { put(record) }
    }

    mutating func remove(_ id: PrincipalID) {
        guard let gone = principals.removeValue(forKey: id) else { return }
        if let login = Self.login(gone.record), people[login] == id { people[login] = nil }
        administrators.remove(id)
        for group in gone.groups { members[group]?.remove(id) }
    }

    mutating func add(_ id: PrincipalID, to group: String) {
        guard let principal = principals[id] else { return }
        members[Key(group), default: []].insert(id)
        refresh(principal.record, groups: principal.groups.union([Key(group)]))
    }

    mutating func remove(_ id: PrincipalID, from group: String) {
        members[Key(group)]?.remove(id)
        guard let principal = principals[id] else { return }
        refresh(principal.record, groups: principal.groups.subtracting([Key(group)]))
    }

    mutating func put(_ object: StoredObject) {
        objects[object.id.kind, default: [:]][object.id.name] = object
        switch object.id.kind {
        case .group:
            groups[object.id.name] = GroupRecord(object)
            refreshMembers(of: object.id.name)
        case .role: refreshRoles()
        case .authentication: refreshAuthenticationPolicies()
        case .namespace: if let name = try? NamespaceName(object.name) { namespaces.insert(name) }
        case .suspension: if let suspension = Suspension(object) { suspended.insert(suspension.origin) }
        case .client, .consent, .invitation, .provider, .settings, .signUp: break
        }
    }

    mutating func remove(_ id: StoredObject.ID) {
        let gone = objects[id.kind]?.removeValue(forKey: id.name)
        switch id.kind {
        case .group:
            groups[id.name] = nil
            refreshMembers(of: id.name)
        case .role: refreshRoles()
        case .authentication: refreshAuthenticationPolicies()
        case .namespace: if let name = try? NamespaceName(id.name.rawValue) { namespaces.remove(name) }
        case .suspension: if let gone, let suspension = Suspension(gone) { suspended.remove(suspension.origin) }
        case .client, .consent, .invitation, .provider, .settings, .signUp: break
        }
    }

    private mutating func refreshMembers(of group: Key) {
        for id in members[group] ?? [] {
            guard let principal = principals[id] else { continue }
            refresh(principal.record, groups: principal.groups)
        }
    }

    /// What everybody may do follows from the catalog at the time of use, so nobody else needs to be touched.
    private mutating func refreshRoles() {
        var custom: [RoleName: RolePermissions] = [:]
        for object in (objects[.role] ?? [:]).values {
            if let role = RoleRecord(object) { custom[role.name] = role.permissions }
        }
        roles = RoleCatalog(custom: custom)
    }

    private mutating func refreshAuthenticationPolicies() {
        let records = (objects[.authentication] ?? [:]).values.map(AuthenticationRecord.policy)
        authenticationPolicies = AuthenticationPolicyTable(records.compactMap(\.self))
    }

    private mutating func refresh(_ record: PrincipalRecord, groups names: Set<Key>) {
        var access = record.bindings
        for name in names {
            if let group = groups[name] { access = access.union(group.bindings) }
        }
        let id = record.principal.id
        principals[id] = IndexedPrincipal(record, groups: names, access: access)
        if record.isEnabled, record.principal.kind == .user, access.roles(in: .system).contains(.admin) {
            administrators.insert(id)
        } else {
            administrators.remove(id)
        }
    }
}
