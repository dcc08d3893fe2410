package import AccessPolicy
import Identifiers
import OpenSSLCrypto
import StrictJSON

/// What happens to a credential after it was made. Each change and its audit event are one transaction against the
/// revision that was read: concurrent ones are decided by the store, and whoever lost reads again.
extension Broker {
    /// Runs a change until nobody else came in between. It ends, as each round is somebody's progress.
    func changing(
        _ prepare: () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction)
    ) async throws(CredentialFailure) -> CredentialRecord {
        while true {
            let (record, transaction) = try await prepare()
            do throws(StoreFailure) {
                try await store.commit(transaction)
                return record
            } catch {
                guard error == .conflict else { throw .store(error) }
            }
        }
    }

    func rule(for record: CredentialRecord, by caller: Caller) -> LifetimeRule {
        let settings = tenantSettings
        return LifetimeRule(
            maximumDays: settings.maximumDays(record.type.form), maximumLifetimeDays: settings.maximumLifetimeDays,
            ceiling: CredentialAuthority.of(caller)?.ceiling,
            // A type that is not allowed any more is refused when it is used, and may be ended all the same.
            policy: (try? allowedLifetime(of: record.type, in: record.namespace)) ?? nil)
    }

    /// The tenant's limits as they stand.
    package var tenantSettings: TenantSettings { TenantSettings(index.object(TenantSettings.objectID)) }

    private func apply(
        _ transition: CredentialTransition, _ action: AuditEvent.Action, to name: String, of family: CredentialFamily,
        in namespace: NamespaceName, by caller: Caller, context: RequestContext, more: JSONObject = JSONObject()
    ) async throws(CredentialFailure) -> CredentialRecord {
        try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            let record = try await credential(named: name, of: family, in: namespace, by: caller, for: .update)
            let now = time.now()
            let next = try transition.applied(to: record, rule: rule(for: record, by: caller), at: now)
            let event = credentialEvent(action, next, by: caller, at: now, context: context, more: more)
            return (next, StoreTransaction(changes: [.updateCredential(next)], events: [event]))
        }
    }

    /// Flips `active`.
    package func activate(
        _ name: String, of family: CredentialFamily, in namespace: NamespaceName, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) {
        _ = try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            let record = try await credential(named: name, of: family, in: namespace, by: caller, for: .update)
            let now = time.now()
            let next = try CredentialTransition.flip.applied(to: record, rule: rule(for: record, by: caller), at: now)
            let event = credentialEvent(
                next.isActive ? .credentialActivated : .credentialDeactivated, next, by: caller, at: now,
                context: context)
            return (next, StoreTransaction(changes: [.updateCredential(next)], events: [event]))
        }
    }

    /// A new end; the secret stays. `days`: `nil` is the default, 0 ends it now.
    package func renew(
        _ name: String, of family: CredentialFamily, in namespace: NamespaceName, days: Int64?, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) {
        let settings = tenantSettings
        let days = days ?? min(TenantSettings.defaultDays, settings.maximumAPITokenDays)
        _ = try await apply(
            .renew(days: days), .credentialRenewed, to: name, of: family, in: namespace, by: caller, context: context,
            more: ["days": .integer(days)])
    }

    /// The longest time of grace, in seconds: 30 days.
    package static let longestGrace: Int64 = 30 * 86_400

    /// A new secret, while the old one stays good for `grace` seconds.
    package func rotate(
        _ name: String, of family: CredentialFamily, in namespace: NamespaceName, grace: Int64, days: Int64?,
        by caller: Caller, replay: ReplayPlan? = nil, context: RequestContext
    ) async throws(CredentialFailure) -> CreationOutcome {
        guard (0...Self.longestGrace).contains(grace) else {
            throw .invalid(field: "grace_seconds", reason: "must be 0 to \(Self.longestGrace) (30 days)")
        }
        if let replay, let reply = try await replayed(replay) { return .replayed(reply) }
        while true {
            let record = try await credential(named: name, of: family, in: namespace, by: caller, for: .update)
            try checkMayHold(record, caller, source(context.remoteAddress))
            let now = time.now()
            guard let tokenClass = record.type.tokenClass, let token = try? OpaqueToken(making: tokenClass),
                let hash = hasher.hash(token)
            else {
                throw record.type.tokenClass == nil
                    ? .wrongState("\(record.type.rawValue) has no secret that can be rotated; create a new one")
                    : .cannotMake
            }
            let next = try CredentialTransition.rotate(to: hash, grace: grace, days: days)
                .applied(to: record, rule: rule(for: record, by: caller), at: now)
            let created = CreatedCredential(record: next, secret: token.secret)
            var changes: [StoreChange] = [.updateCredential(next)]
            if let replay { changes.append(try remember(replay, created, at: now)) }
            let event = credentialEvent(
                .credentialRotated, next, by: caller, at: now, context: context,
                more: [
                    "generation": .integer(next.proof.token?.generation ?? 0),
                    "retires": JSONValue(next.proof.token?.previous.map { RFC3339.text($0.retiresAt) }),
                ])
            do throws(CredentialFailure) {
                return try await commit(
                    StoreTransaction(changes: changes, events: [event]), answering: .created(created), replay: replay)
            } catch {
                // Changed in between: read again.
                guard error == .store(.conflict) else { throw error }
            }
        }
    }

    /// A rotation hands out a secret, as creation does: it gives nobody rights that they do not have, and nobody
    /// somebody else's name.
    private func checkMayHold(
        _ record: CredentialRecord, _ caller: Caller, _ source: AuthenticationFacts.Source
    ) throws(CredentialFailure) {
        guard let owner = index.principal(record.owner) else { throw .notFound }
        let confinement = record.namespace.isApplication ? record.namespace : nil
        let (held, _) = judge(access(record.rights, owner: owner, confinement: confinement)) {
            AuthenticationFacts(record, source: source)
        }
        if record.owner == caller.principal.id {
            guard held.isSubset(of: caller.access) else {
                throw .notPermitted("it has rights beyond those of the credential you call with")
            }
            return
        }
        guard record.type.family == .service else {
            throw .notPermitted("only its owner may have a new secret of a personal credential; revoke it instead")
        }
        guard mayGrant(held, by: caller) else {
            throw .notPermitted("this service credential has roles beyond your own")
        }
    }

    /// Ends the old secret of a rotation before its deadline.
    package func retire(
        _ name: String, of family: CredentialFamily, in namespace: NamespaceName, isForced: Bool, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) {
        _ = try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            let record = try await credential(named: name, of: family, in: namespace, by: caller, for: .update)
            let now = time.now()
            let transition = CredentialTransition.retire(lastUse: lastUse(of: record.id).previous, isForced: isForced)
            let next = try transition.applied(to: record, rule: rule(for: record, by: caller), at: now)
            let event = credentialEvent(
                .credentialRetired, next, by: caller, at: now, context: context, more: ["forced": .bool(isForced)])
            return (next, StoreTransaction(changes: [.updateCredential(next)], events: [event]))
        }
    }
}
