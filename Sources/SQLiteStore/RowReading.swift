import AccessPolicy
import Broker
import Identifiers
import StrictJSON

/// Rows to records. What does not read is reported and left out, never guessed at: a credential with rights that we do
/// not understand must not be usable.
struct RowReading {
    /// Rights repeat: everything that one policy issued has the same text.
    private var knownRights: [Key: CredentialRights] = [:]

    static let credentialColumns = """
        id, namespace, name, type, owner, token_hash, created_at, expires_at, is_active, marked_for_deletion_at, \
        rights, parent, root, removable_at, revision
        """

    mutating func credential(_ row: Statement) -> CredentialRecord? {
        guard let id = row.text(0), let namespace = row.text(1).flatMap({ try? NamespaceName($0) }),
            let name = row.text(2),
            let type = row.text(3).flatMap(CredentialType.init(rawValue:)),
            let owner = row.text(4).flatMap({ try? PrincipalID($0) }), let createdAt = row.integer(6),
            let expiresAt = row.integer(7), let isActive = row.flag(8),
            let rights = row.text(10).flatMap({ self.rights($0) }),
            let parent = row.text(11).flatMap(CredentialSource.init(text:)),
            let root = row.text(12).flatMap(CredentialSource.init(text:)), let removableAt = row.integer(13),
            let revision = row.integer(14)
        else { return nil }
        let hash = row.blob(5).flatMap { TokenHash($0) }
        let markedAt = row.integer(9)
        guard (hash == nil) == row.isNull(5), (markedAt == nil) == row.isNull(9) else { return nil }
        return CredentialRecord(
            id: CredentialID(unchecked: id), namespace: namespace, name: name, type: type, owner: owner,
            tokenHash: hash,
            createdAt: Timestamp(milliseconds: createdAt), expiresAt: Timestamp(milliseconds: expiresAt),
            isActive: isActive,
            markedForDeletionAt: markedAt.map { Timestamp(milliseconds: $0) }, rights: rights, parent: parent,
            root: root,
            removableAt: Timestamp(milliseconds: removableAt), revision: revision)
    }

    private mutating func rights(_ text: String) -> CredentialRights? {
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
        "id, kind, name, origin_provider, origin_issuer, origin_subject, is_enabled, bindings, created_at, revision"

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
        return PrincipalRecord(
            principal: Principal(id: id, kind: kind, name: name, origin: origin), isEnabled: isEnabled,
            bindings: bindings,
            createdAt: Timestamp(milliseconds: createdAt), revision: revision)
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

    func auditEntry(_ row: Statement) -> AuditEntry? {
        guard let node = row.text(0), let sequence = row.integer(1), let body = row.blob(2), let previous = row.blob(3),
            let hash = row.blob(4)
        else { return nil }
        return AuditEntry(node: node, sequence: sequence, body: body, previousHash: previous, hash: hash)
    }
}

extension Statement {
    /// A column that is 0 or 1.
    fileprivate func flag(_ column: Int32) -> Bool? {
        switch integer(column) {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
