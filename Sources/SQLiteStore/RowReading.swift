import AccessPolicy
import Broker
import Identifiers
import StrictJSON

/// Rows to records. What does not read is reported and left out, never guessed at: a credential with rights that we do
/// not understand must not be usable.
struct RowReading {
    /// Rights repeat: everything that one policy issued has the same text.
    private var knownRights: [Key: CredentialRights] = [:]

    mutating func rights(_ text: String) -> CredentialRights? {
        if let known = knownRights[Key(text)] { return known }
        guard let json = try? JSONValue.parse(Array(text.utf8)), let rights = CredentialRights(json: json) else {
            return nil
        }
        // A bound, so that rights which are all different do not pile up.
        if knownRights.count >= 1000 { knownRights.removeAll(keepingCapacity: true) }
        knownRights[Key(text)] = rights
        return rights
    }

    static let principalColumns =
        """
        id, kind, name, origin_provider, origin_issuer, origin_subject, is_enabled, bindings, created_at, revision,
        login, profile, last_sign_in_at
        """

    func principal(_ row: Statement) -> PrincipalRecord? {
        guard let id = row.text(0).flatMap({ try? PrincipalID($0) }),
            let kind = row.text(1).flatMap(Principal.Kind.init(rawValue:)), let name = row.text(2),
            let isEnabled = row.flag(6),
            let json = row.text(7).flatMap({ try? JSONValue.parse(Array($0.utf8)) }),
            let bindings = NamespaceAccess(json: json), let createdAt = row.integer(8), let revision = row.integer(9)
        else { return nil }
        var origin: Principal.Origin?
        if !row.isNull(3) {
            guard let provider = row.text(3), let issuer = row.text(4), let subject = row.text(5) else { return nil }
            origin = Principal.Origin(provider: provider, issuer: issuer, subject: subject)
        }
        var profile: PersonProfile?
        if !row.isNull(10) {
            guard let login = row.text(10),
                let document = row.text(11).flatMap({ try? JSONValue.parse(Array($0.utf8)) })?.objectValue,
                let read = PersonProfile(login: login, document: document)
            else { return nil }
            profile = read
        }
        return PrincipalRecord(
            principal: Principal(id: id, kind: kind, name: name, origin: origin), isEnabled: isEnabled,
            bindings: bindings,
            createdAt: Timestamp(milliseconds: createdAt), revision: revision, profile: profile,
            lastSignInAt: row.moment(12))
    }

    func signIn(_ row: Statement) -> SignIn? {
        guard let id = row.text(0), let principal = row.text(1).flatMap({ try? PrincipalID($0) }),
            let at = row.moment(2), let provider = row.text(3), let remoteAddress = row.text(4)
        else { return nil }
        return SignIn(id: id, principal: principal, at: at, provider: provider, remoteAddress: remoteAddress)
    }

    func revokedToken(_ row: Statement) -> RevokedToken? {
        guard let tokenID = row.text(0), let until = row.integer(1) else { return nil }
        return RevokedToken(tokenID: tokenID, until: Timestamp(milliseconds: until))
    }

    func namespace(_ row: Statement) -> StoreChange? {
        guard let name = row.text(0).flatMap({ try? NamespaceName($0) }), let createdAt = row.integer(1) else {
            return nil
        }
        return .insertNamespace(name, createdAt: Timestamp(milliseconds: createdAt))
    }

    func revokedCertificate(_ row: Statement) -> RevokedCertificate? {
        guard let serial = row.text(0), let revokedAt = row.moment(1), let until = row.moment(2) else { return nil }
        return RevokedCertificate(serial: serial, revokedAt: revokedAt, until: until)
    }

    func member(_ row: Statement) -> StoreChange? {
        guard let principal = row.text(0).flatMap({ try? PrincipalID($0) }), let group = row.text(1) else { return nil }
        return .addMember(group: group, principal)
    }

    func use(_ row: Statement) -> StoreChange? {
        guard let id = row.text(0) else { return nil }
        return .recordUse(
            CredentialUse(id: CredentialID(unchecked: id), current: row.moment(1), previous: row.moment(2)))
    }

    static let objectColumns = "name, kind, document, created_at, modified_at, revision"

    func object(_ row: Statement) -> StoredObject? {
        guard let name = row.text(0), let kind = row.text(1).flatMap(StoredObject.Kind.init(rawValue:)),
            let document = row.text(2).flatMap({ try? JSONValue.parse(Array($0.utf8)) })?.objectValue,
            let createdAt = row.moment(3), let modifiedAt = row.moment(4), let revision = row.integer(5)
        else { return nil }
        return StoredObject(
            id: StoredObject.ID(kind, name), document: document, createdAt: createdAt, modifiedAt: modifiedAt,
            revision: revision)
    }

    static let replyColumns = "key, request, sealed, until"

    func reply(_ row: Statement) -> StoredReply? {
        guard let key = row.blob(0).flatMap({ Digest32($0) }), let request = row.blob(1).flatMap({ Digest32($0) }),
            let sealed = row.blob(2), let until = row.moment(3)
        else { return nil }
        return StoredReply(key: key, request: request, sealed: sealed, until: until)
    }

    func auditEntry(_ row: Statement) -> AuditEntry? {
        guard let node = row.text(0), let sequence = row.integer(1), let body = row.blob(2), let previous = row.blob(3),
            let hash = row.blob(4)
        else { return nil }
        return AuditEntry(node: node, sequence: sequence, body: body, previousHash: previous, hash: hash)
    }
}

extension Statement {
    func moment(_ column: Int32) -> Timestamp? { integer(column).map { Timestamp(milliseconds: $0) } }

    /// A column that is 0 or 1.
    func flag(_ column: Int32) -> Bool? {
        switch integer(column) {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
