package import AccessPolicy

/// A thing that can be used once: subject tokens, codes, states, nonces (security rule 8).
package struct SingleUse: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case subjectToken = "subject_token"
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

/// One change. A transaction is all of its changes or none.
package enum StoreChange: Hashable, Sendable {
    /// Fails with `.alreadyExists` when the id, the hash or the name in the namespace is taken.
    case insertCredential(CredentialRecord)
    /// Fails with `.conflict` unless the stored revision is `record.revision - 1`.
    case updateCredential(CredentialRecord)
    /// Fails with `.conflict` unless it is stored with exactly this revision.
    case deleteCredential(CredentialID, revision: Int64)
    /// Fails with `.alreadyExists` when the id is taken.
    case insertPrincipal(PrincipalRecord)
    /// Does nothing when the id is there: a workload seen again.
    case ensurePrincipal(PrincipalRecord)
    /// Fails with `.conflict` unless the stored revision is `record.revision - 1`.
    case updatePrincipal(PrincipalRecord)
    /// Fails with `.alreadyUsed` when (kind, authority, key) is there.
    case claim(SingleUse)
    /// Idempotent.
    case revokeToken(RevokedToken)
    /// Fails with `.alreadyExists` when the name is there: for what happens once in the life of a store.
    case insertSetting(name: String, value: String)
    /// Idempotent.
    case insertNamespace(NamespaceName, createdAt: Timestamp)
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
