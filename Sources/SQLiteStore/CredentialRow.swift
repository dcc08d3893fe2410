import AccessPolicy
import Broker
import Identifiers
import StrictJSON

/// A credential as a row: which columns, in which order, both ways.
enum CredentialRow {
    static let columns = """
        id, namespace, name, type, owner, token_hash, created_at, expires_at, is_active, marked_for_deletion_at, \
        rights, parent, root, removable_at, revision, creator, target, lifetime_ends_at, serial, fingerprint, \
        generation, secret_made_at, previous_hash, previous_made_at, previous_retires_at, context
        """

    static let insert = """
        INSERT INTO credentials (\(columns))
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let update = """
        UPDATE credentials SET expires_at = ?, is_active = ?, marked_for_deletion_at = ?, rights = ?, removable_at = ?,
            token_hash = ?, fingerprint = ?, generation = ?, secret_made_at = ?, previous_hash = ?,
            previous_made_at = ?, previous_retires_at = ?, revision = ?
        WHERE id = ? AND revision = ?
        """

    static func values(_ record: CredentialRecord, rights: String) -> [SQLValue] {
        let proof = Proof(record.proof)
        return [
            .text(record.id.rawValue), .text(record.namespace.rawValue), .text(record.name),
            .text(record.type.rawValue), .text(record.owner.rawValue), proof.hash,
            .integer(record.createdAt.milliseconds), .integer(record.expiresAt.milliseconds),
            .integer(record.isActive ? 1 : 0), SQLValue(record.markedForDeletionAt?.milliseconds), .text(rights),
            .text(record.parent.text), .text(record.root.text), .integer(record.removableAt.milliseconds),
            .integer(record.revision), .text(record.creator.rawValue), SQLValue(record.target?.text),
            SQLValue(record.lifetimeEndsAt?.milliseconds), proof.serial, proof.fingerprint,
        ] + proof.generations + [SQLValue(record.context.map { JSONValue.object($0.json).encodedText() })]
    }

    static func changes(_ record: CredentialRecord, rights: String) -> [SQLValue] {
        let proof = Proof(record.proof)
        return [
            .integer(record.expiresAt.milliseconds), .integer(record.isActive ? 1 : 0),
            SQLValue(record.markedForDeletionAt?.milliseconds), .text(rights),
            .integer(record.removableAt.milliseconds), proof.hash, proof.fingerprint,
        ] + proof.generations + [
            .integer(record.revision), .text(record.id.rawValue), .integer(record.revision &- 1),
        ]
    }

    /// The columns of a proof.
    private struct Proof {
        var hash = SQLValue.null
        var serial = SQLValue.null
        var fingerprint = SQLValue.null
        var generations: [SQLValue] = [.integer(1), .null, .null, .null, .null]

        init(_ proof: CredentialProof) {
            switch proof {
            case .token(let token):
                hash = .blob(token.hash.bytes)
                generations = [
                    .integer(token.generation), .integer(token.madeAt.milliseconds),
                    SQLValue(token.previous?.hash.bytes), SQLValue(token.previous?.madeAt.milliseconds),
                    SQLValue(token.previous?.retiresAt.milliseconds),
                ]
            case .certificate(let certificate):
                serial = .text(certificate.serial)
                fingerprint = SQLValue(certificate.fingerprint?.bytes)
            }
        }
    }
}

extension RowReading {
    mutating func credential(_ row: Statement) -> CredentialRecord? {
        guard let id = row.text(0), let namespace = row.text(1).flatMap({ try? NamespaceName($0) }),
            let name = row.text(2), let type = row.text(3).flatMap(CredentialType.init(rawValue:)),
            let owner = row.text(4).flatMap({ try? PrincipalID($0) }), let createdAt = row.moment(6),
            let expiresAt = row.moment(7), let isActive = row.flag(8),
            let rights = row.text(10).flatMap({ self.rights($0) }),
            let parent = row.text(11).flatMap(CredentialSource.init(text:)),
            let root = row.text(12).flatMap(CredentialSource.init(text:)), let removableAt = row.moment(13),
            let revision = row.integer(14), let proof = proof(row, type: type, createdAt: createdAt)
        else { return nil }
        let (markedAt, lifetimeEndsAt, target) = (row.moment(9), row.moment(17), row.text(16))
        var context: AuthenticationContext?
        if !row.isNull(25) {
            guard let json = row.text(25).flatMap({ try? JSONValue.parse(Array($0.utf8)) })?.objectValue else {
                return nil
            }
            context = AuthenticationContext(claims: json)
        }
        let creator = row.text(15).flatMap { try? PrincipalID($0) }
        // What is there and does not read is not nothing: without its bound a credential would live too long.
        guard (markedAt == nil) == row.isNull(9), (lifetimeEndsAt == nil) == row.isNull(17),
            (target == nil) == row.isNull(16), (creator == nil) == row.isNull(15)
        else { return nil }
        let kubernetesTarget = target.flatMap(KubernetesTarget.init(text:))
        guard (target == nil) == (kubernetesTarget == nil) else { return nil }
        return CredentialRecord(
            id: CredentialID(unchecked: id), namespace: namespace, name: name, type: type, owner: owner,
            creator: creator, proof: proof, target: kubernetesTarget, createdAt: createdAt, expiresAt: expiresAt,
            lifetimeEndsAt: lifetimeEndsAt, isActive: isActive, markedForDeletionAt: markedAt, rights: rights,
            parent: parent, root: root, context: context, removableAt: removableAt, revision: revision)
    }

    private func proof(_ row: Statement, type: CredentialType, createdAt: Timestamp) -> CredentialProof? {
        guard type.form == .token else {
            let fingerprint = row.blob(19).flatMap { Digest32($0) }
            guard let serial = row.text(18), (fingerprint == nil) == row.isNull(19) else { return nil }
            return .certificate(CertificateProof(serial: serial, fingerprint: fingerprint))
        }
        guard let hash = row.blob(5).flatMap({ TokenHash($0) }), let generation = row.integer(20) else { return nil }
        var previous: TokenGenerations.Previous?
        if !row.isNull(22) {
            guard let old = row.blob(22).flatMap({ TokenHash($0) }), let madeAt = row.moment(23),
                let retiresAt = row.moment(24)
            else { return nil }
            previous = TokenGenerations.Previous(hash: old, madeAt: madeAt, retiresAt: retiresAt)
        }
        return .token(
            TokenGenerations(
                hash: hash, generation: generation, madeAt: row.moment(21) ?? createdAt, previous: previous))
    }
}
