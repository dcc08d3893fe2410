package import AccessPolicy
package import Identifiers
import SCIM
package import StrictJSON

/// What is kept of a user that a directory provisions, beside the person that it is (decision 25).
package struct ProvisionedUser: Hashable, Sendable {
    /// The person's.
    package let id: PrincipalID
    /// By which it is unique and found: `CaseFolding` of its `userName`.
    package var userNameKey: Key
    package var externalID: String?
    /// `CaseFolding` of every e-mail address, each once.
    package var emailKeys: [Key]
    /// As the person's `isEnabled`; kept here too, so that a listing can ask for it.
    package var isActive: Bool
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp
    /// Counts changes, from 1: the version that clients see.
    package var revision: Int64
    /// The attributes as the schemas have them.
    package var document: JSONObject

    package init(
        id: PrincipalID, userNameKey: Key, externalID: String?, emailKeys: [Key], isActive: Bool, createdAt: Timestamp,
        modifiedAt: Timestamp, revision: Int64, document: JSONObject
    ) {
        self.id = id
        self.userNameKey = userNameKey
        self.externalID = externalID
        self.emailKeys = emailKeys
        self.isActive = isActive
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.revision = revision
        self.document = document
    }

    /// One that is new.
    init(_ resource: UserResource, id: PrincipalID, at now: Timestamp) {
        self.init(
            id: id, userNameKey: resource.userNameKey, externalID: resource.externalID,
            emailKeys: Self.emailKeys(resource.attributes), isActive: resource.isActive, createdAt: now,
            modifiedAt: now,
            revision: 1, document: resource.attributes)
    }

    /// The next revision, with other attributes. Whoever is kept out is let in only by a request that says so: removing
    /// `active` does not.
    func replacing(_ resource: UserResource, at now: Timestamp) -> ProvisionedUser {
        ProvisionedUser(
            id: id, userNameKey: resource.userNameKey, externalID: resource.externalID,
            emailKeys: Self.emailKeys(resource.attributes),
            isActive: resource.attributes["active"]?.boolValue ?? isActive, createdAt: createdAt,
            modifiedAt: now,
            revision: revision &+ 1, document: resource.attributes)
    }

    package static func emailKeys(_ attributes: JSONObject) -> [Key] {
        let values = attributes["emails"]?.arrayValue ?? []
        return Set(values.compactMap { $0["value"]?.stringValue }.map { Key(CaseFolding.key($0)) }).sorted()
    }

    /// What clients see, with what an administrator may have changed since: whether the person is let in. Not checked
    /// again: a listing shows many.
    package var attributes: JSONObject {
        var attributes = document
        if let said = attributes["active"]?.boolValue, said != isActive { attributes["active"] = .bool(isActive) }
        return attributes
    }

    /// The same, to be changed.
    func resource() throws(SCIMError) -> UserResource { try UserResource(attributes: attributes) }
}

/// What is kept of a group that a directory provisions, beside the group that it is. Its members are the group's.
package struct ProvisionedGroup: Hashable, Sendable {
    /// `grp_…`
    package let id: String
    /// Of the group that roles are bound to: it stays when the group is renamed.
    package let name: Key
    /// `CaseFolding` of its `displayName`.
    package var displayNameKey: Key
    package var externalID: String?
    package let createdAt: Timestamp
    package var modifiedAt: Timestamp
    /// Counts changes, of members too.
    package var revision: Int64
    package var document: JSONObject

    package init(
        id: String, name: Key, displayNameKey: Key, externalID: String?, createdAt: Timestamp, modifiedAt: Timestamp,
        revision: Int64, document: JSONObject
    ) {
        self.id = id
        self.name = name
        self.displayNameKey = displayNameKey
        self.externalID = externalID
        self.createdAt = createdAt
        self.modifiedAt = modifiedAt
        self.revision = revision
        self.document = document
    }

    init(_ group: GroupAttributes, id: String, name: Key, at now: Timestamp) {
        self.init(
            id: id, name: name, displayNameKey: Key(CaseFolding.key(group.displayName)), externalID: group.externalID,
            createdAt: now, modifiedAt: now, revision: 1, document: group.attributes)
    }

    func replacing(_ group: GroupAttributes, at now: Timestamp) -> ProvisionedGroup {
        ProvisionedGroup(
            id: id, name: name, displayNameKey: Key(CaseFolding.key(group.displayName)), externalID: group.externalID,
            createdAt: createdAt, modifiedAt: now, revision: revision &+ 1, document: group.attributes)
    }
}

/// A change of what is provisioned: one of those of a transaction.
package enum ProvisioningChange: Hashable, Sendable {
    /// Fails with `.alreadyExists` when the id or the user name is taken, with `.conflict` when the principal is not there.
    /// It goes with its principal.
    case insertUser(ProvisionedUser)
    /// Fails with `.conflict` unless the stored revision is `user.revision - 1`, and when another has the user name.
    case updateUser(ProvisionedUser)
    /// The person was let in or kept out by somebody else: the next revision. Nothing when they are not provisioned.
    case noteUser(PrincipalID, isActive: Bool, at: Timestamp)
    /// Fails with `.alreadyExists` when the id is taken or the group is another's.
    case insertGroup(ProvisionedGroup)
    /// Fails with `.conflict` unless the stored revision is `group.revision - 1`.
    case updateGroup(ProvisionedGroup)
    /// Its members changed: the next revision, whatever it is now. Fails with `.conflict` when it is not there.
    case touchGroup(String, at: Timestamp)
    /// Fails with `.conflict` when it is not there.
    case deleteGroup(String)
}
