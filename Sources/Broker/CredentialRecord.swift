package import AccessPolicy
import Identifiers

/// The id of a credential: `cred_` and 22 of base62, the first 8 for the time it was made.
package struct CredentialID: ByteIdentifier {
    package let rawValue: String
    package init(unchecked text: String) { rawValue = text }
}

/// What a credential was made from. Recorded as parent (the thing presented) and root (the first of the chain), so that
/// everything can be found, and refused, that grew from one identity.
package enum CredentialSource: Hashable, Sendable {
    /// An outside issuer's token: hex of the SHA-256 of its signing input.
    case subjectToken(String)
    /// A credential of ours: its id, or the `jti` of an access token.
    case credential(String)
    case session(String)
    /// The first administrator's token, made before anybody could ask for it.
    case bootstrap

    /// As stored and audited: `subject_token:<hex>`.
    package var text: String {
        switch self {
        case .subjectToken(let digest): "subject_token:" + digest
        case .credential(let id): "credential:" + id
        case .session(let id): "session:" + id
        case .bootstrap: "bootstrap"
        }
    }

    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("subject_token", 2): self = .subjectToken(parts[1])
        case ("credential", 2): self = .credential(parts[1])
        case ("session", 2): self = .session(parts[1])
        case ("bootstrap", 1): self = .bootstrap
        default: return nil
        }
    }
}

/// Where the rights of a credential come from at use time (security rule 9).
package enum CredentialRights: Hashable, Sendable {
    /// The owner's roles as they stand, as far as they lie within the ceiling (`nil`: all of them).
    case owner(ceiling: NamespaceAccess?)
    /// What policies granted at the exchange, each intersected with that policy as it stands now.
    case policies([PolicyGrant], types: Set<CredentialType>)
    /// Of somebody who is signed in: their own roles, and what policies granted at the sign-in, each intersected with that
    /// policy as it stands now; all of it within the ceiling.
    case signedIn([PolicyGrant], ceiling: NamespaceAccess?)

    /// What may outlive the sign-in: the roles that are the owner's own, without what policies granted because a provider
    /// said so then.
    var lasting: CredentialRights {
        if case .signedIn(_, let ceiling) = self { .owner(ceiling: ceiling) } else { self }
    }
}

/// One credential as stored. Never its secret.
package struct CredentialRecord: Hashable, Sendable {
    package let id: CredentialID
    /// Where it lives and lists; `system` for clients of the original API. In an application namespace its rights are
    /// confined to that one.
    package let namespace: NamespaceName
    /// Unique in its namespace; the asked name and a suffix.
    package let name: String
    package let type: CredentialType
    package let owner: PrincipalID
    /// Who made it: the owner of a personal credential, an administrator for a service credential.
    package let creator: PrincipalID
    package var proof: CredentialProof
    /// For kubeconfigs.
    package let target: KubernetesTarget?
    package let createdAt: Timestamp
    package var expiresAt: Timestamp
    /// Nothing moves `expiresAt` behind it: what was made from something that ends, ends with it (security rule 9).
    package let lifetimeEndsAt: Timestamp?
    /// The flag that activation flips. Usable means: this, not expired, not marked, owner enabled.
    package var isActive: Bool
    /// Set by bulk revoke: unusable at once, removed later.
    package var markedForDeletionAt: Timestamp?
    package var rights: CredentialRights
    package let parent: CredentialSource
    package let root: CredentialSource
    /// How its owner proved at the root who they are, for authentication policies.
    package let context: AuthenticationContext?
    /// When the clean-up may remove it.
    package var removableAt: Timestamp
    /// Counts changes, from 1; a change states which one it saw.
    package var revision: Int64

    package init(
        id: CredentialID, namespace: NamespaceName, name: String, type: CredentialType, owner: PrincipalID,
        creator: PrincipalID? = nil, proof: CredentialProof, target: KubernetesTarget? = nil, createdAt: Timestamp,
        expiresAt: Timestamp, lifetimeEndsAt: Timestamp? = nil, isActive: Bool = true,
        markedForDeletionAt: Timestamp? = nil, rights: CredentialRights, parent: CredentialSource,
        root: CredentialSource, context: AuthenticationContext? = nil, removableAt: Timestamp, revision: Int64 = 1
    ) {
        self.id = id
        self.namespace = namespace
        self.name = name
        self.type = type
        self.owner = owner
        self.creator = creator ?? owner
        self.proof = proof
        self.target = target
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lifetimeEndsAt = lifetimeEndsAt
        self.isActive = isActive
        self.markedForDeletionAt = markedForDeletionAt
        self.rights = rights
        self.parent = parent
        self.root = root
        self.context = context
        self.removableAt = removableAt
        self.revision = revision
    }
}
