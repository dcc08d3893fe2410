import AccessPolicy
import Identifiers

/// The bounds within which a credential's end may be set.
package struct LifetimeRule: Hashable, Sendable {
    /// The most days that one request may ask for.
    package let maximumDays: Int64
    /// Days from its making within which all renewals must stay.
    package let maximumLifetimeDays: Int64?
    /// Nothing that this caller makes, renews or activates ends later.
    package let ceiling: Timestamp?
    /// What the namespace's authentication policies allow, renewals included.
    package let policy: PolicyBound?

    /// How long a credential may live at most, and which authentication policy says so.
    package struct PolicyBound: Hashable, Sendable {
        package let seconds: Int64
        package let policy: String

        var refusal: CredentialFailure {
            .invalid(
                field: "expiration_days",
                reason: "is too much: authentication policy '\(policy)' allows \(seconds) s in all")
        }
    }

    package init(
        maximumDays: Int64, maximumLifetimeDays: Int64?, ceiling: Timestamp?, policy: PolicyBound? = nil
    ) {
        self.maximumDays = maximumDays
        self.maximumLifetimeDays = maximumLifetimeDays
        self.ceiling = ceiling
        self.policy = policy
    }

    /// Days that are asked for, within the tenant's maximum.
    package func checked(_ days: Int64, what: String, minimum: Int64 = 1) throws(CredentialFailure) -> Int64 {
        guard days >= minimum, days <= maximumDays else {
            throw .invalid(
                field: "expiration_days",
                reason: "must be \(minimum) to \(maximumDays), the tenant's maximum for \(what)")
        }
        return days
    }

    /// When a new one ends. Absent and 0 are the default.
    func endOfNew(days asked: Int64?, what: String, at now: Timestamp) throws(CredentialFailure) -> Timestamp {
        let most = min(maximumDays, maximumLifetimeDays ?? maximumDays)
        let days = try checked(
            asked.flatMap { $0 == 0 ? nil : $0 } ?? min(TenantSettings.defaultDays, most), what: what)
        guard days <= most else {
            throw .invalid(
                field: "expiration_days",
                reason: "must be 1 to \(most), the tenant's maximum lifetime (max_lifetime_days)")
        }
        var end = now.adding(seconds: days * 86_400)
        if let policy {
            let last = now.adding(seconds: policy.seconds)
            // What was asked for is refused; what was not said is cut.
            guard end <= last || (asked ?? 0) == 0 else { throw policy.refusal }
            end = min(end, last)
        }
        return ceiling.map { min($0, end) } ?? end
    }

    /// When a renewed one ends: days from now, not from its old end (contract README §3).
    func endOfRenewed(_ record: CredentialRecord, days: Int64, at now: Timestamp) throws(CredentialFailure) -> Timestamp
    {
        let days = try checked(days, what: record.type.rawValue, minimum: 0)
        let end = now.adding(seconds: days * 86_400)
        if let maximumLifetimeDays {
            let last = record.createdAt.adding(seconds: maximumLifetimeDays * 86_400)
            guard end <= last || days == 0 else {
                throw .invalid(
                    field: "expiration_days",
                    reason:
                        "must end by \(RFC3339.text(last)): the tenant allows \(maximumLifetimeDays) days in all, renewals included"
                )
            }
        }
        if let policy, days > 0, end > record.createdAt.adding(seconds: policy.seconds) { throw policy.refusal }
        if let limit = record.lifetimeEndsAt, end > limit {
            throw .wrongState("it ends with what it was made from, at \(RFC3339.text(limit))")
        }
        if let ceiling, end > ceiling {
            throw .notPermitted(
                "the credential you call with ends at \(RFC3339.text(ceiling)), and renews nothing past that")
        }
        return end
    }
}

