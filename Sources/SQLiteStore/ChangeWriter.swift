import AccessPolicy
import Broker
internal import GRDBSQLite
import Identifiers
import StrictJSON

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
    private let insertPrincipal, ensurePrincipal, updatePrincipal, deletePrincipal: Statement
    private let addMember, removeMember: Statement
    private let insertObject, updateObject, deleteObject: Statement
    private let claim, revokeToken, insertSetting, insertNamespace: Statement
    private let revokeCertificate, rememberReply, recordUse: Statement
    private let insertSignIn, noteSignIn: Statement
    private let tickets: TicketWriter
    private let provisioning: ProvisioningWriter

    init(_ connection: Connection) throws(EngineError) {
        tickets = try TicketWriter(connection)
        provisioning = try ProvisioningWriter(connection)
        insertCredential = try connection.prepare(CredentialRow.insert)
        updateCredential = try connection.prepare(CredentialRow.update)
        deleteCredential = try connection.prepare("DELETE FROM credentials WHERE id = ? AND revision = ?")
        let principal = """
            INSERT INTO principals (id, kind, name, origin_provider, origin_issuer, origin_subject, is_enabled,
                bindings, created_at, revision, login, profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        insertPrincipal = try connection.prepare(principal)
        ensurePrincipal = try connection.prepare(principal + " ON CONFLICT (id) DO NOTHING")
        updatePrincipal = try connection.prepare(
            """
            UPDATE principals SET name = ?, is_enabled = ?, bindings = ?, revision = ?, login = ?, profile = ?
            WHERE id = ? AND revision = ?
            """)
        deletePrincipal = try connection.prepare("DELETE FROM principals WHERE id = ?")
        addMember = try connection.prepare(
            "INSERT INTO members (group_name, principal) VALUES (?, ?) ON CONFLICT DO NOTHING")
        removeMember = try connection.prepare("DELETE FROM members WHERE group_name = ? AND principal = ?")
        insertObject = try connection.prepare(
            """
            INSERT INTO objects (kind, name, document, created_at, modified_at, revision) VALUES (?, ?, ?, ?, ?, ?)
            """)
        updateObject = try connection.prepare(
            """
            UPDATE objects SET document = ?, modified_at = ?, revision = ? WHERE kind = ? AND name = ? AND revision = ?
            """)
        deleteObject = try connection.prepare("DELETE FROM objects WHERE kind = ? AND name = ? AND revision = ?")
        claim = try connection.prepare("INSERT INTO single_use (kind, authority, key, until) VALUES (?, ?, ?, ?)")
        revokeToken = try connection.prepare(
            """
            INSERT INTO revoked_tokens (token_id, until) VALUES (?, ?)
            ON CONFLICT (token_id) DO UPDATE SET until = max(until, excluded.until)
            """)
        insertSetting = try connection.prepare("INSERT INTO settings (name, value) VALUES (?, ?)")
        insertNamespace = try connection.prepare(
            "INSERT INTO namespaces (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
        revokeCertificate = try connection.prepare(
            """
            INSERT INTO revoked_certificates (serial, revoked_at, until) VALUES (?, ?, ?) ON CONFLICT (serial) DO NOTHING
            """)
        rememberReply = try connection.prepare(
            """
            INSERT INTO replies (key, request, sealed, until) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (key) DO UPDATE SET request = excluded.request, sealed = excluded.sealed, until = excluded.until
            WHERE replies.until <= ?5
            """)
        insertSignIn = try connection.prepare(
            "INSERT INTO sign_ins (id, principal, at, provider, remote_address) VALUES (?, ?, ?, ?, ?)")
        noteSignIn = try connection.prepare(
            "UPDATE principals SET last_sign_in_at = max(ifnull(last_sign_in_at, ?1), ?1) WHERE id = ?2")
        recordUse = try connection.prepare(
            """
            INSERT INTO credential_uses (credential, current, previous)
            SELECT id, ?2, ?3 FROM credentials WHERE id = ?1
            ON CONFLICT (credential) DO UPDATE SET
                current = max(ifnull(current, excluded.current), ifnull(excluded.current, current)),
                previous = max(ifnull(previous, excluded.previous), ifnull(excluded.previous, previous))
            """)
    }

    func write(_ prepared: PreparedTransaction.Change) throws(JobFailure) {
        switch prepared.change {
        case .insertCredential(let record):
            try Self.insert(
                insertCredential, CredentialRow.values(record, rights: prepared.document), taken: .alreadyExists)
        case .updateCredential(let record):
            try Self.change(updateCredential, CredentialRow.changes(record, rights: prepared.document))
        case .deleteCredential(let id, let revision):
            try Self.change(deleteCredential, [.text(id.rawValue), .integer(revision)])
        case .insertPrincipal, .ensurePrincipal, .updatePrincipal, .deletePrincipal, .addMember, .removeMember:
            try writePrincipal(prepared)
        case .insertObject(let object):
            try Self.insert(
                insertObject,
                Self.key(object.id) + [
                    .text(prepared.document), .integer(object.createdAt.milliseconds),
                    .integer(object.modifiedAt.milliseconds), .integer(object.revision),
                ], taken: .alreadyExists)
        case .updateObject(let object):
            try Self.change(
                updateObject,
                [.text(prepared.document), .integer(object.modifiedAt.milliseconds), .integer(object.revision)]
                    + Self.key(object.id) + [.integer(object.revision &- 1)])
        case .deleteObject(let id, let revision):
            try Self.change(deleteObject, Self.key(id) + [.integer(revision)])
        case .claim(let use):
            let values: [SQLValue] = [
                .text(use.kind.rawValue), .text(use.authority), .text(use.key), .integer(use.until.milliseconds),
            ]
            try Self.insert(claim, values, taken: .alreadyUsed)
        case .revokeToken(let token):
            try Self.insert(
                revokeToken, [.text(token.tokenID), .integer(token.until.milliseconds)], taken: .alreadyExists)
        case .insertSetting(let name, let value):
            try Self.insert(insertSetting, [.text(name), .text(value)], taken: .alreadyExists)
        case .insertNamespace(let name, let createdAt):
            try Self.insert(
                insertNamespace, [.text(name.rawValue), .integer(createdAt.milliseconds)], taken: .alreadyExists)
        case .revokeCertificate, .rememberReply, .recordUse, .recordSignIn:
            try writeRemembered(prepared.change)
        case .insertTicket, .updateTicket, .deleteTicket, .recordTicketUse, .linkIdentity, .unlinkIdentity:
            try tickets.write(prepared)
        case .provision(let change): try provisioning.write(change, document: prepared.document)
        }
    }

    private func writePrincipal(_ prepared: PreparedTransaction.Change) throws(JobFailure) {
        switch prepared.change {
        case .insertPrincipal(let record):
            try Self.insert(insertPrincipal, Self.values(record, bindings: prepared.document), taken: .alreadyExists)
        case .ensurePrincipal(let record):
            try Self.insert(ensurePrincipal, Self.values(record, bindings: prepared.document), taken: .alreadyExists)
        case .updatePrincipal(let record):
            try Self.change(
                updatePrincipal,
                [
                    .text(record.principal.name), .integer(record.isEnabled ? 1 : 0), .text(prepared.document),
                    .integer(record.revision),
                    SQLValue(record.profile?.login), SQLValue(Self.profile(record)),
                    .text(record.principal.id.rawValue), .integer(record.revision &- 1),
                ])
        case .deletePrincipal(let id): try Self.change(deletePrincipal, [.text(id.rawValue)])
        case .addMember(let group, let id):
            try Self.insert(addMember, [.text(group), .text(id.rawValue)], taken: .alreadyExists)
        case .removeMember(let group, let id):
            try Self.insert(removeMember, [.text(group), .text(id.rawValue)], taken: .alreadyExists)
        default: break
        }
    }

    private func writeRemembered(_ change: StoreChange) throws(JobFailure) {
        switch change {
        case .revokeCertificate(let certificate):
            try Self.insert(
                revokeCertificate,
                [
                    .text(certificate.serial), .integer(certificate.revokedAt.milliseconds),
                    .integer(certificate.until.milliseconds),
                ], taken: .alreadyExists)
        case .rememberReply(let reply, let now):
            let values: [SQLValue] = [
                .blob(reply.key.bytes), .blob(reply.request.bytes), .blob(reply.sealed),
                .integer(reply.until.milliseconds), .integer(now.milliseconds),
            ]
            let count: Int
            do throws(EngineError) { count = try rememberReply.run(values) } catch {
                throw Self.failure(error, taken: .alreadyExists)
            }
            guard count == 1 else { throw .refused(.alreadyExists) }
        case .recordUse(let use):
            try Self.insert(
                recordUse,
                [.text(use.id.rawValue), SQLValue(use.current?.milliseconds), SQLValue(use.previous?.milliseconds)],
                taken: .alreadyExists)
        case .recordSignIn(let signIn):
            let (id, at) = (SQLValue.text(signIn.principal.rawValue), SQLValue.integer(signIn.at.milliseconds))
            try Self.insert(
                insertSignIn, [.text(signIn.id), id, at, .text(signIn.provider), .text(signIn.remoteAddress)],
                taken: .alreadyExists)
            try Self.change(noteSignIn, [at, id])
        default: break
        }
    }

    private static func key(_ id: StoredObject.ID) -> [SQLValue] { [.text(id.kind.rawValue), .text(id.name.rawValue)] }

    static func insert(_ statement: Statement, _ values: [SQLValue], taken: StoreFailure) throws(JobFailure) {
        do throws(EngineError) { try statement.run(values) } catch { throw failure(error, taken: taken) }
    }

    /// A change that must find the revision it was made from.
    static func change(_ statement: Statement, _ values: [SQLValue]) throws(JobFailure) {
        let changed: Int
        do throws(EngineError) { changed = try statement.run(values) } catch {
            throw failure(error, taken: .conflict)
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

    private static func values(_ record: PrincipalRecord, bindings: String) -> [SQLValue] {
        let principal = record.principal
        return [
            .text(principal.id.rawValue), .text(principal.kind.rawValue), .text(principal.name),
            SQLValue(principal.origin?.provider), SQLValue(principal.origin?.issuer),
            SQLValue(principal.origin?.subject),
            .integer(record.isEnabled ? 1 : 0), .text(bindings), .integer(record.createdAt.milliseconds),
            .integer(record.revision), SQLValue(record.profile?.login), SQLValue(profile(record)),
        ]
    }

    private static func profile(_ record: PrincipalRecord) -> String? {
        record.profile.map { String(decoding: JSONValue.object($0.document).encoded(), as: UTF8.self) }
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
