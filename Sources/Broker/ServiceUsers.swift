package import AccessPolicy
import Identifiers
import OpenSSLCrypto
import StrictJSON

/// The users behind service credentials: made with them, changed by PUT, gone with them.
extension Broker {
    struct PreparedServiceUser {
        let id: PrincipalID
        let rights: CredentialRights
        let changes: [StoreChange]
    }

    func serviceUser(
        _ user: CredentialRequest.ServiceUser, named name: String, _ request: CredentialRequest, by caller: Caller,
        authority: CredentialAuthority, at now: Timestamp
    ) throws(CryptoFailure) -> PreparedServiceUser {
        let id = PrincipalID(unchecked: try RecordID.make("svc", at: now))
        let record = PrincipalRecord(
            principal: Principal(id: id, kind: .service, name: name, origin: nil), bindings: user.roles, createdAt: now)
        // What policies gave stays theirs: a policy that is gone takes its service credentials' rights with it.
        var rights = CredentialRights.owner(ceiling: nil)
        if case .policies(let grants, let types) = authority.rights { rights = .policies(grants, types: types) }
        return PreparedServiceUser(
            id: id, rights: rights,
            changes: [.insertPrincipal(record)] + user.groups.map { .addMember(group: $0, id) })
    }

    /// Whether a service user may have these roles and groups: they exist, lie within the caller's own, and in an
    /// application namespace within that one.
    func check(
        _ user: CredentialRequest.ServiceUser, in namespace: NamespaceName, by caller: Caller
    ) throws(CredentialFailure) {
        var access = user.roles
        for (pattern, roles) in user.roles.entries.sorted(by: { $0.key < $1.key }) {
            if case .named(let name) = pattern, !hasNamespace(name) {
                throw .unknownReference(kind: "namespace", name: name.rawValue)
            }
            if namespace.isApplication, pattern != .named(namespace) {
                throw .invalid(
                    field: "namespace_roles",
                    reason: "must be for namespace '\(namespace)': the credential is confined to it")
            }
            for role in roles.sorted() where !hasRole(role) {
                throw .unknownReference(kind: "role", name: role.rawValue)
            }
        }
        for name in user.groups {
            guard let group = index.group(name) else { throw .unknownReference(kind: "user group", name: name) }
            access = access.union(namespace.isApplication ? group.bindings.confined(to: namespace) : group.bindings)
        }
        guard mayGrant(access, by: caller) else {
            throw .notPermitted("roles and groups of a service credential must lie within your own")
        }
    }

    /// No escalation: what is given away is held. A role that policies gave is given on by name only, since that is how
    /// its use is checked against the policies.
    func mayGrant(_ access: NamespaceAccess, by caller: Caller) -> Bool {
        if let authority = CredentialAuthority.of(caller), case .policies = authority.rights {
            return access.isSubset(of: caller.access)
        }
        return roles.mayGrant(access, holding: CredentialAuthority.of(caller)?.lastingAccess ?? caller.access)
    }

    /// Replaces roles and groups as a whole, never expiry or state (contract README §3). In force on the next request.
    package func replaceServiceUser(
        of name: String, in namespace: NamespaceName, with user: CredentialRequest.ServiceUser, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) -> CredentialRecord {
        try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            let record = try await credential(named: name, of: .service, in: namespace, by: caller, for: .update)
            try check(user, in: namespace, by: caller)
            guard let owner = index.principal(record.owner) else { throw .notFound }
            // Whoever may not have given what it has now may not take it over by changing it either.
            guard
                mayGrant(
                    record.namespace.isApplication ? owner.access.confined(to: record.namespace) : owner.access,
                    by: caller)
            else { throw .notPermitted("this service credential has roles beyond your own") }
            let now = time.now()
            let next = try CredentialTransition.touch.applied(to: record, rule: rule(for: record, by: caller), at: now)
            var principal = owner.record
            principal.bindings = user.roles
            principal.revision = owner.record.revision &+ 1
            let wanted = Set(user.groups.map { Key($0) })
            let changes: [StoreChange] =
                [.updateCredential(next), .updatePrincipal(principal)]
                + owner.groups.subtracting(wanted).sorted().map { .removeMember(group: $0.rawValue, record.owner) }
                + wanted.subtracting(owner.groups).sorted().map { .addMember(group: $0.rawValue, record.owner) }
            let event = credentialEvent(
                .credentialReplaced, next, by: caller, at: now, context: context,
                more: ["roles": user.roles.json, "groups": .init(wanted.sorted().map(\.rawValue))])
            return (next, StoreTransaction(changes: changes, events: [event]))
        }
    }
}
