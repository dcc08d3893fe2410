package import AccessPolicy
import Identifiers
import OpenSSLCrypto
import StrictJSON

/// An invitation: whoever shows its token may become a user, once.
package struct InvitationRecord: Hashable, Sendable {
    package let name: String
    let hash: String
    /// The one address that it is for; `nil` for any.
    package var email: String?
    package var roles = NamespaceAccess.none
    package var groups: [String] = []
    package let creator: PrincipalID
    package let expiresAt: Timestamp
    package var createdAt: Timestamp?
    /// The sign-up that used it.
    package var usedBy: String?

    /// From the hash that it is found by. It proves nothing, so it may be shown.
    static func name(_ hash: TokenHash) -> String { "inv-" + Hexadecimal.text(Array(hash.bytes.prefix(10))) }

    init(_ hash: TokenHash, creator: PrincipalID, expiresAt: Timestamp) {
        name = Self.name(hash)
        self.hash = Hexadecimal.text(hash.bytes)
        self.creator = creator
        self.expiresAt = expiresAt
    }

    package init?(_ object: StoredObject) {
        guard object.id.kind == .invitation, let hash = object.document["hash"]?.stringValue,
            let creator = object.document["creator"]?.stringValue.flatMap({ try? PrincipalID($0) }),
            let expires = object.document["expires"]?.integerValue,
            let roles = object.document["roles"].flatMap(NamespaceAccess.init(json:))
        else { return nil }
        name = object.name
        self.hash = hash
        self.creator = creator
        expiresAt = Timestamp(milliseconds: expires)
        self.roles = roles
        groups = (object.document["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
        email = object.document["email"]?.stringValue
        usedBy = object.document["used_by"]?.stringValue
        createdAt = object.createdAt
    }

    var objectID: StoredObject.ID { StoredObject.ID(.invitation, name) }

    var document: JSONObject {
        [
            "creator": JSONValue(creator.rawValue), "email": JSONValue(email),
            "expires": .integer(expiresAt.milliseconds), "groups": JSONValue(groups), "hash": JSONValue(hash),
            "roles": roles.json, "used_by": JSONValue(usedBy),
        ]
    }

    package func isOpen(at now: Timestamp) -> Bool { usedBy == nil && now < expiresAt }
}

/// Somebody who asked to become a user.
package struct SignUpRecord: Hashable, Sendable {
    package enum State: String, CaseIterable, Hashable, Sendable {
        /// It is not sure yet that the address is theirs.
        case pending = "PENDING"
        /// There is a user.
        case accepted = "ACCEPTED"
        case declined = "DECLINED"
    }

    package let name: String
    package let email: String
    package let firstName: String
    package let lastName: String
    package var state = State.pending
    package var verification: SignUpPolicy.Verification
    /// Of the token in the e-mail; `nil` when none was sent.
    var verificationHash: String?
    package var roles: NamespaceAccess
    package var groups: [String]
    package let expiresAt: Timestamp
    package var createdAt: Timestamp?
    package var modifiedAt: Timestamp?
    package var user: PrincipalID?
    /// Who they are at the provider through which they came; `nil` for those who filled in the form.
    package var identity: Principal.Origin?

    init(
        _ name: String, _ request: SignUpRequest, verification: SignUpPolicy.Verification, roles: NamespaceAccess,
        groups: [String], expiresAt: Timestamp
    ) {
        self.name = name
        (email, firstName, lastName) = (request.email, request.firstName, request.lastName)
        self.verification = verification
        self.roles = roles
        self.groups = groups
        self.expiresAt = expiresAt
    }

    package init?(_ object: StoredObject) {
        let document = object.document
        guard object.id.kind == .signUp, let email = document["email"]?.stringValue,
            let state = document["state"]?.stringValue.flatMap(State.init(rawValue:)),
            let verification = document["verification"]?.stringValue.flatMap(
                SignUpPolicy.Verification.init(rawValue:)),
            let roles = document["roles"].flatMap(NamespaceAccess.init(json:)),
            let expires = document["expires"]?.integerValue
        else { return nil }
        name = object.name
        self.email = email
        firstName = document["first_name"]?.stringValue ?? ""
        lastName = document["last_name"]?.stringValue ?? ""
        self.state = state
        self.verification = verification
        self.roles = roles
        groups = (document["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
        expiresAt = Timestamp(milliseconds: expires)
        verificationHash = document["verification_hash"]?.stringValue
        user = document["user"]?.stringValue.flatMap { try? PrincipalID($0) }
        if let provider = document["provider"]?.stringValue, let issuer = document["issuer"]?.stringValue,
            let subject = document["subject"]?.stringValue
        {
            identity = Principal.Origin(provider: provider, issuer: issuer, subject: subject)
        }
        (createdAt, modifiedAt) = (object.createdAt, object.modifiedAt)
    }

    var objectID: StoredObject.ID { StoredObject.ID(.signUp, name) }

    var document: JSONObject {
        [
            "email": JSONValue(email), "expires": .integer(expiresAt.milliseconds),
            "first_name": JSONValue(firstName), "groups": JSONValue(groups), "issuer": JSONValue(identity?.issuer),
            "last_name": JSONValue(lastName), "provider": JSONValue(identity?.provider), "roles": roles.json,
            "state": JSONValue(state.rawValue), "subject": JSONValue(identity?.subject),
            "user": JSONValue(user?.rawValue),
            "verification": JSONValue(verification.rawValue), "verification_hash": JSONValue(verificationHash),
        ]
    }
}

/// What is asked for by whoever signs up.
package struct SignUpRequest: Sendable {
    package let email: String
    package let firstName: String
    package let lastName: String

    package init(email: String, firstName: String, lastName: String) {
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
    }

    var person: PersonRequest {
        PersonRequest(
            email: email, firstName: firstName, lastName: lastName, management: .provider, roles: .none, groups: [])
    }
}
