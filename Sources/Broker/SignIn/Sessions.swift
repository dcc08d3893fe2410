package import AccessPolicy
import Federation
import Identifiers
import JOSE
package import Secrets
import StrictJSON

/// Sessions: who is signed in where, and how that ends.
extension Broker {
    /// `__Host-` says that nobody but this very host can have set it (RFC 6265bis §4.1.3.2); on http it could not be set.
    package var sessionCookieName: String {
        (settings.publicURL.hasPrefix("https://") ? "__Host-" : "") + "gatehouse_session"
    }

    /// Authenticates a request by the session in its cookie.
    package func authenticate(session token: [UInt8], from remoteAddress: String) throws(CredentialRefusal) -> Caller {
        let now = time.now()
        let accepted = try acceptSession(token, from: source(remoteAddress), at: now)
        guard case .session(let ticket) = accepted.kind else { throw .unknown }
        if let entry = index.ticket(ticket.id) {
            entry.lastUse.used(at: now)
            if now.milliseconds >= entry.confirmAfter { confirmations.ask(ticket.id) }
        }
        return accepted.caller(at: now)
    }

    /// What every session is asked (security rule 9).
    func acceptSession(
        _ bytes: [UInt8], from source: AuthenticationFacts.Source, at now: Timestamp
    ) throws(CredentialRefusal) -> AcceptedCredential {
        guard let token = OpaqueToken(parsing: bytes), let hash = hasher.hash(token) else { throw .malformed }
        guard token.tokenClass == .session else { throw .wrongClass }
        guard let (entry, owner) = index.ticketAndPrincipal(hash), entry.ticket.kind == .session else {
            throw .unknown
        }
        if let refusal = refusal(ofSession: entry, at: now) { throw refusal }
        if let refusal = refusal(ofOwner: owner) { throw refusal }
        let ticket = entry.ticket
        let held = access(ticket.rights, owner: owner, confinement: nil)
        let (access, withheld) = judge(held) { AuthenticationFacts(session: ticket, source: source) }
        return AcceptedCredential(
            kind: .session(ticket), owner: owner, held: held, access: access, withheld: withheld,
            rights: ticket.rights, root: .session(ticket.id.rawValue), expiresAt: ticket.expiresAt,
            context: ticket.context)
    }

    /// Why a session is over by itself; `nil` when it is not.
    func refusal(ofSession entry: IndexedTicket, at now: Timestamp) -> CredentialRefusal? {
        if now >= entry.ticket.expiresAt { return .expired }
        // Shortened by an administrator counts for those who are signed in too.
        if let voucher = entry.voucher, !providers.vouches(for: voucher.issuer, as: voucher.provider) {
            return .identityEnded
        }
        if now >= entry.lastUse.moment.adding(seconds: sessionLimits.idle) { return .idle }
        return nil
    }

    /// The session behind a cookie, for pages; `nil` when there is none that counts.
    package func session(_ token: [UInt8]?, from remoteAddress: String) -> SignedIn? {
        guard let token, let caller = try? authenticate(session: token, from: remoteAddress),
            let entry = index.ticket(TicketID(unchecked: caller.credentialID)),
            let record = SessionRecord(entry.ticket)
        else { return nil }
        return SignedIn(session: record, caller: caller, csrf: csrfToken(for: record.ticket.id))
    }

    /// Goes with every form and every changing request of a session. Only our own pages can read it.
    func csrfToken(for session: TicketID) -> Secret {
        Secret(utf8: Base64URL.encode(hasher.derived(Array("csrf:\(session.rawValue)".utf8)).reveal()))
    }

    /// The session that a caller uses, and the proof that goes with its forms; `nil` when it uses none.
    package func session(of caller: Caller) -> (record: SessionRecord, csrf: String)? {
        guard caller.mechanism == .session,
            let record = index.ticket(TicketID(unchecked: caller.credentialID)).flatMap({ SessionRecord($0.ticket) })
        else { return nil }
        return (record, csrfToken(for: record.ticket.id).revealText())
    }

