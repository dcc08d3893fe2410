package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import SCIM
import StrictJSON

/// Users of a directory: each is a person whose source is the directory. It sees and touches no other.
extension Broker {
    package func provisionedUser(_ id: String) async throws(ProvisioningFailure) -> ProvisionedUser {
        try await provisioned(id).user
    }

    private func provisioned(
        _ id: String
    ) async throws(ProvisioningFailure) -> (user: ProvisionedUser, person: IndexedPrincipal) {
        guard let id = try? PrincipalID(id), let person = index.principal(id), person.isProvisioned,
            let user = try await reading({ () async throws(StoreFailure) in try await store.provisionedUser(id) })
        else { throw .notFound }
        return (user, person)
    }

    package func createProvisionedUser(
        _ resource: UserResource, by caller: Caller, context: RequestContext
    ) async throws(ProvisioningFailure) -> ProvisionedUser {
        try await provisioning {
            () async throws(ProvisioningFailure) -> (ProvisionedUser, StoreTransaction) in
            let now = time.now()
            try await checkFree(resource.userNameKey, for: nil)
            let person = ProvisionedPerson(resource)
            if let there = index.person(person.name) {
                return try adopt(there, resource, person, by: caller, at: now, context: context)
            }
            let id: PrincipalID
            do throws(CryptoFailure) { id = PrincipalID(unchecked: try RecordID.make("usr", at: now)) } catch {
                throw .cannotMake
            }
            let record = person.applied(
                to: PrincipalRecord(
                    principal: Principal(id: id, kind: .user, name: person.name, origin: nil),
                    isEnabled: resource.isActive, bindings: .none, createdAt: now))
            let user = ProvisionedUser(resource, id: id, at: now)
            let event = directoryEvent(
                .userCreated, target: id.rawValue, by: caller, at: now, context: context,
                details: Self.details(user, person))
            return (
                user,
                StoreTransaction(changes: [.insertPrincipal(record), .provision(.insertUser(user))], events: [event])
            )
        }
    }

    /// Somebody is there who was made otherwise. The directory takes them over only when they came through a provider that
    /// provisions: then it is that provider's person. A name alone proves nothing.
    private func adopt(
        _ there: IndexedPrincipal, _ resource: UserResource, _ person: ProvisionedPerson, by caller: Caller,
        at now: Timestamp, context: RequestContext
    ) throws(ProvisioningFailure) -> (ProvisionedUser, StoreTransaction) {
        let id = there.principal.id
        guard !there.isProvisioned else {
            throw .taken("another user has this userName or e-mail address as the name to sign in with")
        }
        let isTheirs = index.origins(of: id).contains { origin in
            let object = index.object(StoredObject.ID(.provider, origin.provider))
            return ProviderSwitches(object).isProvisioning && isStanding(origin)
        }
        guard isTheirs else {
            throw .taken(
                "a user of this name was made by an administrator or by signing in, and is not the directory's; an administrator can remove it"
            )
        }
        // Whom an administrator keeps out stays out.
        var user = ProvisionedUser(resource, id: id, at: now)
        user.isActive = resource.isActive && there.record.isEnabled
        var record = person.applied(to: there.record)
        record.isEnabled = user.isActive
        record.revision &+= 1
        var transaction = StoreTransaction(
            changes: [.updatePrincipal(record), .provision(.insertUser(user))], events: [])
        if there.record.isEnabled, !user.isActive {
            try disable(there, &transaction, by: caller, at: now, context: context)
        }
        var details = Self.details(user, person)
        details["adopted"] = true
        transaction.events.append(
            directoryEvent(
                .userReplaced, target: id.rawValue, by: caller, at: now, context: context, details: details))
        return (user, transaction)
    }

    /// A PUT, or a PATCH: `change` makes the new attributes from the old. Nothing is written when they are the same.
    package func changeProvisionedUser(
        _ id: String, matching condition: EntityTagCondition?, by caller: Caller, context: RequestContext,
        _ change: @Sendable (UserResource, _ isActive: Bool) throws(SCIMError) -> UserResource
    ) async throws(ProvisioningFailure) -> ProvisionedUser {
        try await provisioning {
            () async throws(ProvisioningFailure) -> (ProvisionedUser, StoreTransaction) in
            let (stored, there) = try await provisioned(id)
            if let condition, !condition.matches(stored.version) { throw .otherVersion }
            let (before, after): (UserResource, UserResource)
            do throws(SCIMError) {
                before = try stored.resource()
                after = try change(before, stored.isActive)
            } catch {
                throw .refused(error)
            }
            guard after != before else { return (stored, StoreTransaction(events: [])) }
            return try await replace(stored, there, with: after, by: caller, context: context)
        }
    }

