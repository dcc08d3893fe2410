import AccessPolicy
import Federation
import Identifiers
import JOSE
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// What a browser brings back from its provider.
package struct SignInAnswer: Sendable {
    /// In the path of the callback.
    package let provider: String
    package let query: String
    /// Sealed, by the names under which they were given out.
    package let cookies: [(name: String, sealed: Secret)]
    /// The session that the browser has, which the new one takes the place of.
    package let session: [UInt8]?
    package let browser: BrowserContext

    package init(
        provider: String, query: String, cookies: [(name: String, sealed: Secret)], session: [UInt8]?,
        browser: BrowserContext
    ) {
        self.provider = provider
        self.query = query
        self.cookies = cookies
        self.session = session
        self.browser = browser
    }
}

/// Somebody has signed in.
package struct FinishedSignIn: Sendable {
    package let token: Secret
    package let session: SessionRecord
    package let returnTo: LocalTarget
    /// The cookie that is not needed any more.
    package let cookie: String
}

/// The end of a sign-in: from what the provider says to a session.
extension Broker {
    package func finishSignIn(_ answer: SignInAnswer) async throws(SignInFailure) -> FinishedSignIn {
        do throws(SignInFailure) {
            return try await finish(answer)
        } catch {
            if case .store = error { throw error }
            refusals.count(error.code)  // nobody is known yet, or nobody of ours
            throw error
        }
    }