    package func isCSRFToken(_ presented: Secret?, of caller: Caller) -> Bool {
        guard let presented, caller.mechanism == .session else { return false }
        return csrfToken(for: TicketID(unchecked: caller.credentialID)).matches(presented)
    }

    // MARK: Listing and ending

    /// Somebody's sessions that are not over, newest first, each with its last use.
    package func sessions(of principal: PrincipalID) -> [(record: SessionRecord, lastUse: Timestamp)] {
        let now = time.now()
        return index.tickets(of: principal).compactMap { entry in
            guard refusal(ofSession: entry, at: now) == nil, let record = SessionRecord(entry.ticket) else {
                return nil
            }
            return (record, entry.lastUse.moment)
        }.sorted { $0.record.startedAt > $1.record.startedAt }
    }

    /// Ends one of the caller's own sessions, with everything that hangs on it. Answers it as it was.
    @discardableResult
    package func endSession(
        _ id: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> SessionRecord {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (SessionRecord, StoreTransaction) in
            guard let entry = index.ticket(TicketID(unchecked: id)), let record = SessionRecord(entry.ticket),
                record.principal == caller.principal.id
            else { throw .notFound(kind: "session", name: id) }
            return (record, ending([entry.ticket], by: AuditEvent.Actor(caller), context: context))
        }
    }

    /// Ends all of the caller's own sessions but the one that asks, and what applications got in them.
    package func endOtherSessions(by caller: Caller, context: RequestContext) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let own = TicketID(unchecked: caller.credentialID)
            return (
                (),
                endingEverything(of: caller.principal.id, but: own, by: AuditEvent.Actor(caller), context: context)
            )
        }
    }

    /// Ends all sessions of somebody, and what applications got in them.
    package func endSessions(
        of email: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let person = try indexedPerson(email)
            try checkMayGrant(person.access, by: caller, "what this user holds")
            return (
                (),
                endingEverything(
                    of: person.principal.id, by: AuditEvent.Actor(caller), reason: "session.ended_by_administrator",
                    context: context)
            )
        }
    }

    /// Of somebody who is kept out: whoever stole a session or a refresh token has nothing when they are let in again.
    func endingEverything(
        of principal: PrincipalID, but session: TicketID? = nil, by actor: AuditEvent.Actor, reason: String? = nil,
        context: RequestContext
    ) -> StoreTransaction {
        let tickets = index.tickets(of: principal).map(\.ticket).filter { ticket in
            ticket.id != session && AuthorizationRecord(ticket).map { $0.terms.session != session } ?? true
        }
        let sessions = tickets.filter { $0.kind == .session }
        var transaction = ending(sessions, by: actor, reason: reason, context: context)
        let ended = Set(sessions.map(\.id))
        for ticket in tickets where ticket.kind != .session && !(ticket.parent.map(ended.contains) ?? false) {
            transaction.changes.append(.deleteTicket(ticket.id, revision: ticket.revision))
        }
        return transaction
    }

    /// Sessions, what hangs on them, and the events that tell of it.
    func ending(
        _ sessions: [Ticket], by actor: AuditEvent.Actor, reason: String? = nil, context: RequestContext
    ) -> StoreTransaction {
        let now = time.now()
        var transaction = StoreTransaction(events: [])
        for session in sessions {
            for child in index.tickets(endingWith: session.id) {
                transaction.changes.append(.deleteTicket(child.ticket.id, revision: child.ticket.revision))
            }
            transaction.changes.append(.deleteTicket(session.id, revision: session.revision))
            transaction.events.append(
                AuditEvent(
                    time: now, action: .sessionEnded, outcome: .success, reason: reason, actor: actor,
                    target: session.id.rawValue, requestID: context.requestID,
                    details: ["user": JSONValue(session.principal?.rawValue ?? "")]))
        }
        return transaction
    }
}

/// Who is signed in, on a page.
package struct SignedIn: Sendable {
    package let session: SessionRecord
    package let caller: Caller
    let csrf: Secret

    package var name: String { caller.principal.name }
    /// Who vouched at the last sign-in.
    package var provider: String { session.origin.provider }
    /// For the hidden field of a form.
    package var csrfText: String { csrf.revealText() }
}
