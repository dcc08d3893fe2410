package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import SCIM
import StrictJSON

/// Groups of a directory: each is a group to which administrators bind roles. It sees and touches no other, and no roles.
extension Broker {
    package func provisionedGroup(_ id: String) async throws(ProvisioningFailure) -> ProvisionedGroup {
        guard let group = try await reading({ () async throws(StoreFailure) in try await store.provisionedGroup(id) })
        else { throw .notFound }
        return group
    }

    package func createProvisionedGroup(
        _ resource: GroupResource, by caller: Caller, context: RequestContext
    ) async throws(ProvisioningFailure) -> ProvisionedGroup {
        try await provisioning {
            () async throws(ProvisioningFailure) -> (ProvisionedGroup, StoreTransaction) in
            let now = time.now()
            let id: String
            do throws(CryptoFailure) { id = try RecordID.make("grp", at: now) } catch { throw .cannotMake }
            let name = freeName(for: resource.displayName, id)
            let membership = try ProvisionedMembership([.add(resource.memberIDs)], of: name, index)
            // Somebody may be a member of the name already, from a group that went.
            let former = index.memberIDs(of: name).subtracting(
                Set(resource.memberIDs.compactMap { try? PrincipalID($0) }))
            let group = ProvisionedGroup(resource.group, id: id, name: name, at: now)
            let record = GroupRecord(
                name: name, displayName: Self.cut(resource.displayName, to: 320), bindings: .none, provisionedID: id)
            let changes: [StoreChange] =
                [
                    .insertObject(StoredObject(id: record.objectID, document: record.document, createdAt: now)),
                    .provision(.insertGroup(group)),
                ] + former.sorted().map { .removeMember(group: name.rawValue, $0) }
                + membership.changes(of: name.rawValue)
            let events = groupEvents(.groupCreated, group, membership, by: caller, at: now, context: context)
            return (group, StoreTransaction(changes: changes, events: events))
        }
    }

    /// A PUT.
    package func replaceProvisionedGroup(
        _ id: String, with resource: GroupResource, matching condition: EntityTagCondition?, by caller: Caller,
        context: RequestContext
    ) async throws(ProvisioningFailure) -> ProvisionedGroup {
        try await changeProvisionedGroup(
            id, matching: condition, [.replaceAll(resource.memberIDs)], by: caller, context: context
        ) { _ in resource.group }
    }

    /// A PATCH. What it costs depends on whom it names, not on who is there.
    package func patchProvisionedGroup(
        _ id: String, _ patch: GroupPatch, matching condition: EntityTagCondition?, by caller: Caller,
        context: RequestContext
    ) async throws(ProvisioningFailure) -> ProvisionedGroup {
        try await changeProvisionedGroup(
            id, matching: condition, patch.membership, by: caller, context: context
        ) { group throws(SCIMError) in try patch.apply(to: group).resource }
    }

    private func changeProvisionedGroup(
        _ id: String, matching condition: EntityTagCondition?, _ membership: [MembershipChange], by caller: Caller,
        context: RequestContext, _ change: (GroupAttributes) throws(SCIMError) -> GroupAttributes
    ) async throws(ProvisioningFailure) -> ProvisionedGroup {
        let changed = try await provisioning {
            () async throws(ProvisioningFailure) -> (ProvisionedGroup, StoreTransaction) in
            let stored = try await provisionedGroup(id)
            guard let object = index.object(StoredObject.ID(.group, stored.name.rawValue)),
                var record = GroupRecord(object)
            else { throw .notFound }
            if let condition, !condition.matches(stored.version) { throw .otherVersion }
            let (before, after): (GroupAttributes, GroupAttributes)
            do throws(SCIMError) {
                before = try GroupAttributes(attributes: stored.document)
                after = try change(before)
            } catch {
                throw .refused(error)
            }
            let members = try ProvisionedMembership(membership, of: stored.name, index)
            guard before != after || !members.isEmpty else { return (stored, StoreTransaction(events: [])) }
            let now = time.now()
            var changes = members.changes(of: stored.name.rawValue)
            // Changes of members alone do not stand in each other's way: directories send several at a time.
            if before == after, condition == nil {
                changes.append(.provision(.touchGroup(id, at: now)))
            } else {
                changes.append(.provision(.updateGroup(stored.replacing(after, at: now))))
            }
            record.displayName = Self.cut(after.displayName, to: 320)
            if record != GroupRecord(object) {
                changes.append(.updateObject(object.replacing(record.document, at: now)))
            }
            changes += try keepingAnAdministratorProvisioned(
                withoutOtherReason(members.removed, than: stored.name), at: now)
            let events = groupEvents(
                .groupReplaced, stored.replacing(after, at: now), members, by: caller, at: now, context: context)
            return (stored, StoreTransaction(changes: changes, events: events))
        }
        return try await provisionedGroup(changed.id)
    }

    package func removeProvisionedGroup(
        _ id: String, matching condition: EntityTagCondition?, by caller: Caller, context: RequestContext
    ) async throws(ProvisioningFailure) {
        try await provisioning {
            () async throws(ProvisioningFailure) -> (Void, StoreTransaction) in
            let stored = try await provisionedGroup(id)
            if let condition, !condition.matches(stored.version) { throw .otherVersion }
            guard let object = index.object(StoredObject.ID(.group, stored.name.rawValue)) else { throw .notFound }
            let now = time.now()
            let changes: [StoreChange]
            do throws(DirectoryFailure) {
                changes = try removal(of: object, members: index.memberIDs(of: stored.name), at: now)
            } catch {
                throw ProvisioningFailure(error)
            }
            let event = directoryEvent(
                .groupRemoved, target: stored.name.rawValue, by: caller, at: now, context: context,
                details: ["scim_id": JSONValue(id)])
            return ((), StoreTransaction(changes: changes, events: [event]))
        }
    }

    /// The display name, when a group can have it and none has; else with the end of the id behind it.
    private func freeName(for displayName: String, _ id: String) -> Key {
        if displayName.utf8.count <= 256, index.object(StoredObject.ID(.group, displayName)) == nil {
            return Key(displayName)
        }
        return Key("\(Self.cut(displayName, to: 240)) (\(id.suffix(8)))")
    }

    private static func cut(_ text: String, to bytes: Int) -> String {
        guard text.utf8.count > bytes else { return text }
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += scalar.utf8.count
            guard count <= bytes else { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    /// One event, and more of them where many members come or go: an event has a size.
    private func groupEvents(
        _ action: AuditEvent.Action, _ group: ProvisionedGroup, _ members: ProvisionedMembership, by caller: Caller,
        at now: Timestamp, context: RequestContext
    ) -> [AuditEvent] {
        let (added, removed) = (members.added.sorted(), members.removed.sorted())
        let atOnce = 1000
        return stride(from: 0, to: max(added.count, removed.count, 1), by: atOnce).map { start in
            func part(_ ids: [PrincipalID]) -> JSONValue {
                JSONValue(ids.dropFirst(start).prefix(atOnce).map(\.rawValue))
            }
            return directoryEvent(
                action, target: group.name.rawValue, by: caller, at: now, context: context,
                details: [
                    "display_name": group.document["displayName"] ?? "", "members_added": part(added),
                    "members_removed": part(removed), "scim_id": JSONValue(group.id),
                ])
        }
    }
}
