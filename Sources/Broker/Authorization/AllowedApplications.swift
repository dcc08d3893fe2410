package import AccessPolicy
import Identifiers
import OAuth
import StrictJSON

/// A client that somebody allowed something: what it may, and since when.
package struct AllowedApplication: Sendable {
    package let clientID: String
    package let name: String
    /// Remembered consents and living authorizations together.
    package let scopes: [String]
    package let since: Timestamp
    /// When it last had tokens; `nil` when it holds none that live.
    package let lastUse: Timestamp?
}

/// What people allowed clients, seen and taken back by them.
extension Broker {
    /// By client id.
    package func applications(of principal: PrincipalID) -> [AllowedApplication] {
        let now = time.now()
        var scopes: [Key: Set<Key>] = [:]
        var since: [Key: Timestamp] = [:]
        var lastUse: [Key: Timestamp] = [:]
        for object in consents(of: principal) {
            let client = Key(Self.client(ofConsent: object))
            scopes[client, default: []].formUnion(Self.texts(object, "scopes").map { Key($0) })
            since[client] = object.createdAt
        }
        for (entry, record) in grantedAuthorizations(of: principal) where now < entry.ticket.expiresAt {
            let client = Key(record.clientID)
            scopes[client, default: []].formUnion((record.terms.scope?.tokens ?? []).map { Key($0) })
            since[client] = min(since[client] ?? entry.ticket.createdAt, entry.ticket.createdAt)
            lastUse[client] = max(lastUse[client] ?? entry.lastUse.moment, entry.lastUse.moment)
        }
        return scopes.keys.sorted().map { id in
            AllowedApplication(
                clientID: id.rawValue, name: client(id.rawValue)?.metadata.clientName ?? id.rawValue,
                scopes: (scopes[id] ?? []).sorted().map(\.rawValue), since: since[id] ?? now, lastUse: lastUse[id])
        }
    }

    /// Takes back all that the caller allowed a client: its tokens end, and they are asked the next time.
    package func withdraw(
        client id: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let now = time.now()
            let principal = caller.principal.id
            var transaction = StoreTransaction(events: [])
            for (entry, record) in grantedAuthorizations(of: principal) where record.clientID.hasSameBytes(as: id) {
                transaction.changes.append(.deleteTicket(entry.ticket.id, revision: entry.ticket.revision))
                transaction.events.append(
                    authorizationEvent(
                        .authorizationRevoked, record, actor: AuditEvent.Actor(caller), at: now, context: context))
            }
            for object in consents(of: principal) where Self.client(ofConsent: object).hasSameBytes(as: id) {
                transaction.changes.append(.deleteObject(object.id, revision: object.revision))
            }
            guard !transaction.changes.isEmpty else { throw .notFound(kind: "application", name: id) }
            transaction.events.append(
                AuditEvent(
                    time: now, action: .consentWithdrawn, outcome: .success, actor: AuditEvent.Actor(caller),
                    target: id, requestID: context.requestID,
                    details: ["user": JSONValue(principal.rawValue)]))
            return ((), transaction)
        }
    }

    private func grantedAuthorizations(
        of principal: PrincipalID
    ) -> [(entry: IndexedTicket, record: AuthorizationRecord)] {
        index.tickets(of: principal).compactMap { entry in
            guard let record = AuthorizationRecord(entry.ticket), record.stage == .granted else { return nil }
            return (entry, record)
        }
    }

    private func consents(of principal: PrincipalID) -> [StoredObject] {
        index.objects(.consent, beginningWith: principal.rawValue + "/")
    }

    private static func client(ofConsent object: StoredObject) -> String {
        String(object.name.drop { $0 != "/" }.dropFirst())
    }
}
