package import AccessPolicy
import Federation
import Identifiers
import OpenSSLCrypto
import Secrets
import StrictJSON

/// The SCIM token: at most one that is good, only while a provider provisions over SCIM, and it opens nothing else.
extension Broker {
    /// Days (contract README §1).
    package static let scimDays: ClosedRange<Int64> = 1...730
    private static let defaultScimDays: Int64 = 180
    private static let scimName = "scim"
    private static let provisioner = PrincipalID(unchecked: "svc_scim_provisioner")

    package var isProvisioningEnabled: Bool {
        index.objects(.provider).contains { ProviderSwitches($0).isProvisioning }
    }

    /// The token's record, never its secret.
    package func scimToken() async throws(CredentialFailure) -> CredentialRecord {
        guard let record = try await scimRecords().first else { throw .notFound }
        return record
    }

    func scimRecords() async throws(CredentialFailure) -> [CredentialRecord] {
        do throws(StoreFailure) {
            return try await store.credentials(
                CredentialQuery(namespace: .system, owner: nil, types: [.scimAPIToken], limit: 100))
        } catch {
            throw .store(error)
        }
    }

    /// A new one; the old one ends in the same transaction.
    package func recreateScimToken(
        days: Int64?, by caller: Caller, replay: ReplayPlan? = nil, context: RequestContext
    ) async throws(CredentialFailure) -> CreationOutcome {
        let days = days ?? Self.defaultScimDays
        guard Self.scimDays.contains(days) else {
            throw .invalid(field: "expiration_days", reason: "must be 1 to 730")
        }
        if let replay, let reply = try await replayed(replay) { return .replayed(reply) }
        while true {
            guard isProvisioningEnabled else {
                throw .wrongState(
                    "SCIM is not enabled; switch it on at a provider first (PUT .../oidc_providers/{name}/scim)")
            }
            do throws(CredentialFailure) {
                return try await replaceScimToken(days: days, by: caller, replay: replay, context: context)
            } catch {
                guard error == .store(.conflict) else { throw error }
            }
        }
    }

    private func replaceScimToken(
        days: Int64, by caller: Caller, with more: StoreTransaction = StoreTransaction(events: []),
        replay: ReplayPlan? = nil, context: RequestContext
    ) async throws(CredentialFailure) -> CreationOutcome {
        guard let authority = CredentialAuthority.of(caller) else {
            throw .notPermitted("this credential makes no others")
        }
        if case .policies = authority.rights { throw .notPermitted("what policies gave makes no SCIM token") }
        let now = time.now()
        let bound = try allowedLifetime(of: .scimAPIToken, in: .system)
        if let bound, days > bound.seconds / 86_400 { throw bound.refusal }
        let old = try await scimRecords()
        let end = now.adding(seconds: days * 86_400)
        let expiresAt = authority.ceiling.map { min($0, end) } ?? end
        let token: OpaqueToken
        let record: CredentialRecord
        do throws(CryptoFailure) {
            token = try OpaqueToken(making: .scimToken)
            guard let hash = hasher.hash(token) else { throw CryptoFailure.library("HMAC") }
            record = CredentialRecord(
                id: CredentialID(unchecked: try RecordID.make("cred", at: now)), namespace: .system,
                name: Self.scimName + "-" + (try CredentialName.suffix()), type: .scimAPIToken, owner: Self.provisioner,
                creator: caller.principal.id, proof: .token(TokenGenerations(hash: hash, madeAt: now)), createdAt: now,
                expiresAt: expiresAt, lifetimeEndsAt: authority.ceiling, rights: .owner(ceiling: nil),
                parent: authority.source, root: authority.root, context: authority.context, removableAt: expiresAt)
        } catch {
            throw .cannotMake
        }
        let principal = PrincipalRecord(
            principal: Principal(id: Self.provisioner, kind: .service, name: "scim-provisioner", origin: nil),
            bindings: .none, createdAt: now)
        let created = CreatedCredential(record: record, secret: token.secret)
        var changes = more.changes + [.ensurePrincipal(principal)] + old.flatMap { Self.ending($0, at: now) }
        changes.append(.insertCredential(record))
        if let replay { changes.append(try remember(replay, created, at: now)) }
        let events =
            more.events
            + old.map { credentialEvent(.credentialRevoked, $0, by: caller, at: now, context: context) }
            + [credentialEvent(.credentialCreated, record, by: caller, at: now, context: context)]
        return try await commit(
            StoreTransaction(changes: changes, events: events), answering: .created(created), replay: replay)
    }

    package func revokeScimToken(by caller: Caller, context: RequestContext) async throws(CredentialFailure) {
        _ = try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            let records = try await scimRecords()
            guard let first = records.first else { throw .notFound }
            let now = time.now()
            return (
                first,
                StoreTransaction(
                    changes: records.flatMap { Self.ending($0, at: now) },
                    events: records.map {
                        credentialEvent(.credentialRevoked, $0, by: caller, at: now, context: context)
                    })
            )
        }
    }

    /// Switches provisioning of a provider on, which mints a token, or off, which ends it.
    package func switchProvisioning(
        _ isOn: Bool, of provider: String, days: Int64?, by caller: Caller, context: RequestContext
    ) async throws(CredentialFailure) -> CreatedCredential? {
        if let days, isOn, !Self.scimDays.contains(days) {
            throw .invalid(field: "scim_token_meta.expiration_days", reason: "must be 1 to 730")
        }
        while true {
            // In every round: it may have been deleted in between.
            guard self.provider(named: provider) != nil else { throw .notFound }
            let now = time.now()
            let id = StoredObject.ID(.provider, provider)
            let before = index.object(id)
            var switches = ProviderSwitches(before)
            switches.isProvisioning = isOn
            let change = StoredObject.put(
                switches.written(over: before?.document ?? JSONObject()), as: id, over: before, at: now)
            let event = AuditEvent(
                time: now, action: .provisioningSwitched, outcome: .success, actor: AuditEvent.Actor(caller),
                target: provider, namespace: NamespaceName.system.rawValue, requestID: context.requestID,
                details: ["enabled": .bool(isOn)])
            do throws(CredentialFailure) {
                return try await switchProvisioning(
                    isOn, days: days ?? Self.defaultScimDays, change, event, of: provider, by: caller, context: context)
            } catch {
                guard error == .store(.conflict) || error == .store(.alreadyExists) else { throw error }
            }
        }
    }

    private func switchProvisioning(
        _ isOn: Bool, days: Int64, _ change: StoreChange, _ event: AuditEvent, of provider: String, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) -> CreatedCredential? {
        if isOn {
            let outcome = try await replaceScimToken(
                days: days, by: caller, with: StoreTransaction(changes: [change], events: [event]), context: context)
            if case .created(let created) = outcome { return created }
            throw .cannotMake
        }
        let others = index.objects(.provider).contains { object in
            !object.name.hasSameBytes(as: provider) && ProviderSwitches(object).isProvisioning
        }
        let now = time.now()
        let ending = others ? [] : try await scimRecords()
        let events =
            [event] + ending.map { credentialEvent(.credentialRevoked, $0, by: caller, at: now, context: context) }
        let changes = [change] + ending.flatMap { Self.ending($0, at: now) }
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: changes, events: events))
        } catch {
            throw .store(error)
        }
        return nil
    }
}
