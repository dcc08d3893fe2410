import AccessPolicy
import Federation
import Identifiers
import JOSE
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// What an exchange gives.
package struct IssuedToken: Sendable {
    package let token: Secret
    package let type: TokenExchangeRequest.RequestedTokenType
    /// Seconds.
    package let expiresIn: Int64
    package let scope: String
}

/// Token exchange (RFC 8693): a token that somebody else vouches for becomes one of ours.
///
/// The order is fixed: who is the subject, what do the policies give, what is asked for within that, how long, and only
/// then one transaction that claims, stores and audits together, and the answer after it is durable.
extension Broker {
    package func exchange(
        _ request: TokenExchangeRequest, context: RequestContext
    ) async throws(ExchangeFailure) -> IssuedToken {
        let now = time.now()
        let subject: ExchangeSubject
        let actor: JSONObject?
        do throws(ExchangeFailure) {
            let source = source(context.remoteAddress)
            subject = try await resolve(request.subjectToken, type: request.subjectTokenType, from: source)
            actor = try await actorClaim(request, subject: subject, from: source)
        } catch {
            refusals.count(error.code)  // nobody is known yet: counted, not written one by one
            throw error
        }
        do throws(ExchangeFailure) {
            var grant = try decide(request, subject: subject, at: now)
            let lifetime = try narrow(&grant, request, subject: subject, at: now, from: source(context.remoteAddress))
            return try await issue(
                request, subject: subject, grant: grant, actor: actor, lifetime: lifetime, at: now, context: context)
        } catch {
            if case .store(.unavailable) = error { throw error }
            try await auditRefusal(error, subject: subject, at: now, context: context)
            throw error
        }
    }

    // MARK: Who

    private func resolve(
        _ token: Secret, type: TokenExchangeRequest.SubjectTokenType, from source: AuthenticationFacts.Source
    ) async throws(ExchangeFailure) -> ExchangeSubject {
        let bytes = token.reveal()
        if bytes.starts(with: OpaqueToken.prefix.utf8) {
            guard type == .accessToken else { throw .tokenTypeMismatch }
            return try acceptSubject(bytes, from: source)
        }
        if isOwn(bytes) { return try acceptSubject(bytes, from: source) }
        do throws(FederationFailure) {
            return .outside(try await providers.validate(bytes))
        } catch {
            throw .subjectToken(error)
        }
    }

    private func acceptSubject(
        _ bytes: [UInt8], from source: AuthenticationFacts.Source
    ) throws(ExchangeFailure) -> ExchangeSubject {
        do throws(CredentialRefusal) {
            let accepted = try accept(bytes, for: .inspection, from: source, at: time.now())
            if case .stored(let credential, _, _) = accepted.kind, credential.type == .scimAPIToken {
                throw CredentialRefusal.wrongClass
            }
            return .own(accepted)
        } catch {
            throw .ownToken(error)
        }
    }

    /// Whether an unverified token says that it is ours. Decides only who verifies it.
    private func isOwn(_ bytes: [UInt8]) -> Bool {
        guard let token = try? UnverifiedToken.parse(bytes), let issuer = token.claims.issuer else { return false }
        return issuer == Key(settings.issuer.rawValue)
    }

    /// The `act` claim (RFC 8693 §4.1): the actor outermost, whoever acted before inside.
    private func actorClaim(
        _ request: TokenExchangeRequest, subject: ExchangeSubject, from source: AuthenticationFacts.Source
    ) async throws(ExchangeFailure) -> JSONObject? {
        guard let actorToken = request.actorToken, let type = request.actorTokenType else { return subject.actor }
        let actor: ExchangeSubject
        do throws(ExchangeFailure) {
            actor = try await resolve(actorToken, type: type, from: source)
        } catch {
            switch error {
            case .subjectToken(let failure): throw .actorToken(failure)
            case .ownToken(let refusal): throw .ownActorToken(refusal)
            default: throw error
            }
        }
        var claim = JSONObject()
        claim["sub"] = JSONValue(actor.subject)
        claim["iss"] = JSONValue(actor.issuer(own: settings.issuer))
        if let before = subject.actor { claim["act"] = .object(before) }
        return claim
    }

    // MARK: What

