import AccessPolicy
import Federation
import Identifiers
import Secrets
import StrictJSON
import Synchronization

/// What came of asking a provider whether a sign-in still stands.
enum SignInConfirmation: Hashable, Sendable {
    case stands
    /// The provider says no: the session is over, and what hangs on it.
    case ended
    /// The provider could not be asked; nothing has changed.
    case unanswered
}

/// Which sessions wait to be asked about, and which are asked about now: a provider's refresh token may be used once.
final class ConfirmationDesk: Sendable {
    private struct State {
        var waiting: Set<TicketID> = []
        var running: Set<TicketID> = []
        /// After a provider that did not answer.
        var notBefore: [TicketID: Timestamp] = [:]
    }

    private let state = Mutex(State())
    /// More are not remembered: their next use asks again.
    private static let mostWaiting = 10_000

    func ask(_ id: TicketID) {
        state.withLock { state in
            if state.waiting.count < Self.mostWaiting { state.waiting.insert(id) }
        }
    }

    func takeWaiting() -> [TicketID] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.sorted()
        }
    }

    /// Whether the provider may be asked now by whoever asks this.
    func begin(_ id: TicketID, at now: Timestamp) -> Bool {
        state.withLock { state in
            if let notBefore = state.notBefore[id], now < notBefore { return false }
            return state.running.insert(id).inserted
        }
    }

    func end(_ id: TicketID, retryAt: Timestamp?, now: Timestamp) {
        state.withLock { state in
            state.running.remove(id)
            state.notBefore = state.notBefore.filter { $0.value > now }
            state.notBefore[id] = retryAt
        }
    }
}

/// Asking the provider again, where it gave a refresh token (OpenID Connect Core §12): whoever left the organisation, or a
/// group there, does not stay for as long as a session may live.
extension Broker {
    /// Seconds between one word of the provider and the next, of a session that is in use.
    static let confirmationInterval: Int64 = 900
    /// Seconds without its word after which no new tokens are given.
    static let longestUnconfirmed: Int64 = 3600
    /// Seconds after which a provider that did not answer is asked again.
    private static let confirmationRetry: Int64 = 60
    private static let confirmationsAtOnce = 8

    /// Asks about the sessions that were used and whose provider has not been heard for long. Called once a second.
    package func confirmSignIns() async {
        let waiting = confirmations.takeWaiting()
        await withTaskGroup(of: Void.self) { group in
            for (index, id) in waiting.enumerated() {
                if index >= Self.confirmationsAtOnce { await group.next() }
                group.addTask { _ = await self.confirmSignIn(id) }
            }
        }
    }

    func confirmSignIn(_ id: TicketID) async -> SignInConfirmation {
        let now = time.now()
        guard let session = index.ticket(id).flatMap({ SessionRecord($0.ticket) }) else { return .ended }
        guard session.isConfirmable, now >= session.checkedAt.adding(seconds: Self.confirmationInterval) else {
            return .stands
        }
        guard confirmations.begin(id, at: now) else { return .unanswered }
        var answer = SignInConfirmation.unanswered
        defer {
            confirmations.end(
                id, retryAt: answer == .unanswered ? now.adding(seconds: Self.confirmationRetry) : nil, now: now)
        }
        guard let token = upstream(of: session).refreshToken, let name = try? ProviderName(session.origin.provider),
            let credential = clientCredential(for: name)
        else { return answer }
        do throws(SignInRefusal) {
            let identity = try await providers.refreshSignIn(
                name, refreshToken: token, subject: session.origin.subject, issuer: session.origin.issuer,
                credential: credential)
            answer = await record(identity, of: id)
        } catch {
            refusals.count(error.code)
            if error.endsTheSignIn { answer = await end(id, because: error.code) }
        }
        return answer
    }

    private static let confirming = RequestContext(requestID: "confirmation", remoteAddress: "")

    /// All sessions with that identity end, with what was allowed in them; and the identity is suspended, so that the
    /// person's credentials rest until the provider vouches for them again.
    private func end(_ id: TicketID, because reason: String) async -> SignInConfirmation {
        while let entry = index.ticket(id), let session = SessionRecord(entry.ticket) {
            let tickets = index.tickets(of: session.principal).map(\.ticket)
            let sessions = tickets.filter { SessionRecord($0)?.origin == session.origin }
            let ids = Set(sessions.map(\.id))
            var transaction = ending(
                sessions, by: AuditEvent.Actor(name: session.origin.subject, provider: session.provider),
                reason: reason, context: Self.confirming)
            // Those that outlive their session too.
            for ticket in tickets where !(ticket.parent.map(ids.contains) ?? false) {
                guard let session = AuthorizationRecord(ticket)?.terms.session, ids.contains(session) else { continue }
                transaction.changes.append(.deleteTicket(ticket.id, revision: ticket.revision))
            }
            let suspension = suspending(
                session.origin, because: reason, at: time.now(), context: Self.confirming)
            transaction.changes += suspension.changes
            transaction.events += suspension.events
            do throws(StoreFailure) {
                try await store.commit(transaction)
                return .ended
            } catch {
                guard error == .conflict || error == .alreadyExists else { return .unanswered }
            }
        }
        return .ended
    }