    private func replace(
        _ stored: ProvisionedUser, _ there: IndexedPrincipal, with resource: UserResource, by caller: Caller,
        context: RequestContext
    ) async throws(ProvisioningFailure) -> (ProvisionedUser, StoreTransaction) {
        let now = time.now()
        let person = ProvisionedPerson(resource)
        if resource.userNameKey != stored.userNameKey { try await checkFree(resource.userNameKey, for: stored.id) }
        if let other = index.person(person.name), other.principal.id != stored.id {
            throw .taken("another user has this userName or e-mail address as the name to sign in with")
        }
        let next = stored.replacing(resource, at: now)
        var transaction = StoreTransaction(changes: [.provision(.updateUser(next))], events: [])
        var record = person.applied(to: there.record)
        record.isEnabled = next.isActive
        if record != there.record {
            record.revision &+= 1
            transaction.changes.append(.updatePrincipal(record))
        }
        func add(_ action: AuditEvent.Action) {
            transaction.events.append(
                directoryEvent(
                    action, target: stored.id.rawValue, by: caller, at: now, context: context,
                    details: Self.details(next, person)))
        }
        if there.record.isEnabled, !next.isActive {
            try disable(there, &transaction, by: caller, at: now, context: context)
        } else if !there.record.isEnabled, next.isActive {
            add(.userEnabled)
        }
        var (before, after) = (stored.document, next.document)
        (before["active"], after["active"]) = (nil, nil)
        if before != after || transaction.events.isEmpty { add(.userReplaced) }
        return (next, transaction)
    }

    private func disable(
        _ person: IndexedPrincipal, _ transaction: inout StoreTransaction, by caller: Caller, at now: Timestamp,
        context: RequestContext
    ) throws(ProvisioningFailure) {
        let id = person.principal.id
        transaction.changes += try keepingAnAdministratorProvisioned([id], at: now)
        let ending = endingEverything(
            of: id, by: AuditEvent.Actor(caller), reason: "user.disabled", context: context)
        transaction.changes += ending.changes
        transaction.events += ending.events
        transaction.events.append(
            directoryEvent(
                .userDisabled, target: id.rawValue, by: caller, at: now, context: context,
                details: ["email": JSONValue(person.principal.name)]))
    }

    /// Removes the person with everything that is theirs.
    package func removeProvisionedUser(
        _ id: String, matching condition: EntityTagCondition?, by caller: Caller, context: RequestContext
    ) async throws(ProvisioningFailure) {
        var refusal: ProvisioningFailure?
        do throws(DirectoryFailure) {
            _ = try await removePerson(by: caller, context: context) {
                hasBegun async throws(DirectoryFailure) -> (IndexedPrincipal, with: [StoreChange]) in
                do throws(ProvisioningFailure) {
                    var (user, person) = try await provisioned(id)
                    // Somebody with very many credentials is kept out first, which is another version.
                    guard !hasBegun, let condition else { return (person, []) }
                    guard condition.matches(user.version) else { throw .otherVersion }
                    // Goes with the person, unless another has changed it in between.
                    user.revision &+= 1
                    return (person, [.provision(.updateUser(user))])
                } catch {
                    refusal = error
                    throw .notFound(kind: "user", name: id)
                }
            }
        } catch {
            throw refusal ?? ProvisioningFailure(error)
        }
    }

    private func checkFree(_ userName: Key, for id: PrincipalID?) async throws(ProvisioningFailure) {
        let found = try await reading { () async throws(StoreFailure) in
            try await store.provisionedUsers(ProvisioningQuery([.text(.name, .equal, userName)], limit: 1))
        }
        guard found.allSatisfy({ $0.id == id }) else { throw .taken("another user has this userName") }
    }

    private static func details(_ user: ProvisionedUser, _ person: ProvisionedPerson) -> JSONObject {
        ["active": .bool(user.isActive), "email": JSONValue(person.name)]
    }
}

extension ProvisionedUser {
    package var version: EntityTag { EntityTag(revision: revision) }
}

extension ProvisionedGroup {
    package var version: EntityTag { EntityTag(revision: revision) }
}

extension IndexedPrincipal {
    /// Whether they are a directory's to see and to change.
    var isProvisioned: Bool { principal.kind == .user && record.profile?.source == .directory }
}
