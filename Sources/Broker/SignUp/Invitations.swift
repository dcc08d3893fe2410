package import AccessPolicy
import Identifiers
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// Invitations and the sign-up policy: what administrators do about sign-up.
extension Broker {
    package var signUpPolicy: SignUpPolicy {
        index.object(SignUpPolicy.objectID).map { SignUpPolicy($0) } ?? settings.signUp
    }

    package func changeSignUpPolicy(
        to policy: SignUpPolicy, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            guard policy.verification != .email || mail != nil else {
                throw .wrongState("verification by EMAIL needs 'mail' in gatehouse.yaml")
            }
            guard policy.mode != .domains || !policy.domains.isEmpty else {
                throw .invalid(field: "domains", reason: "is required for mode DOMAINS")
            }
            try checkGift(policy.roles, policy.groups, by: caller)
            let now = time.now()
            let change = StoredObject.put(
                policy.document, as: SignUpPolicy.objectID, over: index.object(SignUpPolicy.objectID), at: now)
            let event = directoryEvent(
                .settingsChanged, target: "signup", by: caller, at: now, context: context, details: policy.document)
            return ((), StoreTransaction(changes: [change], events: [event]))
        }
    }

    /// What is given to people who come later: there, and within what its giver holds.
    private func checkGift(
        _ roles: NamespaceAccess, _ groups: [String], by caller: Caller
    ) throws(DirectoryFailure) {
        try checkReferences(roles)
        let access = try self.groups(named: groups).reduce(roles) { $0.union($1.bindings) }
        try checkMayGrant(access, by: caller, "roles and groups of those who sign up")
    }

    /// In seconds: a quarter of an hour to 30 days.
    package static let invitationLives: ClosedRange<Int64> = 900...2_592_000
    /// At most so many at a time, open or used.
    package static let mostInvitations = 10_000

    package var invitations: [InvitationRecord] { index.objects(.invitation).compactMap { InvitationRecord($0) } }

    /// Makes an invitation; its token is shown this once.
    package func invite(
        _ email: String?, roles: NamespaceAccess, groups: [String], lifetime: Int64, by caller: Caller,
        context: RequestContext
    ) async throws(DirectoryFailure) -> (record: InvitationRecord, token: Secret) {
        if let email {
            try PersonRequest(
                email: email, firstName: "", lastName: "", management: .provider, roles: .none, groups: []
            ).checkEmail()
        }
        guard Self.invitationLives.contains(lifetime) else {
            throw .invalid(field: "expires_in", reason: "must be 900 to 2592000 seconds (30 days)")
        }
        return try await changingDirectory {
            () async throws(DirectoryFailure) -> ((record: InvitationRecord, token: Secret), StoreTransaction) in
            guard signUpPolicy.mode != .closed else {
                throw .wrongState("sign-up is CLOSED; set another mode in the sign-up policy")
            }
            if let email, index.person(email) != nil { throw .alreadyExists(kind: "user", name: email) }
            guard index.objects(.invitation).count < Self.mostInvitations else {
                throw .wrongState("there are \(Self.mostInvitations) invitations; revoke some, or wait until they end")
            }
            try checkGift(roles, groups, by: caller)
            let now = time.now()
            guard let token = try? OpaqueToken(making: .invitation), let hash = hasher.hash(token) else {
                throw .cannotMake
            }
            var record = InvitationRecord(
                hash, creator: caller.principal.id,
                expiresAt: now.adding(seconds: lifetime))
            (record.email, record.roles, record.groups, record.createdAt) = (email, roles, groups, now)
            let object = StoredObject(id: record.objectID, document: record.document, createdAt: now)
            let event = directoryEvent(
                .invitationCreated, target: record.name, by: caller, at: now, context: context,
                details: ["email": JSONValue(email), "groups": JSONValue(groups), "roles": roles.json])
            return ((record, token.secret), StoreTransaction(changes: [.insertObject(object)], events: [event]))
        }
    }

    package func revokeInvitation(
        _ name: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            guard let object = index.object(StoredObject.ID(.invitation, name)) else {
                throw .notFound(kind: "invitation", name: name)
            }
            let event = directoryEvent(
                .invitationRevoked, target: name, by: caller, at: time.now(), context: context)
            return (
                (), StoreTransaction(changes: [.deleteObject(object.id, revision: object.revision)], events: [event])
            )
        }
    }

    /// The invitation behind a token: open, and by somebody who could still give what it gives.
    func openInvitation(_ token: Secret, at now: Timestamp) -> (InvitationRecord, StoredObject)? {
        guard let opaque = OpaqueToken(parsing: token.reveal()), opaque.tokenClass == .invitation,
            let hash = hasher.hash(opaque),
            let object = index.object(StoredObject.ID(.invitation, InvitationRecord.name(hash))),
            let record = InvitationRecord(object),
            record.hash.hasSameBytes(as: Hexadecimal.text(hash.bytes)), record.isOpen(at: now),
            let creator = index.principal(record.creator), creator.record.isEnabled,
            let groups = try? self.groups(named: record.groups),
            roles.mayGrant(groups.reduce(record.roles) { $0.union($1.bindings) }, holding: creator.access)
        else { return nil }
        return (record, object)
    }
}
