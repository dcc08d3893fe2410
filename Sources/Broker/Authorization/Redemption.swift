import AccessPolicy
import Identifiers
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// The token endpoint's authorization code and refresh grants (RFC 6749 §4.1.3, §6; RFC 9700 §2.1.1, §4.14).
extension Broker {
    /// Within so many seconds a second redemption, or a refresh token again, is taken for a lost answer.
    static let repeatWindow: Int64 = 10
    /// How long an authorization that outlives its session can be refreshed, in seconds: 90 days.
    static let offlineLife: Int64 = 90 * 86_400

    // MARK: Codes

    package func redeem(
        code: Secret, redirectURI: String?, verifier: CodeVerifier, client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard client.allows(.authorizationCode) else { throw .notAllowed("this client redeems no codes") }
        let now = time.now()
        guard let opaque = OpaqueToken(parsing: code.reveal()), opaque.tokenClass == .authorizationCode,
            let hash = hasher.hash(opaque)
        else { throw .grant(.unknown) }
        guard let entry = index.ticket(hash), var record = AuthorizationRecord(entry.ticket), record.stage == .code
        else { return try await redeemedBefore(hash, verifier: verifier, client: client, context: context) }
        if let refusal = refusal(of: record, redirectURI: redirectURI, verifier: verifier, client: client) {
            // Its own client with something else than it began with: the code is in wrong hands, and has had its one use.
            if refusal == .wrongVerifier || refusal == .wrongRedirectURI {
                try await revoke(record, reason: refusal.rawValue, by: client, context: context)
            }
            throw .grant(refusal)
        }
        let owner = try owner(of: record, at: now)
        // Whoever asked for `offline_access` and may refresh keeps it when the session is over.
        let mayRefresh = client.allows(.refreshToken)
        record.terms.isOffline = mayRefresh && record.terms.scope?.contains("offline_access") == true
        record.stage = .granted
        record.redeemedAt = now
        let nonce = record.terms.nonce
        guard let refresh = try? OpaqueToken(making: .refreshToken), let next = hasher.hash(refresh) else {
            throw .cannotSign
        }
        record.ticket.hash = next
        record.ticket.revision &+= 1
        if record.terms.isOffline {
            record.ticket.parent = nil
            record.ticket.expiresAt = now.adding(seconds: Self.offlineLife)
        } else {
            record.ticket.expiresAt = index.ticket(record.terms.session)?.ticket.expiresAt ?? now
        }
        let terms = TokenTerms(
            client: client, scope: record.terms.scope, resources: record.terms.resources, now: now)
        let access = try accessToken(of: record, owner: owner, terms, from: source(context.remoteAddress))
        if !mayRefresh {
            record.ticket.expiresAt = min(record.ticket.expiresAt, now.adding(seconds: access.expiresIn))
        }
        let idToken = try idToken(of: record, owner: owner, terms, accessToken: access.token, nonce: nonce)
        let claim = SingleUse(
            kind: .authorizationCode, authority: Hexadecimal.text(hash.bytes), key: record.id.rawValue,
            until: record.ticket.expiresAt.adding(seconds: 60))
        let event = authorizationEvent(
            .authorizationRedeemed, record, actor: actor(owner, client), at: now, context: context,
            details: ["token": JSONValue(access.id)])
        do throws(StoreFailure) {
            try await store.commit(
                StoreTransaction(changes: [.updateTicket(record.stored), .claim(claim)], events: [event]))
        } catch {
            switch error {
            case .conflict, .alreadyUsed, .alreadyExists:
                // Somebody else was first.
                return try await redeemedBefore(hash, verifier: verifier, client: client, context: context)
            case .unavailable: throw .store(error)
            }
        }
        return TokenResponse(
            accessToken: access.token, expiresIn: access.expiresIn, refreshToken: mayRefresh ? refresh.secret : nil,
            scope: access.scope, idToken: idToken)
    }