    private func finish(_ answer: SignInAnswer) async throws(SignInFailure) -> FinishedSignIn {
        let now = time.now()
        let response: AuthorizationResponse
        do throws(SignInRefusal) { response = try AuthorizationResponse(query: answer.query) } catch {
            throw .provider(error)
        }
        guard let state = response.state else { throw .provider(.stateMissing) }
        let name = BegunSignIn.name(ofState: state.revealText())
        guard let cookie = answer.cookies.first(where: { $0.name.hasSameBytes(as: name) }),
            let begun = BegunSignIn.open(cookie.sealed, self), now < begun.expiresAt,
            begun.pending.provider.rawValue.hasSameBytes(as: answer.provider),
            Secret(utf8: begun.pending.state).matches(state),
            let credential = clientCredential(for: begun.pending.provider)
        else { throw .notBegun }
        // Before the code goes anywhere: of two who bring the same answer, one goes on.
        let claim = SingleUse(
            kind: .signIn, authority: begun.pending.provider.rawValue,
            key: Hexadecimal.text(SHA2.sha256(Array(begun.pending.state.utf8))),
            until: begun.expiresAt.adding(seconds: 60))
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: [.claim(claim)], events: []))
        } catch { throw error == .alreadyUsed ? .alreadyUsed : .store(error) }
        let identity: SignedInIdentity
        do throws(SignInRefusal) {
            identity = try await providers.finishSignIn(
                response, pending: begun.pending, credential: credential, callback: begun.pending.provider)
        } catch { throw error.isUnmetDemand ? .unmetDemand(error, returnTo: begun.returnTo) : .provider(error) }
        let (token, record) = try await startSession(
            identity, invitation: begun.invitation, replacing: answer.session, browser: answer.browser)
        return FinishedSignIn(token: token, session: record, returnTo: begun.returnTo, cookie: name)
    }

    /// One transaction: the user if they are new, their identity, the sign-in, the session, and the audit events.
    func startSession(
        _ identity: SignedInIdentity, invitation: Secret?, replacing old: [UInt8]?, browser: BrowserContext
    ) async throws(SignInFailure) -> (token: Secret, record: SessionRecord) {
        while true {
            let now = time.now()
            let arrival: Arrival
            do throws(SignInFailure) {
                arrival = try arrive(identity, invitation: invitation, at: now)
            } catch {
                throw try await answer(to: error, identity, browser, at: now)
            }
            guard let token = try? OpaqueToken(making: .session), let hash = hasher.hash(token),
                let signInID = try? RecordID.make("sin", at: now)
            else { throw .cannotMake }
            let principal = arrival.record.principal
            let (ticket, change) = try sessionTicket(
                identity, hash: hash, principal: principal.id, replacing: old, browser: browser, at: now)
            guard let record = SessionRecord(ticket) else { throw .cannotMake }
            var transaction = StoreTransaction(changes: arrival.changes, events: arrival.events(browser, at: now))
            transaction.changes += [
                .recordSignIn(
                    SignIn(
                        id: signInID, principal: principal.id, at: now, provider: identity.provider,
                        remoteAddress: browser.request.remoteAddress)),
                change,
            ]
            transaction.events.append(
                AuditEvent(
                    time: now, action: .signedIn, outcome: .success,
                    actor: AuditEvent.Actor(
                        principal: principal.id.rawValue, name: principal.name, provider: identity.provider),
                    target: ticket.id.rawValue, requestID: browser.request.requestID,
                    details: [
                        "address": JSONValue(browser.request.remoteAddress), "issuer": JSONValue(identity.issuer),
                        "rights": ticket.rights.json, "subject": JSONValue(identity.subject),
                    ]))
            let reinstatement = reinstating(identity.origin, at: now, context: browser.request)
            transaction.changes += reinstatement.changes
            transaction.events += reinstatement.events
            if let ended = replaced(old, by: principal.id) {
                let ending = ending(
                    [ended], by: AuditEvent.Actor(principal: principal.id.rawValue, name: principal.name),
                    reason: "session.replaced", context: browser.request)
                transaction.changes += ending.changes
                transaction.events += ending.events
            }
            do throws(StoreFailure) {
                try await store.commit(transaction)
                return (token.secret, record)
            } catch {
                // The same identity came in at the same time, or the session was ended in between: look again.
                guard error == .conflict || error == .alreadyExists else { throw .store(error) }
            }
        }
    }

    /// Whoever has to wait is put on the list first.
    private func answer(
        to failure: SignInFailure, _ identity: SignedInIdentity, _ browser: BrowserContext, at now: Timestamp
    ) async throws(SignInFailure) -> SignInFailure {
        guard case .awaitsApproval = failure, let name = try? ProviderName(identity.provider),
            let email = verifiedEmail(identity, provider: name)
        else { return failure }
        let waits = try await waitForApproval(identity, email: email, at: now, context: browser.request)
        return waits ? failure : .notAdmitted
    }

    /// The session that the browser has, when it is somebody else's: it ends.
    private func replaced(_ token: [UInt8]?, by principal: PrincipalID) -> Ticket? {
        guard let ticket = liveSession(token, at: time.now()), ticket.principal != principal else { return nil }
        return ticket
    }

    /// One that is over by itself is none: what hung on it must not come back with it.
    private func liveSession(_ token: [UInt8]?, at now: Timestamp) -> Ticket? {
        guard let token, let opaque = OpaqueToken(parsing: token), opaque.tokenClass == .session,
            let hash = hasher.hash(opaque), let entry = index.ticket(hash), entry.ticket.kind == .session,
            refusal(ofSession: entry, at: now) == nil
        else { return nil }
        return entry.ticket
    }

    /// A new session, or the one that the same person has in this browser with a new secret: what hangs on it stays.
    private func sessionTicket(
        _ identity: SignedInIdentity, hash: TokenHash, principal: PrincipalID, replacing old: [UInt8]?,
        browser: BrowserContext, at now: Timestamp
    ) throws(SignInFailure) -> (Ticket, StoreChange) {
        let before = liveSession(old, at: now).flatMap { $0.principal == principal ? $0 : nil }
        guard let id = before?.id ?? (try? RecordID.make("ses", at: now)).map({ TicketID(unchecked: $0) }) else {
            throw .cannotMake
        }
        let document = SessionRecord.document(
            of: identity, browser: browser,
            sealedUpstream: try sealUpstream(idToken: identity.idToken, refreshToken: identity.refreshToken, of: id),
            at: now)
        let ticket = Ticket(
            id: id, kind: .session, hash: hash, principal: principal, createdAt: before?.createdAt ?? now,
            expiresAt: now.adding(seconds: sessionLimits.absolute),
            rights: .signedIn(policyGrants(identity), ceiling: nil),
            context: AuthenticationContext(claims: identity.claims),
            document: document, revision: (before?.revision ?? 0) &+ 1)
        return (ticket, before == nil ? .insertTicket(ticket) : .updateTicket(ticket))
    }

    // MARK: What the provider is asked with later

    private static func upstreamContext(_ id: TicketID) -> [UInt8] { Array("session:\(id.rawValue)".utf8) }

    func sealUpstream(
        idToken: Secret?, refreshToken: Secret?, of id: TicketID
    ) throws(SignInFailure) -> [UInt8] {
        var object = JSONObject()
        if let token = idToken { object["id_token"] = JSONValue(token.revealText()) }
        if let token = refreshToken { object["refresh_token"] = JSONValue(token.revealText()) }
        guard !object.isEmpty else { return [] }
        do {
            return try sealing.seal(
                Secret(JSONValue.object(object).encoded()), context: Self.upstreamContext(id))
        } catch { throw .cannotMake }
    }

    /// The provider's ID token and refresh token behind a session, as far as it gave any.
    func upstream(of session: SessionRecord) -> (idToken: Secret?, refreshToken: Secret?) {
        guard !session.sealedUpstream.isEmpty,
            let text = try? sealing.open(session.sealedUpstream, context: Self.upstreamContext(session.ticket.id)),
            let object = try? JSONValue.parseObject(text.reveal(), limits: .document)
        else { return (nil, nil) }
        return (
            object["id_token"]?.stringValue.map { Secret(utf8: $0) },
            object["refresh_token"]?.stringValue.map { Secret(utf8: $0) }
        )
    }
}

extension SignedInIdentity {
    var origin: Principal.Origin { Principal.Origin(provider: provider, issuer: issuer, subject: subject) }
}