    private func decide(
        _ request: TokenExchangeRequest, subject: ExchangeSubject, at now: Timestamp
    ) throws(ExchangeFailure) -> ExchangeGrant {
        switch subject {
        case .outside(let identity):
            let decision = policies.current.decide(accessRequest(request, identity))
            switch decision.outcome {
            case .refused(let reason): throw .policy(reason)
            case .granted(let grant):
                // All of our tokens have one issuer, so their subjects have one space of names (RFC 9068 §5).
                guard !PrincipalID.isOne(grant.subject) else { throw .subjectReserved }
                return ExchangeGrant(grant, identity: identity, wouldGrant: decision.wouldGrant)
            }
        case .own(let accepted):
            return try ExchangeGrant(
                narrowing: accepted, request: request, apiAudience: settings.apiAudience,
                lifetime: request.requestedTokenType == .accessToken
                    ? settings.accessTokenLifetime : tenantSettings.maximumAPITokenDays * 86_400)
        }
    }

    private func accessRequest(_ request: TokenExchangeRequest, _ identity: ValidatedIdentity) -> AccessRequest {
        AccessRequest(
            provider: identity.provider, issuer: identity.issuer, subject: identity.subject, claims: identity.claims,
            credentialType: request.requestedTokenType.policyType,
            audiences: request.audiences + request.resources, scope: ScopeRequest(request.scope))
    }

    /// Takes away what authentication policies would not let such a token open, and answers how long it may live.
    ///
    /// Resource servers go by what the token says and ask nobody, so it must be right when it is issued.
    private func narrow(
        _ grant: inout ExchangeGrant, _ request: TokenExchangeRequest, subject: ExchangeSubject, at now: Timestamp,
        from source: AuthenticationFacts.Source
    ) throws(ExchangeFailure) -> Int64 {
        let (remaining, overflow) = subject.expiresAt.seconds.subtractingReportingOverflow(now.seconds)
        let lifetime = min(grant.maximumLifetime, overflow ? 0 : remaining, longestLifetime(opening: grant.access))
        guard lifetime >= 1 else { throw .nothingLeftOfLifetime }
        let isStored = request.requestedTokenType == .apiToken
        let (access, withheld) = judge(grant.access) {
            AuthenticationFacts(
                mechanisms: AuthenticationFacts.mechanisms(isStored ? .apiToken : .accessToken, root: subject.root),
                credentialType: isStored ? CredentialType.apiToken.rawValue : nil, lifetime: lifetime,
                context: subject.context, source: isStored ? .notUsed : source)
        }
        let denial =
            withheld.everywhere
            ?? withheld.namespaces.sorted { $0.key < $1.key }.first { namespace, _ in
                !grant.access.roles(in: namespace).isEmpty
            }?.value
        if let denial {
            let isAskedFor = request.scope != nil
            guard !access.isEmpty, !isAskedFor else { throw .authentication(denial, isAskedFor: isAskedFor) }
            grant.narrow(to: access)
        }
        return lifetime
    }

    // MARK: Issue

