package import AccessPolicy
import Identifiers
import StrictJSON

/// A role as it is shown: built in, or made by an administrator.
package struct RoleView: Hashable, Sendable {
    package let name: RoleName
    package let permissions: RolePermissions
    package let isBuiltIn: Bool
    package let description: String
    /// `nil` for a built-in one.
    package let createdAt: Timestamp?
    package let modifiedAt: Timestamp?
}

/// Roles: the built-in ones, which nobody changes, and those that administrators make of API groups.
extension Broker {
    package var allRoles: [RoleView] {
        let custom = index.objects(.role).compactMap { RoleView($0) }
        let builtIn = RoleCatalog.builtInRoles.map { name, permissions in
            RoleView(
                name: name, permissions: permissions, isBuiltIn: true, description: "", createdAt: nil, modifiedAt: nil)
        }
        return (builtIn + custom.filter { !RoleCatalog.isBuiltIn($0.name) }).sorted { $0.name < $1.name }
    }

    package func role(_ name: String) throws(DirectoryFailure) -> RoleView {
        // By its own name or by the one that the original API's clients use.
        guard let wanted = try? RoleName(name), let role = allRoles.first(where: { $0.name == wanted }) else {
            throw .notFound(kind: "role", name: name)
        }
        return role
    }

    package func createRole(
        _ name: RoleName, _ permissions: RolePermissions, description: String = "", by caller: Caller,
        context: RequestContext
    ) async throws(DirectoryFailure) -> RoleView {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (RoleView, StoreTransaction) in
            // A name that policies grant already means something: making it a role here would give rights to whoever
            // has it from them.
            guard !hasRole(name) else { throw .alreadyExists(kind: "role", name: name.rawValue) }
            try checkMayDefine(permissions, by: caller)
            let now = time.now()
            var document = RoleRecord(name: name, permissions: permissions).document
            document["description"] = JSONValue(description)
            let object = StoredObject(
                id: StoredObject.ID(.role, name.rawValue), document: document, createdAt: now)
            let event = directoryEvent(
                .roleCreated, target: name.rawValue, by: caller, at: now, context: context, details: document)
            return (
                try Self.view(object), StoreTransaction(changes: [.insertObject(object)], events: [event])
            )
        }
    }

    package func replaceRole(
        _ name: String, with permissions: RolePermissions, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> RoleView {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (RoleView, StoreTransaction) in
            let (role, object) = try customRole(name)
            try checkMayDefine(permissions, by: caller)
            try checkMayDefine(role.permissions, by: caller)
            let now = time.now()
            var document = RoleRecord(name: role.name, permissions: permissions).document
            document["description"] = object.document["description"] ?? ""
            let next = object.replacing(document, at: now)
            let event = directoryEvent(
                .roleReplaced, target: role.name.rawValue, by: caller, at: now, context: context, details: document)
            return (try Self.view(next), StoreTransaction(changes: [.updateObject(next)], events: [event]))
        }
    }

    /// Refused while somebody holds it: they would lose it without anybody having decided so.
    package func removeRole(
        _ name: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let (role, object) = try customRole(name)
            try checkMayDefine(role.permissions, by: caller)
            let holders = holders(of: role.name)
            guard holders.isEmpty else {
                let some = holders.prefix(5).joined(separator: ", ") + (holders.count > 5 ? ", ..." : "")
                throw .wrongState("the role is in use by \(some); take it from them first")
            }
            let now = time.now()
            let event = directoryEvent(.roleRemoved, target: role.name.rawValue, by: caller, at: now, context: context)
            let change = StoreChange.deleteObject(object.id, revision: object.revision)
            return ((), StoreTransaction(changes: [change], events: [event]))
        }
    }

    private func customRole(_ name: String) throws(DirectoryFailure) -> (RoleView, StoredObject) {
        let role = try role(name)
        guard !role.isBuiltIn else { throw .wrongState("the role '\(role.name)' is built in and cannot be changed") }
        guard let object = index.object(StoredObject.ID(.role, role.name.rawValue)) else {
            throw .notFound(kind: "role", name: name)
        }
        return (role, object)
    }

    private static func view(_ object: StoredObject) throws(DirectoryFailure) -> RoleView {
        guard let view = RoleView(object) else { throw .notFound(kind: "role", name: object.name) }
        return view
    }

    /// A role can be held in any namespace, so whoever defines one holds all of it in `system`, where roles are kept.
    private func checkMayDefine(_ permissions: RolePermissions, by caller: Caller) throws(DirectoryFailure) {
        guard roles.covers(permissions, holding: caller.access.roles(in: .system)) else {
            throw .notPermitted("what a role allows must lie within what you may do in 'system'")
        }
    }

    /// Who has it bound to them: people, service users, groups, and policies.
    private func holders(of role: RoleName) -> [String] {
        let holds = { (access: NamespaceAccess) in access.entries.values.contains { $0.contains(role) } }
        let people = index.everybody.filter { holds($0.record.bindings) }.map { $0.principal.name }
        let groups = index.objects(.group).compactMap { GroupRecord($0) }.filter { holds($0.bindings) }
            .map { "group " + $0.name.rawValue }
        let policies = policies.current.policies.filter { holds($0.access) }.map { "policy " + $0.name }
        return people.map { Key($0) }.sorted().map(\.rawValue) + groups + policies
    }
}

extension RoleView {
    fileprivate init?(_ object: StoredObject) {
        guard let record = RoleRecord(object) else { return nil }
        self.init(
            name: record.name, permissions: record.permissions, isBuiltIn: false,
            description: object.document["description"]?.stringValue ?? "", createdAt: object.createdAt,
            modifiedAt: object.modifiedAt)
    }
}