    private func refusal(
        of record: AuthorizationRecord, redirectURI: String?, verifier: CodeVerifier, client: ClientRecord
    ) -> GrantRefusal? {
        guard record.clientID.hasSameBytes(as: client.id) else { return .wrongClient }
        guard time.now() < record.ticket.expiresAt else { return .expired }
        switch (record.terms.redirectURI, redirectURI) {
        case (nil, nil): break
        // Not in the request, and then it is the one that is registered (RFC 6749 §4.1.3).
        case (nil, let said?):
            guard client.metadata.redirectURIs.contains(where: { $0.rawValue.hasSameBytes(as: said) }) else {
                return .wrongRedirectURI
            }
        case (let asked?, let said):
            guard let said, said.hasSameBytes(as: asked) else { return .wrongRedirectURI }
        }
        return matches(record, verifier) ? nil : .wrongVerifier
    }

    private func matches(_ record: AuthorizationRecord, _ verifier: CodeVerifier) -> Bool {
        guard let text = record.terms.challenge,
            let challenge = try? CodeChallenge(method: CodeChallenge.method, challenge: text)
        else { return false }
        return challenge.matches(verifier) { SHA2.sha256($0) }
    }

    /// A code again: by the same client with the same verifier and soon, an answer was lost; else somebody has stolen it,
    /// and everything that came of it ends.
    private func redeemedBefore(
        _ hash: TokenHash, verifier: CodeVerifier, client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard let record = try await family(.authorizationCode, hash) else { throw .grant(.unknown) }
        let isSame = record.clientID.hasSameBytes(as: client.id) && matches(record, verifier)
        if isSame, let at = record.redeemedAt, time.now() < at.adding(seconds: Self.repeatWindow) {
            throw .grant(.repeated)
        }
        try await revoke(record, reason: GrantRefusal.replayed.rawValue, by: client, context: context)
        throw .grant(.replayed)
    }

    // MARK: Refreshing

    package func refresh(
        _ token: Secret, scope: Scope?, resources: [String], client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard client.allows(.refreshToken) else { throw .notAllowed("this client has no refresh tokens") }
        let now = time.now()
        guard let opaque = OpaqueToken(parsing: token.reveal()), opaque.tokenClass == .refreshToken,
            let hash = hasher.hash(opaque)
        else { throw .grant(.unknown) }
        let replay = try RefreshReplay(token, client: client, scope: scope, resources: resources, hasher: hasher)
        guard let entry = index.ticket(hash), var record = AuthorizationRecord(entry.ticket), record.stage == .granted
        else { return try await refreshedBefore(hash, replay, client: client, context: context) }
        guard record.clientID.hasSameBytes(as: client.id) else { throw .grant(.wrongClient) }
        guard now < record.ticket.expiresAt else { throw .grant(.expired) }
        record = try await confirmed(record, at: now)
        // Refreshed by somebody else while the provider was asked.
        guard record.ticket.hash == hash else {
            return try await refreshedBefore(hash, replay, client: client, context: context)
        }
        let owner = try owner(of: record, at: now)
        // Narrower than before is allowed, and changes nothing for the next time (RFC 6749 §6).
        if let scope, !(record.terms.scope.map { scope.isSubset(of: $0) } ?? false) {
            throw .request(OAuthError(.invalidScope, "scope is more than was given"))
        }
        guard resources.allSatisfy({ asked in record.terms.resources.contains { $0.hasSameBytes(as: asked) } }) else {
            throw .request(OAuthError(.invalidTarget, "a resource was not given"))
        }
        guard let refresh = try? OpaqueToken(making: .refreshToken), let next = hasher.hash(refresh) else {
            throw .cannotSign
        }
        record.ticket.hash = next
        record.ticket.revision &+= 1
        let terms = TokenTerms(
            client: client, scope: scope ?? record.terms.scope,
            resources: resources.isEmpty ? record.terms.resources : resources, now: now)
        let access = try accessToken(of: record, owner: owner, terms, from: source(context.remoteAddress))
        let idToken = try idToken(of: record, owner: owner, terms, accessToken: access.token, nonce: nil)
        let answer = TokenResponse(
            accessToken: access.token, expiresIn: access.expiresIn, refreshToken: refresh.secret, scope: access.scope,
            idToken: idToken)
        let claim = SingleUse(
            kind: .refreshToken, authority: Hexadecimal.text(hash.bytes), key: record.id.rawValue,
            until: record.ticket.expiresAt.adding(seconds: 60))
        let event = authorizationEvent(
            .authorizationRefreshed, record, actor: actor(owner, client), at: now, context: context,
            details: ["token": JSONValue(access.id)])
        let kept = try replay.reply(answer, at: now)
        do throws(StoreFailure) {
            try await store.commit(
                StoreTransaction(
                    changes: [.updateTicket(record.stored), .claim(claim), .rememberReply(kept, asOf: now)],
                    events: [event]))
        } catch {
            switch error {
            case .conflict, .alreadyUsed, .alreadyExists:
                return try await refreshedBefore(hash, replay, client: client, context: context)
            case .unavailable: throw .store(error)
            }
        }
        // No use of the session: an application that refreshes by timer says nothing of its person. One that shall go on
        // without them asks for `offline_access`.
        return answer
    }

