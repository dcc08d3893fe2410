import AccessPolicy
import Federation
import Identifiers
import OpenSSLCrypto
import StrictJSON

/// An identity that its provider does not stand behind any more: what hangs on it is refused until the person has signed
/// in with it again.
struct Suspension: Hashable, Sendable {
    let origin: Principal.Origin
    /// The code of the refusal.
    let cause: String

    init(_ origin: Principal.Origin, because cause: String) {
        self.origin = origin
        self.cause = cause
    }

    /// `nil` when it does not read.
    init?(_ object: StoredObject) {
        guard object.id.kind == .suspension, let provider = object.document["provider"]?.stringValue,
            let issuer = object.document["issuer"]?.stringValue,
            let subject = object.document["subject"]?.stringValue, let cause = object.document["cause"]?.stringValue
        else { return nil }
        self.init(Principal.Origin(provider: provider, issuer: issuer, subject: subject), because: cause)
    }

    static func id(of origin: Principal.Origin) -> StoredObject.ID {
        StoredObject.ID(.suspension, Hexadecimal.text(SHA2.sha256(origin.bytes)))
    }

    var document: JSONObject {
        [
            "cause": JSONValue(cause), "issuer": JSONValue(origin.issuer), "provider": JSONValue(origin.provider),
            "subject": JSONValue(origin.subject),
        ]
    }
}

extension Principal.Origin {
    /// The three in one, for digests: no two origins have the same bytes.
    var bytes: [UInt8] { [provider, issuer, subject].flatMap { Array("\($0.utf8.count):\($0)".utf8) } }
}

/// Credentials die with their identity, and come back with it: what was revoked stays revoked, because nothing here
/// touches a credential. Asked on every accepting path, of memory only.
extension Broker {
    /// Why nothing of somebody's is accepted; `nil` when it may be.
    func refusal(ofOwner owner: IndexedPrincipal) -> CredentialRefusal? {
        guard owner.record.isEnabled else { return .ownerDisabled }
        return isStanding(owner.principal) ? nil : .identityEnded
    }

    /// Somebody without any identity elsewhere is vouched for by administrators alone; of several, one is enough.
    func isStanding(_ principal: Principal, without provider: String? = nil) -> Bool {
        guard let origins = principal.origin.map({ [$0] }) ?? index.unsuspendedOrigins(of: principal.id) else {
            return true
        }
        return origins.contains { origin in
            !(provider.map(origin.provider.hasSameBytes) ?? false)
                && providers.vouches(for: origin.issuer, as: origin.provider)
        }
    }

    /// Its provider is there and is still the same, and has not said no.
    func isStanding(_ origin: Principal.Origin) -> Bool {
        providers.vouches(for: origin.issuer, as: origin.provider) && !index.isSuspended(origin)
    }

    /// That the provider says no of somebody: a change, and the event that tells of it.
    func suspending(
        _ origin: Principal.Origin, because cause: String, at now: Timestamp, context: RequestContext
    ) -> StoreTransaction {
        let id = Suspension.id(of: origin)
        let change = StoredObject.put(
            Suspension(origin, because: cause).document, as: id, over: index.object(id), at: now)
        return StoreTransaction(
            changes: [change], events: [standingEvent(.identitySuspended, origin, cause, at: now, context)])
    }

    /// That it vouches for them again; nothing when it never stopped.
    func reinstating(_ origin: Principal.Origin, at now: Timestamp, context: RequestContext) -> StoreTransaction {
        guard let object = index.object(Suspension.id(of: origin)) else { return StoreTransaction(events: []) }
        return StoreTransaction(
            changes: [.deleteObject(object.id, revision: object.revision)],
            events: [standingEvent(.identityReinstated, origin, nil, at: now, context)])
    }

    private func standingEvent(
        _ action: AuditEvent.Action, _ origin: Principal.Origin, _ cause: String?, at now: Timestamp,
        _ context: RequestContext
    ) -> AuditEvent {
        let user = index.principal(of: origin)?.rawValue ?? ""
        return AuditEvent(
            time: now, action: action, outcome: .success, reason: cause,
            actor: AuditEvent.Actor(name: origin.subject, provider: origin.provider), target: user,
            requestID: context.requestID,
            details: ["issuer": JSONValue(origin.issuer), "subject": JSONValue(origin.subject)])
    }
}
