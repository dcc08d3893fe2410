package import AccessPolicy
import Identifiers
import StrictJSON

/// What is asked for a group. `nil` members stay as they are.
package struct GroupRequest: Hashable, Sendable {
    package let name: String
    package let displayName: String
    package let description: String
    package let roles: NamespaceAccess
    package let members: [String]

    package init(name: String, displayName: String, description: String, roles: NamespaceAccess, members: [String]) {
        self.name = name
        self.displayName = displayName
        self.description = description
        self.roles = roles
        self.members = members
    }

    func check() throws(DirectoryFailure) {
        guard (1...256).contains(name.utf8.count), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .invalid(field: "name", reason: "must be 1 to 256 bytes without control characters")
        }
        guard displayName.utf8.count <= 320 else {
            throw .invalid(field: "display_name", reason: "must be at most 320 bytes")
        }
        guard description.utf8.count <= 1200 else {
            throw .invalid(field: "description", reason: "must be at most 1,200 bytes")
        }
    }
}

/// Groups: roles for all of their members.
extension Broker {
    package func group(_ name: String) throws(DirectoryFailure) -> GroupRecord {
        guard let group = index.group(name) else { throw .notFound(kind: "user group", name: name) }
        return group
    }

    package func groupObject(_ name: String) throws(DirectoryFailure) -> StoredObject {
        guard let object = index.object(StoredObject.ID(.group, name)) else {
            throw .notFound(kind: "user group", name: name)
        }
        return object
    }

    /// In order of name, after one.
    package func groups(after name: String?, limit: Int) async throws(DirectoryFailure) -> [StoredObject] {
        try await objects(.group, after: name, limit: limit)
    }

    func objects(
        _ kind: StoredObject.Kind, after name: String?, limit: Int
    ) async throws(DirectoryFailure) -> [StoredObject] {
        do throws(StoreFailure) {
            return try await store.objects(kind, after: name, limit: limit)
        } catch {
            throw .store(error)
        }
    }

    /// The names of the members who are people, in order.
    package func memberNames(of group: GroupRecord) -> [String] {
        index.members(of: group.name).filter { $0.principal.kind == .user }.map { Key($0.principal.name) }.sorted()
            .map(\.rawValue)
    }

