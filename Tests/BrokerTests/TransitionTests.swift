import AccessPolicy
import Broker
import GatehouseTesting
import Testing

/// Every transition on every state of a credential, as a table: a pure function, so no store and no clock.
@Suite struct TransitionTests {
    private static let now = Timestamp(seconds: 1_000_000)
    private static let day: Int64 = 86_400
    private static let rule = LifetimeRule(maximumDays: 90, maximumLifetimeDays: nil, ceiling: nil)

    private static func record(
        _ type: CredentialType = .apiToken, endsIn seconds: Int64 = day, isActive: Bool = true, isMarked: Bool = false,
        limit: Int64? = nil, root: CredentialSource = .bootstrap, previous: Int64? = nil
    ) -> CredentialRecord {
        var record = StoreFixtures.credential(1, type: type)
        var proof = record.proof
        if let previous, let old = StoreFixtures.hash(2), let hash = StoreFixtures.hash(1), type.form == .token {
            proof = .token(
                TokenGenerations(
                    hash: hash, generation: 2, madeAt: now,
                    previous: .init(hash: old, madeAt: now, retiresAt: now.adding(seconds: previous))))
        }
        record = CredentialRecord(
            id: record.id, namespace: .system, name: record.name, type: type, owner: record.owner, proof: proof,
            createdAt: now.adding(seconds: -10 * day), expiresAt: now.adding(seconds: seconds),
            lifetimeEndsAt: limit.map { now.adding(seconds: $0) }, isActive: isActive,
            markedForDeletionAt: isMarked ? now : nil, rights: .owner(ceiling: nil), parent: .bootstrap, root: root,
            removableAt: now)
        return record
    }

