package import AccessPolicy

/// A thing that can be used once: subject tokens, codes, states, nonces (security rule 8).
package struct SingleUse: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case subjectToken = "subject_token"
        /// Of `user_token`, by its `jti`.
        case userToken = "user_token"
        /// A sign-in that was begun, by its `state`.
        case signIn = "sign_in"
        /// Of providers that sign somebody out, by their `jti`.
        case logoutToken = "logout_token"
        /// By its hash; the key is the authorization that came of it.
        case authorizationCode = "authorization_code"
        /// One that a newer has taken the place of, by its hash; the key is its authorization.
        case refreshToken = "refresh_token"
        /// Of clients that prove themselves with a key (RFC 7523 §3), by its `jti`.
        case clientAssertion = "client_assertion"
    }

    package let kind: Kind
    /// The issuer or client that the key is unique within.
    package let authority: String
    package let key: String
    /// Kept until then: after it, the thing itself has expired.
    package let until: Timestamp

    package init(kind: Kind, authority: String, key: String, until: Timestamp) {
        self.kind = kind
        self.authority = authority
        self.key = key
        self.until = until
    }
}

/// An access token that was revoked before it expired, by its `jti`.
package struct RevokedToken: Hashable, Sendable {
    package let tokenID: String
    package let until: Timestamp

    package init(tokenID: String, until: Timestamp) {
        self.tokenID = tokenID
        self.until = until
    }
}

/// A certificate that was revoked before it expired: on the revocation list until then.
package struct RevokedCertificate: Hashable, Sendable {
    /// Lower-case hexadecimal.
    package let serial: String
    package let revokedAt: Timestamp
    package let until: Timestamp

    package init(serial: String, revokedAt: Timestamp, until: Timestamp) {
        self.serial = serial
        self.revokedAt = revokedAt
        self.until = until
    }
}

/// An answer that can be given again to the same question (`Idempotency-Key`), sealed: only who asks again can open it.
package struct StoredReply: Hashable, Sendable {
    /// Of the caller, the operation and the key that they sent.
    package let key: Digest32
    /// Of what was asked.
    package let request: Digest32
    package let sealed: [UInt8]
    package let until: Timestamp

    package init(key: Digest32, request: Digest32, sealed: [UInt8], until: Timestamp) {
        self.key = key
        self.request = request
        self.sealed = sealed
        self.until = until
    }
}

/// When a credential was last used, as gathered in memory and written now and then.
package struct CredentialUse: Hashable, Sendable {
    package let id: CredentialID
    /// With its present secret; `nil` when never.
    package let current: Timestamp?
    /// With the secret before it.
    package let previous: Timestamp?

    package init(id: CredentialID, current: Timestamp?, previous: Timestamp?) {
        self.id = id
        self.current = current
        self.previous = previous
    }
}

/// One change. A transaction is all of its changes or none.
package enum StoreChange: Hashable, Sendable {
    /// Fails with `.alreadyExists` when the id, the hash or the name in the namespace is taken.
    case insertCredential(CredentialRecord)
    /// Fails with `.conflict` unless the stored revision is `record.revision - 1`.
    case updateCredential(CredentialRecord)
    /// Fails with `.conflict` unless it is stored with exactly this revision.
    case deleteCredential(CredentialID, revision: Int64)
    /// Fails with `.alreadyExists` when the id or the login is taken.
    case insertPrincipal(PrincipalRecord)
    /// Does nothing when the id is there: a workload seen again.
    case ensurePrincipal(PrincipalRecord)
    /// Fails with `.conflict` unless the stored revision is `record.revision - 1`.
    case updatePrincipal(PrincipalRecord)
    /// With its memberships. Fails with `.conflict` when it is not there or still owns credentials.
    case deletePrincipal(PrincipalID)
    /// Idempotent. Fails with `.conflict` when the principal is not there.
    case addMember(group: String, PrincipalID)
    /// Idempotent.
    case removeMember(group: String, PrincipalID)
    /// Fails with `.alreadyExists` when one of the kind has the name.
    case insertObject(StoredObject)
    /// Fails with `.conflict` unless the stored revision is `object.revision - 1`.
    case updateObject(StoredObject)
    /// Fails with `.conflict` unless it is stored with exactly this revision.
    case deleteObject(StoredObject.ID, revision: Int64)
    /// Fails with `.alreadyUsed` when (kind, authority, key) is there.
    case claim(SingleUse)
    /// Idempotent.
    case revokeToken(RevokedToken)
    /// Fails with `.alreadyExists` when the name is there: for what happens once in the life of a store.
    case insertSetting(name: String, value: String)
    /// Idempotent.
    case insertNamespace(NamespaceName, createdAt: Timestamp)
    /// Idempotent: a serial is revoked once, the first time counts.
    case revokeCertificate(RevokedCertificate)
    /// Fails with `.alreadyExists` when there is an answer under that key that is not over at `asOf`.
    case rememberReply(StoredReply, asOf: Timestamp)
    /// Keeps the later of what is stored and what is given; nothing when the credential is gone.
    case recordUse(CredentialUse)
    /// With the principal's last one. Fails with `.conflict` when they are not there.
    case recordSignIn(SignIn)
    /// Fails with `.alreadyExists` when the id or the hash is taken, with `.conflict` when the principal is gone.
    case insertTicket(Ticket)
    /// Fails with `.conflict` unless the stored revision is `ticket.revision - 1`.
    case updateTicket(Ticket)
    /// Fails with `.conflict` unless it is stored with exactly this revision.
    case deleteTicket(TicketID, revision: Int64)
    /// Keeps the later of what is stored and what is given; nothing when the ticket is gone.
    case recordTicketUse(TicketUse)
    /// Fails with `.alreadyExists` when the identity is somebody's, with `.conflict` when the principal is gone.
    case linkIdentity(IdentityLink)
    /// Idempotent.
    case unlinkIdentity(Principal.Origin)
    /// Of a directory's users and groups.
    case provision(ProvisioningChange)
}

extension StoreChange {
    var isOfProvider: Bool {
        switch self {
        case .insertObject(let object), .updateObject(let object): object.id.kind == .provider
        case .deleteObject(let id, _): id.kind == .provider
        default: false
        }
    }
}

/// What is written together: changes and the audit events that tell of them (security rule 12).
package struct StoreTransaction: Sendable {
    package var changes: [StoreChange]
    package var events: [AuditEvent]

    package init(changes: [StoreChange] = [], events: [AuditEvent]) {
        self.changes = changes
        self.events = events
    }
}

package enum StoreFailure: Error, Hashable, Sendable {
    /// The database cannot commit, or cannot be read: nothing was changed. The text is for the log.
    case unavailable(String)
    /// A single-use thing was used before.
    case alreadyUsed
    case alreadyExists
    /// Somebody else changed it in between, or it is gone.
    case conflict
}
