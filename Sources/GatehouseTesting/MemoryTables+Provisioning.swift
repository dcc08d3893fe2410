package import AccessPolicy
package import Broker
import Identifiers

extension MemoryTables {
    mutating func provision(_ change: ProvisioningChange) throws(StoreFailure) -> Undo {
        switch change {
        case .insertUser(let user):
            guard provisionedUsers[user.id] == nil, !isTaken(user) else { throw .alreadyExists }
            guard principals[user.id] != nil else { throw .conflict }
            return put(user)
        case .updateUser(let user):
            guard let stored = provisionedUsers[user.id], stored.revision == user.revision &- 1, !isTaken(user) else {
                throw .conflict
            }
            return put(user)
        case .noteUser(let id, let isActive, let now):
            guard var user = provisionedUsers[id] else { return { _ in } }
            (user.isActive, user.modifiedAt, user.revision) = (isActive, now, user.revision &+ 1)
            return put(user)
        case .insertGroup(let group):
            guard provisionedGroups[Key(group.id)] == nil,
                !provisionedGroups.values.contains(where: { $0.name == group.name })
            else { throw .alreadyExists }
            return put(group, Key(group.id))
        case .updateGroup(let group):
            guard let stored = provisionedGroups[Key(group.id)], stored.revision == group.revision &- 1 else {
                throw .conflict
            }
            return put(group, Key(group.id))
        case .touchGroup(let id, let now):
            guard var group = provisionedGroups[Key(id)] else { throw .conflict }
            (group.modifiedAt, group.revision) = (now, group.revision &+ 1)
            return put(group, Key(id))
        case .deleteGroup(let id):
            guard provisionedGroups[Key(id)] != nil else { throw .conflict }
            return put(nil, Key(id))
        }
    }

    private func isTaken(_ user: ProvisionedUser) -> Bool {
        provisionedUsers.values.contains { $0.id != user.id && $0.userNameKey == user.userNameKey }
    }

    private mutating func put(_ user: ProvisionedUser) -> Undo {
        let (id, before) = (user.id, provisionedUsers[user.id])
        provisionedUsers[id] = user
        return { tables in tables.provisionedUsers[id] = before }
    }

    private mutating func put(_ group: ProvisionedGroup?, _ id: Key) -> Undo {
        let before = provisionedGroups[id]
        provisionedGroups[id] = group
        return { tables in tables.provisionedGroups[id] = before }
    }
}

/// What a question of the provisioning looks at.
protocol ProvisionedRow {
    var key: Key { get }
    var nameKey: Key { get }
    var externalID: String? { get }
    var emails: [Key] { get }
    var activity: Bool? { get }
    var createdAt: Timestamp { get }
    var modifiedAt: Timestamp { get }
}

extension ProvisionedUser: ProvisionedRow {
    var key: Key { Key(id.rawValue) }
    var nameKey: Key { userNameKey }
    var emails: [Key] { emailKeys }
    var activity: Bool? { isActive }
}

extension ProvisionedGroup: ProvisionedRow {
    var key: Key { Key(id) }
    var nameKey: Key { displayNameKey }
    var emails: [Key] { [] }
    var activity: Bool? { nil }
}

extension ProvisionedRow {
    func passes(_ conditions: [ProvisioningCondition]) -> Bool { conditions.allSatisfy(passes) }

    private func passes(_ condition: ProvisioningCondition) -> Bool {
        switch condition {
        case .text(let field, let comparison, let text): value(of: field).map { comparison.holds($0, text) } ?? false
        case .prefix(let field, let text):
            value(of: field).map { $0.rawValue.utf8.starts(with: text.rawValue.utf8) } ?? false
        case .time(let field, let comparison, let moment):
            comparison.holds(field == .created ? createdAt : modifiedAt, moment)
        case .email(let email): emails.contains(email)
        case .active(let isActive): activity == isActive
        case .ids(let ids): ids.contains { Key($0) == key }
        }
    }

    private func value(of field: ProvisioningCondition.TextField) -> Key? {
        switch field {
        case .id: key
        case .name: nameKey
        case .externalID: externalID.map { Key($0) }
        }
    }

    func precedes(_ other: Self, _ query: ProvisioningQuery) -> Bool {
        let (lhs, rhs) = query.isDescending ? (other, self) : (self, other)
        switch query.order {
        case .id: return lhs.key < rhs.key
        case .name where nameKey != other.nameKey: return lhs.nameKey < rhs.nameKey
        case .created where createdAt != other.createdAt: return lhs.createdAt < rhs.createdAt
        case .modified where modifiedAt != other.modifiedAt: return lhs.modifiedAt < rhs.modifiedAt
        case .name, .created, .modified: return key < other.key
        }
    }
}

extension Collection where Element: ProvisionedRow {
    func answering(_ query: ProvisioningQuery) -> [Element] {
        let found = filter { row in row.passes(query.conditions) && (query.afterID.map { Key($0) < row.key } ?? true) }
        return Array(
            found.sorted { $0.precedes($1, query) }.dropFirst(Swift.max(query.offset, 0))
                .prefix(Swift.max(query.limit, 0)))
    }
}

extension MemoryStore {
    package func provisionedUser(_ id: PrincipalID) async throws(StoreFailure) -> ProvisionedUser? {
        try read { $0.provisionedUsers[id] }
    }

    package func provisionedGroup(_ id: String) async throws(StoreFailure) -> ProvisionedGroup? {
        try read { $0.provisionedGroups[Key(id)] }
    }

    package func provisionedUsers(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedUser] {
        try read { $0.provisionedUsers.values.answering(query) }
    }

    package func provisionedGroups(_ query: ProvisioningQuery) async throws(StoreFailure) -> [ProvisionedGroup] {
        try read { $0.provisionedGroups.values.answering(query) }
    }

    package func countProvisionedUsers(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int {
        try read { $0.provisionedUsers.values.count { $0.passes(conditions) } }
    }

    package func countProvisionedGroups(_ conditions: [ProvisioningCondition]) async throws(StoreFailure) -> Int {
        try read { $0.provisionedGroups.values.count { $0.passes(conditions) } }
    }
}