    private static let rotate = StoreFixtures.hash(7).map { CredentialTransition.rotate(to: $0, grace: 60, days: nil) }

    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let record: CredentialRecord
        let transition: CredentialTransition
        var rule = TransitionTests.rule
        /// A word of the refusal; `nil` when it goes through.
        var refusal: String?
        var check: @Sendable (CredentialRecord) -> Bool = { _ in true }
        var testDescription: String { what }
    }

    private static let rows: [Row] = [
        Row(what: "active becomes inactive", record: record(), transition: .flip) { !$0.isActive },
        Row(what: "inactive becomes active", record: record(isActive: false), transition: .flip) { $0.isActive },
        Row(what: "expired is reported inactive, so its flag goes on", record: record(endsIn: -1), transition: .flip) {
            $0.isActive
        },
        Row(what: "expired and inactive too", record: record(endsIn: -1, isActive: false), transition: .flip) {
            $0.isActive
        },
        Row(what: "marked is not flipped", record: record(isMarked: true), transition: .flip, refusal: "marked"),
        Row(what: "a certificate is flipped", record: record(.apiCertificate), transition: .flip) { !$0.isActive },
        Row(what: "renewal counts from now", record: record(), transition: .renew(days: 5)) {
            $0.expiresAt == now.adding(seconds: 5 * day)
        },
        Row(what: "renewal may shorten", record: record(endsIn: 50 * day), transition: .renew(days: 1)) {
            $0.expiresAt == now.adding(seconds: day)
        },
        Row(what: "0 days end it now", record: record(), transition: .renew(days: 0)) { $0.expiresAt == now },
        Row(what: "an expired one is renewed", record: record(endsIn: -day), transition: .renew(days: 5)),
        Row(what: "a service token is renewed", record: record(.serviceAPIToken), transition: .renew(days: 90)),
        Row(
            what: "an inactive one is not", record: record(isActive: false), transition: .renew(days: 5),
            refusal: "inactive"),
        Row(
            what: "a marked one is not", record: record(isMarked: true), transition: .renew(days: 5), refusal: "marked"),
        Row(
            what: "a certificate is not", record: record(.apiCertificate), transition: .renew(days: 5),
            refusal: "cannot be renewed"),
        Row(
            what: "a kubeconfig is not", record: record(.siteGlobalKubeConfig), transition: .renew(days: 5),
            refusal: "cannot be renewed"),
        Row(
            what: "a SCIM token is not", record: record(.scimAPIToken), transition: .renew(days: 5),
            refusal: "cannot be renewed"),
        Row(
            what: "what came from an exchange is not", record: record(root: .subjectToken("ab")),
            transition: .renew(days: 5), refusal: "exchange"),
        Row(
            what: "past the maximum is not", record: record(), transition: .renew(days: 91), refusal: "expiration_days"),
        Row(what: "a huge number is not", record: record(), transition: .renew(days: .max), refusal: "expiration_days"),
        Row(
            what: "a negative number is not", record: record(), transition: .renew(days: -1), refusal: "expiration_days"
        ),
        Row(
            what: "past what it was made from is not", record: record(limit: 2 * day), transition: .renew(days: 3),
            refusal: "ends with"),
        Row(what: "up to that is", record: record(limit: 3 * day), transition: .renew(days: 3)),
        Row(
            what: "past the whole lifetime is not", record: record(), transition: .renew(days: 11),
            rule: LifetimeRule(maximumDays: 90, maximumLifetimeDays: 20, ceiling: nil), refusal: "20 days in all"),
        Row(
            what: "within the whole lifetime is", record: record(), transition: .renew(days: 10),
            rule: LifetimeRule(maximumDays: 90, maximumLifetimeDays: 20, ceiling: nil)),
        Row(
            what: "past the caller's own end is not", record: record(), transition: .renew(days: 2),
            rule: LifetimeRule(maximumDays: 90, maximumLifetimeDays: nil, ceiling: now.adding(seconds: day)),
            refusal: "renews nothing"),
        Row(
            what: "nor is it activated", record: record(endsIn: 2 * day, isActive: false), transition: .flip,
            rule: LifetimeRule(maximumDays: 90, maximumLifetimeDays: nil, ceiling: now.adding(seconds: day)),
            refusal: "activates nothing"),
        Row(
            what: "but deactivated", record: record(endsIn: 2 * day), transition: .flip,
            rule: LifetimeRule(maximumDays: 90, maximumLifetimeDays: nil, ceiling: now.adding(seconds: day))
        ) { !$0.isActive },
        Row(what: "a rotation keeps the end and counts on", record: record(), transition: rotate ?? .touch) {
            $0.proof.token?.generation == 2 && $0.proof.token?.previous?.retiresAt == now.adding(seconds: 60)
                && $0.expiresAt == now.adding(seconds: day)
        },
        Row(what: "a grace never outlasts the credential", record: record(endsIn: 30), transition: rotate ?? .touch) {
            $0.proof.token?.previous?.retiresAt == now.adding(seconds: 30)
        },
        Row(
            what: "an expired one is not rotated", record: record(endsIn: 0), transition: rotate ?? .touch,
            refusal: "expired"),
        Row(
            what: "an inactive one is not rotated", record: record(isActive: false), transition: rotate ?? .touch,
            refusal: "inactive"),
        Row(
            what: "a certificate is not rotated", record: record(.kubeConfig), transition: rotate ?? .touch,
            refusal: "no secret"),
        Row(
            what: "one rotation at a time", record: record(previous: 1), transition: rotate ?? .touch,
            refusal: "under way"),
        Row(what: "after the deadline another", record: record(previous: 0), transition: rotate ?? .touch) {
            $0.proof.token?.generation == 3
        },
        Row(
            what: "an unused old secret retires", record: record(previous: 9),
            transition: .retire(lastUse: nil, isForced: false)
        ) {
            $0.proof.token?.previous == nil
        },
        Row(
            what: "a used one does not", record: record(previous: 9),
            transition: .retire(lastUse: now.adding(seconds: -3599), isForced: false), refusal: "still used"),
        Row(
            what: "one that was used long ago does", record: record(previous: 9),
            transition: .retire(lastUse: now.adding(seconds: -3600), isForced: false)),
        Row(what: "force ends it", record: record(previous: 9), transition: .retire(lastUse: now, isForced: true)),
        Row(
            what: "nothing to retire", record: record(), transition: .retire(lastUse: nil, isForced: true),
            refusal: "no old secret"),
        Row(what: "marking ends it", record: record(), transition: .mark) {
            !$0.isUsable(at: now) && $0.removableAt == now
        },
        Row(what: "marking twice", record: record(isMarked: true), transition: .mark, refusal: "marked"),
    ]

    @Test(arguments: rows)
    func transition(_ row: Row) {
        do throws(CredentialFailure) {
            let next = try row.transition.applied(to: row.record, rule: row.rule, at: Self.now)
            #expect(row.refusal == nil, "went through")
            #expect(next.revision == row.record.revision + 1)
            #expect(row.check(next), "\(next)")
        } catch {
            let text = "\(error)"
            #expect(row.refusal.map { text.contains($0) } ?? false, "\(text)")
        }
    }
}