/// What can happen to a stored credential. Each is a pure function of the record, so that concurrent ones are decided by
/// the store's revision and leave one history.
package enum CredentialTransition: Hashable, Sendable {
    /// Flips what `active` shows (contract README §3): not idempotent.
    case flip
    /// A new end in so many days; 0 ends it now. The secret stays the same.
    case renew(days: Int64)
    /// A new secret; the old one is good for `grace` seconds more.
    case rotate(to: TokenHash, grace: Int64, days: Int64?)
    /// Ends the old secret of a rotation before its deadline. `lastUse`: when it was last seen.
    case retire(lastUse: Timestamp?, isForced: Bool)
    /// Unusable at once, removed later.
    case mark
    /// Other rights for a service credential: only the time of the change is the record's own.
    case touch

    /// A secret that was used this many seconds ago is still in use.
    static let stillInUse: Int64 = 3600

    package func applied(
        to record: CredentialRecord, rule: LifetimeRule, at now: Timestamp
    ) throws(CredentialFailure) -> CredentialRecord {
        guard record.markedForDeletionAt == nil else { throw .wrongState("it is marked for deletion") }
        var next = record
        next.revision = record.revision &+ 1
        switch self {
        case .flip:
            next.isActive = !record.isUsable(at: now)
            if next.isActive, let ceiling = rule.ceiling, record.expiresAt > ceiling {
                throw .notPermitted(
                    "the credential you call with ends at \(RFC3339.text(ceiling)), and activates nothing that ends later"
                )
            }
        case .renew(let days):
            try Self.checkRenewable(record)
            next.setEnd(try rule.endOfRenewed(record, days: days, at: now))
        case .rotate(let hash, let grace, let days):
            guard case .token(let token) = record.proof else {
                throw .wrongState("\(record.type.rawValue) has no secret that can be rotated; create a new one")
            }
            guard record.isActive else { throw .wrongState("it is inactive; activate it first") }
            guard token.livePrevious(at: now) == nil else {
                throw .wrongState("a rotation is under way; retire the old secret first")
            }
            if let days {
                try Self.checkRenewable(record)
                next.setEnd(try rule.endOfRenewed(record, days: days, at: now))
            }
            guard next.expiresAt > now else { throw .wrongState("it is expired; renew it with expiration_days") }
            if let ceiling = rule.ceiling, next.expiresAt > ceiling {
                throw .notPermitted("the credential you call with ends earlier than this one")
            }
            let retiresAt = min(now.adding(seconds: grace), next.expiresAt)
            let previous =
                grace == 0
                ? nil : TokenGenerations.Previous(hash: token.hash, madeAt: token.madeAt, retiresAt: retiresAt)
            next.proof = .token(
                TokenGenerations(hash: hash, generation: token.generation &+ 1, madeAt: now, previous: previous))
        case .retire(let lastUse, let isForced):
            guard case .token(let token) = record.proof, token.livePrevious(at: now) != nil else {
                throw .wrongState("there is no old secret that is still good")
            }
            if !isForced, let lastUse, now < lastUse.adding(seconds: Self.stillInUse) {
                throw .wrongState(
                    "the old secret is still used, last at \(RFC3339.text(lastUse)); move that client first, or set force"
                )
            }
            next.proof = .token(TokenGenerations(hash: token.hash, generation: token.generation, madeAt: token.madeAt))
        case .mark:
            next.markedForDeletionAt = now
            next.isActive = false
            next.removableAt = now
        case .touch: break
        }
        return next
    }

    /// Tokens that are active, and not those that policies gave: these end with what they were exchanged for.
    private static func checkRenewable(_ record: CredentialRecord) throws(CredentialFailure) {
        guard record.type == .apiToken || record.type == .serviceAPIToken else {
            throw .wrongState("\(record.type.rawValue) cannot be renewed; create a new one")
        }
        if case .policies = record.rights {
            throw .wrongState("it came from an exchange; exchange a fresh token instead of renewing it")
        }
        if case .subjectToken = record.root {
            throw .wrongState("it came from an exchange; exchange a fresh token instead of renewing it")
        }
        guard record.isActive else { throw .wrongState("it is inactive; activate it first") }
    }
}

extension CredentialRecord {
    /// Whether it opens anything, by its own state: what `active` shows.
    package func isUsable(at now: Timestamp) -> Bool {
        markedForDeletionAt == nil && isActive && now < expiresAt && !isPending
    }

    /// A certificate that is not signed yet: an intent, which nobody is told of.
    package var isPending: Bool { proof.certificate.map { $0.fingerprint == nil } ?? false }

    mutating func setEnd(_ end: Timestamp) {
        expiresAt = end
        removableAt = end.adding(seconds: CredentialRetention.ofRenewable)
    }
}