    /// What the provider says now takes the place of what it said, in the session and in what was allowed in it.
    private func record(_ identity: SignedInIdentity, of id: TicketID) async -> SignInConfirmation {
        while let entry = index.ticket(id), let session = SessionRecord(entry.ticket) {
            let now = time.now()
            let before = upstream(of: session)
            guard
                let sealed = try? sealUpstream(
                    idToken: identity.idToken ?? before.idToken,
                    refreshToken: identity.refreshToken ?? before.refreshToken, of: id),
                let document = session.confirmed(at: now, sealedUpstream: sealed)
            else { return .unanswered }
            let grants = identity.freshness == .confirmed ? entry.ticket.rights.grants : policyGrants(identity)
            var ticket = entry.ticket
            ticket.document = document
            ticket.revision &+= 1
            var transaction = StoreTransaction(changes: [], events: [])
            if grants != ticket.rights.grants {
                ticket.rights = ticket.rights.withGrants(grants)
                for var authorization in authorizations(of: id) {
                    authorization.ticket.rights = authorization.ticket.rights.withGrants(grants)
                    authorization.ticket.revision &+= 1
                    transaction.changes.append(.updateTicket(authorization.stored))
                }
                transaction.events.append(
                    AuditEvent(
                        time: now, action: .sessionConfirmed, outcome: .success,
                        actor: AuditEvent.Actor(name: session.origin.subject, provider: session.provider),
                        target: id.rawValue, requestID: Self.confirming.requestID,
                        details: [
                            "rights": ticket.rights.json, "user": JSONValue(session.principal.rawValue),
                        ]))
            }
            transaction.changes.append(.updateTicket(ticket))
            let reinstatement = reinstating(session.origin, at: now, context: Self.confirming)
            transaction.changes += reinstatement.changes
            transaction.events += reinstatement.events
            do throws(StoreFailure) {
                try await store.commit(transaction)
                return .stands
            } catch {
                guard error == .conflict else { return .unanswered }
            }
        }
        return .ended
    }

    /// What was allowed in a session, also when it outlives it.
    private func authorizations(of session: TicketID) -> [AuthorizationRecord] {
        guard let principal = index.ticket(session)?.ticket.principal else { return [] }
        return index.tickets(of: principal).compactMap { entry in
            guard let record = AuthorizationRecord(entry.ticket),
                record.terms.session == session
            else { return nil }
            return record
        }
    }

    /// What policies give somebody for what a provider says of them.
    func policyGrants(_ identity: SignedInIdentity) -> [PolicyGrant] {
        let decision = policies.current.decide(
            AccessRequest(
                provider: identity.provider, issuer: identity.issuer, subject: identity.subject,
                claims: identity.claims, credentialType: .session, audiences: [], scope: .everything))
        if case .granted(let grant) = decision.outcome { return grant.grants }
        return []
    }

    /// Before tokens are given anew: asks the provider when it is time, and answers the authorization as it is then.
    ///
    /// What policies gave for the provider's word ends with the session: without it nobody would ever ask again.
    func confirmed(
        _ record: AuthorizationRecord, at now: Timestamp
    ) async throws(AuthorizationFailure) -> AuthorizationRecord {
        guard let session = index.ticket(record.terms.session), now < session.ticket.expiresAt else {
            guard record.ticket.rights.grants.isEmpty else { throw .grant(.sessionEnded) }
            return record
        }
        guard now.milliseconds >= session.confirmAfter else { return record }
        switch await confirmSignIn(session.ticket.id) {
        case .ended: throw .grant(.sessionEnded)
        case .stands: break
        case .unanswered:
            let grace = Self.longestUnconfirmed - Self.confirmationInterval
            guard now < Timestamp(milliseconds: session.confirmAfter).adding(seconds: grace) else {
                throw .providerUnavailable
            }
        }
        guard let next = index.ticket(record.id).flatMap({ AuthorizationRecord($0.ticket) }) else {
            throw .grant(.sessionEnded)
        }
        return next
    }
}

extension CredentialRights {
    /// What policies granted at a sign-in.
    var grants: [PolicyGrant] {
        if case .signedIn(let grants, _) = self { grants } else { [] }
    }

    func withGrants(_ grants: [PolicyGrant]) -> CredentialRights {
        if case .signedIn(_, let ceiling) = self { .signedIn(grants, ceiling: ceiling) } else { self }
    }
}

extension SignInRefusal {
    /// Whether the provider said no to a refresh, and did not just fail to answer.
    fileprivate var endsTheSignIn: Bool {
        switch self {
        case .identityChanged, .userinfoSubjectMismatch, .userinfo: true
        // The second is GitHub's.
        case .tokenRefused(let error): ["invalid_grant", "bad_refresh_token"].contains(error.code)
        case .badAnswer(let endpoint, .status(401)): endpoint == .userinfo || endpoint == .profile
        default: false
        }
    }
}