    /// A refresh token that has a successor: soon after and with the same question, the same answer; otherwise it is in
    /// two hands, and the family ends.
    private func refreshedBefore(
        _ hash: TokenHash, _ replay: RefreshReplay, client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard let record = try await family(.refreshToken, hash) else { throw .grant(.unknown) }
        let stored: StoredReply?
        do throws(StoreFailure) {
            stored = try await store.reply(replay.key)
        } catch { throw .store(error) }
        if record.clientID.hasSameBytes(as: client.id), let stored, stored.until > time.now(),
            stored.request == replay.request, let answer = replay.answer(stored),
            // One whose successor was used got its answer, and then there are two who hold it.
            let next = answer.refreshToken.flatMap({ OpaqueToken(parsing: $0.reveal()) }),
            hasher.hash(next) == record.ticket.hash
        {
            _ = try owner(of: record, at: time.now())
            return answer
        }
        try await revoke(record, reason: GrantRefusal.replayed.rawValue, by: client, context: context)
        throw .grant(.replayed)
    }

    // MARK: Families

    /// The authorization that a used code or refresh token was of, while it lives.
    private func family(
        _ kind: SingleUse.Kind, _ hash: TokenHash
    ) async throws(AuthorizationFailure) -> AuthorizationRecord? {
        do throws(StoreFailure) {
            let ids = try await store.usedKeys(kind, authority: Hexadecimal.text(hash.bytes))
            return ids.first.flatMap { index.ticket(TicketID(unchecked: $0)) }.flatMap {
                AuthorizationRecord($0.ticket)
            }
        } catch { throw .store(error) }
    }

    /// Whose it is, while they may use it: enabled, and signed in unless it outlives that.
    func owner(of record: AuthorizationRecord, at now: Timestamp) throws(AuthorizationFailure) -> IndexedPrincipal {
        guard let id = record.ticket.principal, let owner = index.principal(id) else { throw .grant(.unknown) }
        switch refusal(ofOwner: owner) {
        case nil: break
        case .identityEnded: throw .grant(.identityEnded)
        default: throw .grant(.userDisabled)
        }
        if !record.terms.isOffline {
            guard let session = index.ticket(record.terms.session), refusal(ofSession: session, at: now) == nil else {
                throw .grant(.sessionEnded)
            }
        }
        return owner
    }

    /// Ends an authorization with all of its tokens.
    func revoke(
        _ record: AuthorizationRecord, reason: String?, by client: ClientRecord?, context: RequestContext
    ) async throws(AuthorizationFailure) {
        while let entry = index.ticket(record.id) {
            let event = authorizationEvent(
                .authorizationRevoked, record, reason: reason,
                actor: AuditEvent.Actor(name: client?.id ?? record.clientID), at: time.now(), context: context)
            do throws(StoreFailure) {
                return try await store.commit(
                    StoreTransaction(
                        changes: [.deleteTicket(record.id, revision: entry.ticket.revision)], events: [event]))
            } catch {
                // Refreshed in between, or gone.
                guard error == .conflict else { throw .store(error) }
            }
        }
    }

    func actor(_ owner: IndexedPrincipal, _ client: ClientRecord) -> AuditEvent.Actor {
        AuditEvent.Actor(
            principal: owner.principal.id.rawValue, name: owner.principal.name, credential: client.id)
    }
}
