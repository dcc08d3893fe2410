package import AccessPolicy
import Identifiers

/// The id of a ticket: `ses_…`, `aut_…` or `dev_…`.
package struct TicketID: ByteIdentifier {
    package let rawValue: String
    package init(unchecked text: String) { rawValue = text }
}

/// Something that a secret opens until it ends, and that is no credential of the API: the session of a browser, what a
/// client was allowed (a code, and then a line of refresh tokens), a device that waits to be let in.
///
/// The stores keep its document as it is; what it means is read in one place each (`SessionRecord`, ...).
package struct Ticket: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case session
        case authorization
        case device

        var prefix: String {
            switch self {
            case .session: "ses"
            case .authorization: "aut"
            case .device: "dev"
            }
        }
    }

    package let id: TicketID
    package let kind: Kind
    /// Of the secret that opens it now.
    package var hash: TokenHash
    /// Whose it is; `nil` for a device that nobody has let in yet.
    package var principal: PrincipalID?
    /// The OAuth client, where there is one.
    package let client: String?
    /// The session that it ends with.
    package var parent: TicketID?
    package let createdAt: Timestamp
    package var expiresAt: Timestamp
    /// What it gives, evaluated when it is used.
    package var rights: CredentialRights
    /// How its person proved who they are.
    package var context: AuthenticationContext?
    /// JSON. As bytes, because there may be hundreds of thousands in memory and few are read.
    package var document: [UInt8]
    /// Counts changes, from 1; a change states which one it saw.
    package var revision: Int64

    package init(
        id: TicketID, kind: Kind, hash: TokenHash, principal: PrincipalID?, client: String? = nil,
        parent: TicketID? = nil, createdAt: Timestamp, expiresAt: Timestamp, rights: CredentialRights,
        context: AuthenticationContext? = nil, document: [UInt8], revision: Int64 = 1
    ) {
        self.id = id
        self.kind = kind
        self.hash = hash
        self.principal = principal
        self.client = client
        self.parent = parent
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.rights = rights
        self.context = context
        self.document = document
        self.revision = revision
    }
}

/// When a ticket was last used, as gathered in memory and written now and then.
package struct TicketUse: Hashable, Sendable {
    package let id: TicketID
    package let at: Timestamp

    package init(id: TicketID, at: Timestamp) {
        self.id = id
        self.at = at
    }
}

/// That an identity of a provider is one of our users (security rule 6): all three of provider, issuer and subject.
package struct IdentityLink: Hashable, Sendable {
    package let origin: Principal.Origin
    package let principal: PrincipalID
    package let linkedAt: Timestamp

    package init(origin: Principal.Origin, principal: PrincipalID, linkedAt: Timestamp) {
        self.origin = origin
        self.principal = principal
        self.linkedAt = linkedAt
    }
}
