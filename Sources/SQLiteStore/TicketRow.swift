import AccessPolicy
import Broker
import Identifiers
import StrictJSON

/// A ticket as a row, both ways.
enum TicketRow {
    static let columns = """
        id, kind, hash, principal, client, parent, created_at, expires_at, rights, context, document, revision
        """

    static let insert = """
        INSERT INTO tickets (id, kind, hash, principal, client, parent, created_at, expires_at, rights, context,
            document, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let update = """
        UPDATE tickets SET hash = ?, principal = ?, parent = ?, expires_at = ?, rights = ?, context = ?, document = ?,
            revision = ?
        WHERE id = ? AND revision = ?
        """

    static func values(_ ticket: Ticket, rights: String) -> [SQLValue] {
        [
            .text(ticket.id.rawValue), .text(ticket.kind.rawValue), .blob(ticket.hash.bytes),
            SQLValue(ticket.principal?.rawValue), SQLValue(ticket.client), SQLValue(ticket.parent?.rawValue),
            .integer(ticket.createdAt.milliseconds), .integer(ticket.expiresAt.milliseconds), .text(rights),
            context(ticket), .blob(ticket.document), .integer(ticket.revision),
        ]
    }

    static func changes(_ ticket: Ticket, rights: String) -> [SQLValue] {
        [
            .blob(ticket.hash.bytes), SQLValue(ticket.principal?.rawValue), SQLValue(ticket.parent?.rawValue),
            .integer(ticket.expiresAt.milliseconds), .text(rights), context(ticket), .blob(ticket.document),
            .integer(ticket.revision), .text(ticket.id.rawValue), .integer(ticket.revision &- 1),
        ]
    }

    private static func context(_ ticket: Ticket) -> SQLValue {
        SQLValue(ticket.context.map { JSONValue.object($0.json).encodedText() })
    }
}

/// The statements that write tickets and identities.
struct TicketWriter {
    private let insert, update, delete, use, link, unlink: Statement

    init(_ connection: Connection) throws(EngineError) {
        insert = try connection.prepare(TicketRow.insert)
        update = try connection.prepare(TicketRow.update)
        delete = try connection.prepare("DELETE FROM tickets WHERE id = ? AND revision = ?")
        use = try connection.prepare(
            "UPDATE tickets SET last_used_at = max(ifnull(last_used_at, ?1), ?1) WHERE id = ?2")
        link = try connection.prepare(
            "INSERT INTO identities (provider, issuer, subject, principal, linked_at) VALUES (?, ?, ?, ?, ?)")
        unlink = try connection.prepare("DELETE FROM identities WHERE provider = ? AND issuer = ? AND subject = ?")
    }

    func write(_ prepared: PreparedTransaction.Change) throws(JobFailure) {
        switch prepared.change {
        case .insertTicket(let ticket):
            try ChangeWriter.insert(insert, TicketRow.values(ticket, rights: prepared.document), taken: .alreadyExists)
        case .updateTicket(let ticket):
            try ChangeWriter.change(update, TicketRow.changes(ticket, rights: prepared.document))
        case .deleteTicket(let id, let revision):
            try ChangeWriter.change(delete, [.text(id.rawValue), .integer(revision)])
        case .recordTicketUse(let ticketUse):
            try ChangeWriter.insert(
                use, [.integer(ticketUse.at.milliseconds), .text(ticketUse.id.rawValue)], taken: .alreadyExists)
        case .linkIdentity(let identity):
            try ChangeWriter.insert(
                link,
                Self.key(identity.origin) + [
                    .text(identity.principal.rawValue), .integer(identity.linkedAt.milliseconds),
                ], taken: .alreadyExists)
        case .unlinkIdentity(let origin): try ChangeWriter.insert(unlink, Self.key(origin), taken: .alreadyExists)
        default: break
        }
    }

    private static func key(_ origin: Principal.Origin) -> [SQLValue] {
        [.text(origin.provider), .text(origin.issuer), .text(origin.subject)]
    }
}

extension RowReading {
    /// A ticket, and when it was last used.
    mutating func ticket(_ row: Statement) -> Ticket? {
        guard let id = row.text(0), let kind = row.text(1).flatMap(Ticket.Kind.init(rawValue:)),
            let hash = row.blob(2).flatMap({ TokenHash($0) }), let createdAt = row.moment(6),
            let expiresAt = row.moment(7), let rights = row.text(8).flatMap({ self.rights($0) }),
            let document = row.blob(10), let revision = row.integer(11)
        else { return nil }
        let principal = row.text(3).flatMap { try? PrincipalID($0) }
        var context: AuthenticationContext?
        if !row.isNull(9) {
            guard let json = row.text(9).flatMap({ try? JSONValue.parse(Array($0.utf8)) })?.objectValue else {
                return nil
            }
            context = AuthenticationContext(claims: json)
        }
        guard (principal == nil) == row.isNull(3) else { return nil }
        return Ticket(
            id: TicketID(unchecked: id), kind: kind, hash: hash, principal: principal, client: row.text(4),
            parent: row.text(5).map { TicketID(unchecked: $0) }, createdAt: createdAt, expiresAt: expiresAt,
            rights: rights, context: context, document: document, revision: revision)
    }

    func ticketUse(_ row: Statement) -> TicketUse? {
        guard let id = row.text(0), let at = row.moment(1) else { return nil }
        return TicketUse(id: TicketID(unchecked: id), at: at)
    }

    func identity(_ row: Statement) -> IdentityLink? {
        guard let provider = row.text(0), let issuer = row.text(1), let subject = row.text(2),
            let principal = row.text(3).flatMap({ try? PrincipalID($0) }), let linkedAt = row.moment(4)
        else { return nil }
        return IdentityLink(
            origin: Principal.Origin(provider: provider, issuer: issuer, subject: subject), principal: principal,
            linkedAt: linkedAt)
    }
}
