package import AccessPolicy
import Identifiers
import JOSE
package import OAuth
import OpenSSLCrypto
package import Secrets
import StrictJSON

/// An application that asks for tokens: from a file, or made over the API.
package struct ClientRecord: Sendable {
    package enum Origin: String, Hashable, Sendable {
        /// Its file is the only place that changes it.
        case configuration
        case api
    }

    /// A secret that proves it: hashed. Two can be live, so that one takes the other's place without a gap.
    package struct StoredSecret: Hashable, Sendable {
        package let hash: Digest32
        package let createdAt: Timestamp
    }

    package static let mostSecrets = 2

    package let metadata: ClientMetadata
    package let origin: Origin
    package var secrets: [StoredSecret]
    /// What it may do when it speaks for itself (`client_credentials`).
    package let roles: NamespaceAccess
    package let creator: PrincipalID?
    package let createdAt: Timestamp?
    package let revision: Int64

    package var id: String { metadata.clientID }
    package var name: String { metadata.clientName ?? metadata.clientID }

    package init(
        metadata: ClientMetadata, origin: Origin, secrets: [StoredSecret], roles: NamespaceAccess,
        creator: PrincipalID? = nil, createdAt: Timestamp? = nil, revision: Int64 = 1
    ) {
        self.metadata = metadata
        self.origin = origin
        self.secrets = secrets
        self.roles = roles
        self.creator = creator
        self.createdAt = createdAt
        self.revision = revision
    }

    /// Reads a stored one; `nil` when it does not read: such a client is nobody.
    init?(_ object: StoredObject) {
        guard object.id.kind == .client, let document = object.document["metadata"]?.objectValue,
            let metadata = try? ClientMetadata(document), let creator = object.document["creator"]?.stringValue,
            let roles = object.document["roles"].flatMap(NamespaceAccess.init(json:)),
            let listed = object.document["secrets"]?.arrayValue
        else { return nil }
        let secrets = listed.compactMap { StoredSecret($0) }
        guard secrets.count == listed.count else { return nil }
        self.init(
            metadata: metadata, origin: .api, secrets: secrets, roles: roles,
            creator: PrincipalID(unchecked: creator), createdAt: object.createdAt, revision: object.revision)
    }

    var document: JSONObject {
        [
            "creator": JSONValue(creator?.rawValue ?? ""), "metadata": .object(metadata.document),
            "roles": roles.json, "secrets": .array(secrets.map(\.json)),
        ]
    }

    /// The service user that it is when it speaks for itself: the same on every broker.
    var principal: Principal {
        let id = "cli_" + Hexadecimal.text(Array(SHA2.sha256(Array(id.utf8)).prefix(20)))
        return Principal(id: PrincipalID(unchecked: id), kind: .service, name: self.id, origin: nil)
    }

    func allows(_ grant: GrantType) -> Bool { metadata.grantTypes.contains(grant) }

    /// Whether a token for that resource may be asked for; our own API is for every client.
    func allows(resource: String, besides own: String) -> Bool {
        resource.hasSameBytes(as: own) || metadata.resources.contains { $0.rawValue.hasSameBytes(as: resource) }
    }

    /// Whether it is that resource. What it may ask tokens for is no answer: that is said of whoever calls it.
    func serves(_ resource: String) -> Bool {
        metadata.resourceServer.contains { $0.rawValue.hasSameBytes(as: resource) }
    }

    /// The scopes it may ask for; what it did not register for is left out, so that asking for more is no error of the
    /// person who sits before the page. `nil` when nothing is left.
    func allowed(_ asked: Scope?) -> Scope? {
        guard let asked else { return metadata.scope }
        return metadata.scope.flatMap { asked.intersection($0) }
    }
}

extension ClientRecord.StoredSecret {
    var json: JSONValue {
        ["created_at": .integer(createdAt.milliseconds), "hash": JSONValue(Hexadecimal.text(hash.bytes))]
    }

    init?(_ json: JSONValue) {
        guard let object = json.objectValue, let at = object["created_at"]?.integerValue,
            let hash = object["hash"]?.stringValue.flatMap(Hexadecimal.bytes).flatMap({ Digest32($0) })
        else { return nil }
        self.init(hash: hash, createdAt: Timestamp(milliseconds: at))
    }
}

/// A client of the configuration, with its secrets as they were read.
package struct ConfiguredClient: Sendable {
    package let metadata: ClientMetadata
    package let secrets: [Secret]
    package let roles: NamespaceAccess

    package init(metadata: ClientMetadata, secrets: [Secret], roles: NamespaceAccess) {
        self.metadata = metadata
        self.secrets = secrets
        self.roles = roles
    }
}
