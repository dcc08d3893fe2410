package import AccessPolicy
import Identifiers
import StrictJSON

/// Finding credentials: whose, by whom, and what is as good as not there.
extension Broker {
    /// Own credentials; everybody's for who may list them there. Service credentials for who may list those.
    package func listCredentials(
        _ family: CredentialFamily, in namespace: NamespaceName, by caller: Caller,
        order: CredentialQuery.Order = .name(after: nil), expiringBy: Timestamp? = nil, limit: Int
    ) async throws(CredentialFailure) -> [CredentialRecord] {
        let seesAll = roles.allows(caller.access.roles(in: namespace), .list, on: family.apiGroup)
        do throws(StoreFailure) {
            return try await store.credentials(
                CredentialQuery(
                    namespace: namespace, owner: seesAll ? nil : caller.principal.id, types: Set(family.types),
                    order: order, expiringBy: expiringBy, limit: limit))
        } catch {
            throw .store(error)
        }
    }

    /// One credential of a family, for who may do that to it. Unknown, of the other family, and somebody else's look the
    /// same (security rule 18).
    package func credential(
        named name: String, of family: CredentialFamily, in namespace: NamespaceName, by caller: Caller, for verb: Verb
    ) async throws(CredentialFailure) -> CredentialRecord {
        let record: CredentialRecord?
        do throws(StoreFailure) {
            record = try await store.credential(named: name, in: namespace)
        } catch {
            throw .store(error)
        }
        guard let record, record.type.family == family, !record.isPending, mayTouch(record, by: caller, for: verb)
        else {
            throw .notFound
        }
        return record
    }

    /// Personal credentials are their owner's; others', and service credentials, need a role in the namespace.
    func mayTouch(_ record: CredentialRecord, by caller: Caller, for verb: Verb) -> Bool {
        guard let family = record.type.family else { return false }
        if let confinement = caller.confinement, confinement != record.namespace { return false }
        if family == .personal, record.owner == caller.principal.id { return true }
        return roles.allows(caller.access.roles(in: record.namespace), verb, on: family.apiGroup)
    }

    /// What a listing shows as the owner: an e-mail address for people, the subject for workloads.
    package func ownerName(_ record: CredentialRecord) -> String { principalName(record.owner) }

    package func principalName(_ id: PrincipalID) -> String { index.principal(id)?.principal.name ?? id.rawValue }

    /// The roles and groups of a principal as they stand.
    package func standing(of id: PrincipalID) -> (access: NamespaceAccess, groups: [String]) {
        guard let principal = index.principal(id) else { return (.none, []) }
        return (principal.record.bindings, principal.groups.sorted().map(\.rawValue))
    }

    /// When it was last used, by generation of its secret.
    package func lastUse(of id: CredentialID) -> (current: Timestamp?, previous: Timestamp?) {
        index.lastUse(of: id)
    }

    /// The roles that exist now.
    package var roles: RoleCatalog { index.roles }

    /// Whether a role can be named: it is built in, was made here, or a policy in force grants it.
    package func hasRole(_ name: RoleName) -> Bool { roles.knows(name) || policies.current.roles.contains(name) }
}

extension CredentialFamily {
    package var apiGroup: APIGroup {
        switch self {
        case .personal: .credentials
        case .service: .serviceCredentials
        }
    }
}

extension Broker {
    /// What the audit log says of a change to a credential.
    func credentialEvent(
        _ action: AuditEvent.Action, _ record: CredentialRecord, by caller: Caller, at now: Timestamp,
        context: RequestContext, more: JSONObject = JSONObject()
    ) -> AuditEvent {
        credentialEvent(action, record, by: AuditEvent.Actor(caller), at: now, context: context, more: more)
    }

    func credentialEvent(
        _ action: AuditEvent.Action, _ record: CredentialRecord, by actor: AuditEvent.Actor, at now: Timestamp,
        context: RequestContext, more: JSONObject = JSONObject()
    ) -> AuditEvent {
        var details: JSONObject = [
            "name": JSONValue(record.name), "type": JSONValue(record.type.rawValue),
            "owner": JSONValue(record.owner.rawValue), "expires": JSONValue(RFC3339.text(record.expiresAt)),
            "parent": JSONValue(record.parent.text), "root": JSONValue(record.root.text),
        ]
        if let serial = record.proof.certificate?.serial { details["serial"] = JSONValue(serial) }
        for member in more.members { details[member.name.rawValue] = member.value }
        return AuditEvent(
            time: now, action: action, outcome: .success, actor: actor, target: record.id.rawValue,
            namespace: record.namespace.rawValue, requestID: context.requestID, details: details)
    }
}
