package import AccessPolicy
import Identifiers
import OpenSSLCrypto
import Secrets

/// Making credentials of every type.
extension Broker {
    /// Makes what is asked for, or answers again what was answered to the same question before.
    ///
    /// A token is one commit. A certificate is an intent with its serial, then the signature, then a second commit that
    /// makes it count (security rule 15): one that was signed and never committed opens nothing.
    package func create(
        _ request: CredentialRequest, by caller: Caller, replay: ReplayPlan? = nil, context: RequestContext
    ) async throws(CredentialFailure) -> CreationOutcome {
        try request.check()
        if let replay, let reply = try await replayed(replay) { return .replayed(reply) }
        let draft = try await draft(request, by: caller, at: time.now())
        switch request.type.form {
        case .token: return try await createToken(draft, by: caller, replay: replay, context: context)
        case .certificate, .kubeconfig:
            return try await createCertificate(
                draft, password: request.password, by: caller, replay: replay, context: context)
        }
    }

    /// A credential that is thought through and not made: whose it will be, until when, with what rights.
    struct Draft {
        let record: CredentialRecord
        /// What must be there before the credential: a service user and their memberships.
        let changes: [StoreChange]
        /// The token, for types that are one.
        let token: OpaqueToken?
    }

    private func draft(
        _ request: CredentialRequest, by caller: Caller, at now: Timestamp
    ) async throws(CredentialFailure) -> Draft {
        guard let authority = CredentialAuthority.of(caller) else {
            throw .notPermitted("this credential makes no others")
        }
        if let confinement = caller.confinement, confinement != request.namespace {
            throw .notPermitted("this credential makes others in its own namespace only")
        }
        guard let family = request.type.family, (family == .service) == (request.serviceUser != nil) else {
            throw .invalid(field: "type", reason: "does not go with what else is asked for")
        }
        try checkTypeAllowed(request.type, by: authority)
        if let user = request.serviceUser { try check(user, in: request.namespace, by: caller) }
        let settings = tenantSettings
        let rule = LifetimeRule(
            maximumDays: settings.maximumDays(request.type.form), maximumLifetimeDays: settings.maximumLifetimeDays,
            ceiling: authority.bound(of: caller),
            policy: try allowedLifetime(of: request.type, in: request.namespace))
        let end = try rule.endOfNew(days: request.days, what: request.type.rawValue, at: now)
        do throws(CryptoFailure) {
            let name = request.name + "-" + (try CredentialName.suffix())
            var (owner, rights, changes) = (caller.principal.id, authority.rights.lasting, [StoreChange]())
            if let user = request.serviceUser {
                let prepared = try serviceUser(user, named: name, request, by: caller, authority: authority, at: now)
                (owner, rights, changes) = (prepared.id, prepared.rights, prepared.changes)
            }
            let token = try request.type.tokenClass.map { tokenClass throws(CryptoFailure) in
                try OpaqueToken(making: tokenClass)
            }
            let proof: CredentialProof
            if let token, let hash = hasher.hash(token) {
                proof = .token(TokenGenerations(hash: hash, madeAt: now))
            } else {
                proof = .certificate(CertificateProof(serial: try CertificateSerial.random().hex, fingerprint: nil))
            }
            // A certificate counts whole seconds.
            let expiresAt = token == nil ? Timestamp(seconds: end.seconds) : end
            let record = CredentialRecord(
                id: CredentialID(unchecked: try RecordID.make("cred", at: now)), namespace: request.namespace,
                name: name,
                type: request.type, owner: owner, creator: caller.principal.id, proof: proof, target: request.target,
                createdAt: now, expiresAt: expiresAt, lifetimeEndsAt: authority.ceiling, rights: rights,
                parent: authority.source, root: authority.root, context: authority.context,
                removableAt: expiresAt.adding(seconds: CredentialRetention.ofRenewable))
            return Draft(record: record, changes: changes, token: token)
        } catch {
            throw .cannotMake
        }
    }

    /// What policies gave makes only what they name.
    private func checkTypeAllowed(
        _ type: CredentialType, by authority: CredentialAuthority
    ) throws(CredentialFailure) {
        if case .policies(_, let types) = authority.rights, !types.contains(type) {
            throw .notPermitted("the policies behind this credential do not allow \(type.rawValue)")
        }
    }

    private func createToken(
        _ draft: Draft, by caller: Caller, replay: ReplayPlan?, context: RequestContext
    ) async throws(CredentialFailure) -> CreationOutcome {
        guard let token = draft.token else { throw .cannotMake }
        let created = CreatedCredential(record: draft.record, secret: token.secret)
        let now = time.now()
        var changes = draft.changes + [.insertCredential(draft.record)]
        if let replay { changes.append(try remember(replay, created, at: now)) }
        let event = credentialEvent(.credentialCreated, draft.record, by: caller, at: now, context: context)
        return try await commit(
            StoreTransaction(changes: changes, events: [event]), answering: .created(created), replay: replay)
    }

    /// Commits a creation. When somebody asked the same with the same key at the same time, theirs counts.
    func commit(
        _ transaction: StoreTransaction, answering outcome: CreationOutcome, replay: ReplayPlan?
    ) async throws(CredentialFailure) -> CreationOutcome {
        do throws(StoreFailure) {
            try await store.commit(transaction)
            return outcome
        } catch {
            if error == .alreadyExists, let replay, let reply = try await replayed(replay) { return .replayed(reply) }
            throw .store(error)
        }
    }
}