    private func issue(
        _ request: TokenExchangeRequest, subject: ExchangeSubject, grant: ExchangeGrant, actor: JSONObject?,
        lifetime: Int64, at now: Timestamp, context: RequestContext
    ) async throws(ExchangeFailure) -> IssuedToken {
        let owner = try owner(of: subject, at: now)
        let expiresAt = Timestamp(seconds: now.seconds + lifetime)
        var changes: [StoreChange] = []
        if index.principal(owner.principal.id) == nil { changes.append(.ensurePrincipal(owner)) }
        if grant.singleUse, case .outside(let identity) = subject {
            changes.append(
                .claim(
                    SingleUse(
                        kind: .subjectToken, authority: identity.issuer, key: identity.digest,
                        until: subject.expiresAt.adding(seconds: SubjectTokenMemory.afterExpiry))))
        }
        let scope = grant.access.scopeText
        let secret: Secret
        let targetID: String
        switch request.requestedTokenType {
        case .accessToken:
            let claims = AccessTokenClaims(
                tokenID: try recordID("tok", at: now), subject: grant.subject, clientID: grant.clientID,
                audiences: grant.audiences, scope: scope, issuedAt: now, expiresAt: expiresAt, access: grant.access,
                actor: actor, principal: owner.principal.id, rights: grant.rights, root: subject.root,
                home: subject.confinement, context: subject.context, authorization: subject.authorization,
                isDelegated: subject.isDelegated)
            secret = try sign(claims)
            targetID = claims.tokenID
        case .apiToken:
            let (token, record) = try makeToken(
                grant: grant, owner: owner.principal.id, of: subject, at: now,
                expiresAt: expiresAt)
            changes.append(.insertCredential(record))
            secret = token.secret
            targetID = record.id.rawValue
        }
        let event = AuditEvent(
            time: now, action: .tokenExchanged, outcome: .success,
            actor: AuditEvent.Actor(
                principal: owner.principal.id.rawValue, name: subject.subject, provider: subject.provider),
            target: targetID, namespace: grant.access.onlyNamespace?.rawValue, requestID: context.requestID,
            details: auditDetails(request, subject: subject, grant: grant, actor: actor, expiresAt: expiresAt))
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: changes, events: [event]))
        } catch {
            throw error == .alreadyUsed ? .replayed : .store(error)
        }
        return IssuedToken(token: secret, type: request.requestedTokenType, expiresIn: lifetime, scope: scope)
    }

    private func recordID(_ prefix: String, at now: Timestamp) throws(ExchangeFailure) -> String {
        do { return try RecordID.make(prefix, at: now) } catch { throw .cannotSign }
    }

    private func makeToken(
        grant: ExchangeGrant, owner: PrincipalID, of subject: ExchangeSubject, at now: Timestamp,
        expiresAt: Timestamp
    ) throws(ExchangeFailure) -> (OpaqueToken, CredentialRecord) {
        guard let token = try? OpaqueToken(making: .apiToken), let hash = hasher.hash(token) else { throw .cannotSign }
        let id = try recordID("cred", at: now)
        let record = CredentialRecord(
            id: CredentialID(unchecked: id), namespace: grant.access.onlyNamespace ?? .system,
            name: "exchange-" + id.dropFirst(5), type: .apiToken, owner: owner,
            proof: .token(TokenGenerations(hash: hash, madeAt: now)), createdAt: now, expiresAt: expiresAt,
            lifetimeEndsAt: expiresAt, rights: grant.rights.lasting, parent: subject.source, root: subject.root,
            context: subject.context, removableAt: expiresAt.adding(seconds: CredentialRetention.ofExchanged))
        return (token, record)
    }

    /// The principal that will own what is issued; refused when it was disabled.
    private func owner(of subject: ExchangeSubject, at now: Timestamp) throws(ExchangeFailure) -> PrincipalRecord {
        switch subject {
        case .own(let accepted):
            return accepted.owner.record
        case .outside(let identity):
            let principal = WorkloadPrincipal.of(identity)
            guard let known = index.principal(principal.id) else {
                return PrincipalRecord(principal: principal, bindings: .none, createdAt: now)
            }
            guard known.record.isEnabled else { throw .principalDisabled }
            return known.record
        }
    }

    // MARK: Audit

    private func auditDetails(
        _ request: TokenExchangeRequest, subject: ExchangeSubject, grant: ExchangeGrant, actor: JSONObject?,
        expiresAt: Timestamp
    ) -> JSONObject {
        var details = JSONObject()
        details["issued"] = JSONValue(request.requestedTokenType.policyType.rawValue)
        details["root"] = JSONValue(subject.root.text)
        details["parent"] = JSONValue(subject.source.text)
        if !grant.policies.isEmpty { details["policies"] = JSONValue(grant.policies) }
        details["namespaces"] = grant.access.json
        details["audience"] = JSONValue(grant.audiences)
        details["expires"] = JSONValue(RFC3339.text(expiresAt))
        if let actor { details["act"] = .object(actor) }
        if !grant.wouldGrant.isEmpty { details["audit_mode_policies"] = JSONValue(grant.wouldGrant) }
        return details
    }

    /// A refusal of somebody known is written before it is answered; when it cannot be, the answer is 503.
    private func auditRefusal(
        _ failure: ExchangeFailure, subject: ExchangeSubject, at now: Timestamp, context: RequestContext
    ) async throws(ExchangeFailure) {
        var details = JSONObject()
        details["parent"] = JSONValue(subject.source.text)
        let event = AuditEvent(
            time: now, action: .tokenExchanged, outcome: .refused, reason: failure.code,
            actor: AuditEvent.Actor(name: subject.subject, provider: subject.provider), requestID: context.requestID,
            details: details)
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(events: [event]))
        } catch {
            throw .store(error)
        }
    }
}

/// How long a used subject token is remembered after its `exp`: longer than any provider's clock skew, which is 300 s at
/// most, so that it can never be accepted again by then.
enum SubjectTokenMemory {
    static let afterExpiry: Int64 = 600
}

/// How long expired credentials stay visible before the clean-up removes them, in seconds.
enum CredentialRetention {
    /// Cannot be renewed: a day, for questions.
    static let ofExchanged: Int64 = 86_400
    /// May be renewed after expiry (contract README §3).
    static let ofRenewable: Int64 = 90 * 86_400
}
