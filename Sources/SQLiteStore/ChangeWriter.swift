import AccessPolicy
import Broker
internal import GRDBSQLite
import Identifiers

/// Why one job of a batch did not happen.
enum JobFailure: Error {
    /// This job alone; the others go on.
    case refused(StoreFailure)
    /// The engine failed in a way that the whole batch must be given up for.
    case engine(EngineError)
}

/// Runs the changes of a transaction on a connection. The statements are prepared once.
struct ChangeWriter {
    private let insertCredential, updateCredential, deleteCredential: Statement
    private let insertPrincipal, ensurePrincipal, updatePrincipal: Statement
    private let claim, revokeToken, insertSetting, insertNamespace: Statement

    init(_ connection: Connection) throws(EngineError) {
        insertCredential = try connection.prepare(
            """
            INSERT INTO credentials (id, namespace, name, type, owner, token_hash, created_at, expires_at, is_active,
                marked_for_deletion_at, rights, parent, root, removable_at, revision)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        updateCredential = try connection.prepare(
            """
            UPDATE credentials SET expires_at = ?, is_active = ?, marked_for_deletion_at = ?, rights = ?,
                removable_at = ?, revision = ? WHERE id = ? AND revision = ?
            """)
        deleteCredential = try connection.prepare("DELETE FROM credentials WHERE id = ? AND revision = ?")
        let principal = """
            INSERT INTO principals (id, kind, name, origin_provider, origin_issuer, origin_subject, is_enabled,
                bindings, created_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        insertPrincipal = try connection.prepare(principal)
        ensurePrincipal = try connection.prepare(principal + " ON CONFLICT (id) DO NOTHING")
        updatePrincipal = try connection.prepare(
            "UPDATE principals SET is_enabled = ?, bindings = ?, revision = ? WHERE id = ? AND revision = ?")
        claim = try connection.prepare("INSERT INTO single_use (kind, authority, key, until) VALUES (?, ?, ?, ?)")
        revokeToken = try connection.prepare(
            """
            INSERT INTO revoked_tokens (token_id, until) VALUES (?, ?)
            ON CONFLICT (token_id) DO UPDATE SET until = max(until, excluded.until)
            """)
        insertSetting = try connection.prepare("INSERT INTO settings (name, value) VALUES (?, ?)")
        insertNamespace = try connection.prepare(
            "INSERT INTO namespaces (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
    }

    func write(_ prepared: PreparedTransaction.Change) throws(JobFailure) {
        switch prepared.change {
        case .insertCredential(let record):
            try insert(insertCredential, Self.values(record, rights: prepared.document), taken: .alreadyExists)
        case .updateCredential(let record):
            try change(
                updateCredential,
                [
                    .integer(record.expiresAt.milliseconds), .integer(record.isActive ? 1 : 0),
                    SQLValue(record.markedForDeletionAt?.milliseconds), .text(prepared.document),
                    .integer(record.removableAt.milliseconds), .integer(record.revision), .text(record.id.rawValue),
                    .integer(record.revision &- 1),
                ])
        case .deleteCredential(let id, let revision):
            try change(deleteCredential, [.text(id.rawValue), .integer(revision)])
        case .insertPrincipal(let record):
            try insert(insertPrincipal, Self.values(record, bindings: prepared.document), taken: .alreadyExists)
        case .ensurePrincipal(let record):
            try insert(ensurePrincipal, Self.values(record, bindings: prepared.document), taken: .alreadyExists)
        case .updatePrincipal(let record):
            try change(
                updatePrincipal,
                [
                    .integer(record.isEnabled ? 1 : 0), .text(prepared.document), .integer(record.revision),
                    .text(record.principal.id.rawValue), .integer(record.revision &- 1),
                ])
        case .claim(let use):
            let values: [SQLValue] = [
                .text(use.kind.rawValue), .text(use.authority), .text(use.key), .integer(use.until.milliseconds),
            ]
            try insert(claim, values, taken: .alreadyUsed)
        case .revokeToken(let token):
            try insert(revokeToken, [.text(token.tokenID), .integer(token.until.milliseconds)], taken: .alreadyExists)
        case .insertSetting(let name, let value):
            try insert(insertSetting, [.text(name), .text(value)], taken: .alreadyExists)
        case .insertNamespace(let name, let createdAt):
            try insert(
                insertNamespace, [.text(name.rawValue), .integer(createdAt.milliseconds)], taken: .alreadyExists)
        }
    }

    private func insert(_ statement: Statement, _ values: [SQLValue], taken: StoreFailure) throws(JobFailure) {
        do throws(EngineError) { try statement.run(values) } catch { throw Self.failure(error, taken: taken) }
    }

    /// A change that must find the revision it was made from.
    private func change(_ statement: Statement, _ values: [SQLValue]) throws(JobFailure) {
        let changed: Int
        do throws(EngineError) { changed = try statement.run(values) } catch {
            throw Self.failure(error, taken: .conflict)
        }
        guard changed == 1 else { throw .refused(.conflict) }
    }

    private static func failure(_ error: EngineError, taken: StoreFailure) -> JobFailure {
        switch error.code {
        case ResultCode.primaryKey, ResultCode.unique: .refused(taken)
        // The owner is not there.
        case ResultCode.foreignKey: .refused(.conflict)
        default: error.endsTransaction ? .engine(error) : .refused(.unavailable(error.text))
        }
    }

    private static func values(_ record: CredentialRecord, rights: String) -> [SQLValue] {
        [
            .text(record.id.rawValue), .text(record.namespace.rawValue), .text(record.name),
            .text(record.type.rawValue),
            .text(record.owner.rawValue), SQLValue(record.tokenHash?.bytes), .integer(record.createdAt.milliseconds),
            .integer(record.expiresAt.milliseconds), .integer(record.isActive ? 1 : 0),
            SQLValue(record.markedForDeletionAt?.milliseconds), .text(rights), .text(record.parent.text),
            .text(record.root.text), .integer(record.removableAt.milliseconds), .integer(record.revision),
        ]
    }

    private static func values(_ record: PrincipalRecord, bindings: String) -> [SQLValue] {
        let principal = record.principal
        return [
            .text(principal.id.rawValue), .text(principal.kind.rawValue), .text(principal.name),
            SQLValue(principal.origin?.provider), SQLValue(principal.origin?.issuer),
            SQLValue(principal.origin?.subject),
            .integer(record.isEnabled ? 1 : 0), .text(bindings), .integer(record.createdAt.milliseconds),
            .integer(record.revision),
        ]
    }
}

extension EngineError {
    /// Whether nothing more can be expected of the transaction in which it happened: the engine may have rolled it back
    /// by itself, and what fails is the file and not one statement.
    var endsTransaction: Bool {
        switch primaryCode {
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_MISMATCH, SQLITE_RANGE: false
        default: true
        }
    }
}