    package func createGroup(
        _ request: GroupRequest, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> GroupRecord {
        try request.check()
        return try await changingDirectory {
            () async throws(DirectoryFailure) -> (GroupRecord, StoreTransaction) in
            let id = StoredObject.ID(.group, request.name)
            guard index.object(id) == nil else { throw .alreadyExists(kind: "user group", name: request.name) }
            try checkReferences(request.roles)
            try checkMayGrant(request.roles, by: caller, "roles of a group")
            let members = try people(named: request.members)
            let now = time.now()
            let record = request.record
            let object = StoredObject(id: id, document: record.document, createdAt: now)
            // Somebody may be a member of a name already, from a group that went: who joins is who is named now.
            let former = Set(index.members(of: record.name).map(\.principal.id)).subtracting(members)
            let changes =
                [.insertObject(object)] + former.sorted().map { StoreChange.removeMember(group: request.name, $0) }
                + members.sorted().map { .addMember(group: request.name, $0) }
            let event = directoryEvent(
                .groupCreated, target: request.name, by: caller, at: now, context: context, details: request.details)
            return (record, StoreTransaction(changes: changes, events: [event]))
        }
    }

    private func people(named emails: [String]) throws(DirectoryFailure) -> Set<PrincipalID> {
        var ids: Set<PrincipalID> = []
        for email in emails { ids.insert(try indexedPerson(email).principal.id) }
        return ids
    }

    /// Replaces everything but the name, members included.
    package func replaceGroup(
        _ request: GroupRequest, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> GroupRecord {
        try request.check()
        return try await changingDirectory {
            () async throws(DirectoryFailure) -> (GroupRecord, StoreTransaction) in
            let members = try people(named: request.members)
            return try changed(
                request.name, to: request.record, members: members, by: caller, context: context,
                details: request.details)
        }
    }

    /// Adds roles to a group, or takes them away.
    package func changeRoles(
        of name: String, adding: NamespaceAccess = .none, removing: NamespaceAccess = .none, by caller: Caller,
        context: RequestContext
    ) async throws(DirectoryFailure) -> GroupRecord {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (GroupRecord, StoreTransaction) in
            let group = try group(name)
            var record = group
            record.bindings = group.bindings.union(adding).subtracting(removing)
            return try changed(
                name, to: record, members: nil, by: caller, context: context,
                details: ["roles_added": adding.json, "roles_removed": removing.json])
        }
    }

    private func changed(
        _ name: String, to record: GroupRecord, members: Set<PrincipalID>?, by caller: Caller,
        context: RequestContext, details: JSONObject
    ) throws(DirectoryFailure) -> (GroupRecord, StoreTransaction) {
        let object = try groupObject(name)
        let before = index.group(name)?.bindings ?? .none
        var record = record
        record.provisionedID = index.group(name)?.provisionedID
        try checkReferences(record.bindings)
        try checkMayGrant(record.bindings, by: caller, "roles of a group")
        try checkMayGrant(before, by: caller, "what this group gives now")
        let now = time.now()
        let present = index.members(of: record.name)
        let presentIDs = Set(present.map(\.principal.id))
        // Service users stay: they are managed with their credentials.
        let wanted =
            members.map { people in
                people.union(present.filter { $0.principal.kind != .user }.map(\.principal.id))
            } ?? presentIDs
        var changes: [StoreChange] = [.updateObject(object.replacing(record.document, at: now))]
        changes += presentIDs.subtracting(wanted).sorted().map { .removeMember(group: name, $0) }
        changes += wanted.subtracting(presentIDs).sorted().map { .addMember(group: name, $0) }
        if wanted != presentIDs { changes += touching([record.name], at: now) }
        let leaving = Self.isAdministrator(record.bindings) ? presentIDs.subtracting(wanted) : presentIDs
        changes += try keepingAnAdministrator(withoutOtherReason(leaving, than: record.name), at: now)
        let event = directoryEvent(
            .groupReplaced, target: name, by: caller, at: now, context: context, details: details)
        return (record, StoreTransaction(changes: changes, events: [event]))
    }

    /// Those who are no administrators any more when this group does not make them one.
    func withoutOtherReason(_ ids: Set<PrincipalID>, than group: Key) -> Set<PrincipalID> {
        ids.filter { id in
            guard let principal = index.principal(id) else { return false }
            let others = principal.groups.subtracting([group]).compactMap { index.group($0.rawValue)?.bindings }
            return !Self.isAdministrator(others.reduce(principal.record.bindings) { $0.union($1) })
        }
    }

    /// Refused while it has members, unless these are to be taken out with it.
    package func removeGroup(
        _ name: String, removingMembers: Bool, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let object = try groupObject(name)
            try checkMayGrant(index.group(name)?.bindings ?? .none, by: caller, "what this group gives")
            let members = Set(index.members(of: object.id.name).map(\.principal.id))
            guard members.isEmpty || removingMembers else {
                throw .wrongState(
                    "the group has \(members.count) members; take them out first, or ask for attempt_remove_references")
            }
            let now = time.now()
            let changes = try removal(of: object, members: members, at: now)
            let event = directoryEvent(.groupRemoved, target: name, by: caller, at: now, context: context)
            return ((), StoreTransaction(changes: changes, events: [event]))
        }
    }

    /// The group, who is in it, and what a directory keeps of it.
    func removal(
        of object: StoredObject, members: Set<PrincipalID>, at now: Timestamp
    ) throws(DirectoryFailure) -> [StoreChange] {
        let provisioned = GroupRecord(object)?.provisionedID.map { [StoreChange.provision(.deleteGroup($0))] } ?? []
        return members.sorted().map { StoreChange.removeMember(group: object.name, $0) }
            + [.deleteObject(object.id, revision: object.revision)] + provisioned
            + (try keepingAnAdministrator(withoutOtherReason(members, than: object.id.name), at: now))
    }
}

extension GroupRequest {
    fileprivate var record: GroupRecord {
        GroupRecord(name: Key(name), displayName: displayName, description: description, bindings: roles)
    }

    fileprivate var details: JSONObject { ["members": JSONValue(members), "roles": roles.json] }
}
