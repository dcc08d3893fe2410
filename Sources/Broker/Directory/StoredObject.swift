package import Identifiers
package import StrictJSON

/// A named thing that administrators make and change: a group, a role, a provider's switches, the tenant's settings.
///
/// The stores keep its document as it is and know only its name and revision, so that a new kind needs no new table. What
/// a document means is read in one place each (`GroupRecord`, `RoleRecord`, ...).
package struct StoredObject: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// An authentication policy: `<namespace>/<name>`.
        case authentication
        /// An OAuth client.
        case client
        /// What a person allowed a client: `<principal>/<client>`.
        case consent
        case group
        case invitation
        case namespace
        case provider
        case role
        case settings
        /// Somebody who asked to become a user.
        case signUp = "sign_up"
        /// An identity that its provider does not stand behind any more.
        case suspension
    }

    /// What it is found by.
    package struct ID: Hashable, Sendable {
        package let kind: Kind
        package let name: Key

        package init(_ kind: Kind, _ name: some StringProtocol) {
            self.kind = kind
            self.name = Key(name)
        }
    }

    package let id: ID
    package var document: JSONObject
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp
    /// Counts changes, from 1; a change states which one it saw.
    package var revision: Int64

    package init(
        id: ID, document: JSONObject, createdAt: Timestamp, modifiedAt: Timestamp? = nil, revision: Int64 = 1
    ) {
        self.id = id
        self.document = document
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt ?? createdAt
        self.revision = revision
    }

    package var name: String { id.name.rawValue }

    /// Makes it, or moves the one that is there on to its next revision.
    static func put(_ document: JSONObject, as id: ID, over before: StoredObject?, at now: Timestamp) -> StoreChange {
        before.map { .updateObject($0.replacing(document, at: now)) }
            ?? .insertObject(StoredObject(id: id, document: document, createdAt: now))
    }

    /// The next revision, with another document.
    package func replacing(_ document: JSONObject, at now: Timestamp) -> StoredObject {
        StoredObject(id: id, document: document, createdAt: createdAt, modifiedAt: now, revision: revision &+ 1)
    }
}
