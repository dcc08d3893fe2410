import AccessPolicy
import Identifiers
import Synchronization

/// A ticket in memory, and when it was last used.
final class IndexedTicket: Sendable {
    let ticket: Ticket
    let lastUse: TicketUsage
    /// Milliseconds since 1970 after which its provider is asked whether a session stands; never where it cannot be.
    let confirmAfter: Int64
    /// Who vouched for the sign-in of a session.
    let voucher: Voucher?

    init(_ ticket: Ticket, _ session: SessionRecord?, voucher: Voucher?, lastUse: TicketUsage) {
        self.ticket = ticket
        self.lastUse = lastUse
        self.voucher = voucher
        let isConfirmable = session?.isConfirmable ?? false
        confirmAfter =
            isConfirmable
            ? session?.checkedAt.adding(seconds: Broker.confirmationInterval).milliseconds ?? .max : .max
    }
}

/// A provider as it was when it vouched for somebody: one of the same name with another issuer is another one.
struct Voucher: Hashable, Sendable {
    let provider: String
    let issuer: String
}

/// When a ticket was last used: a store to memory for each request, a write to the database for each minute with one.
final class TicketUsage: Sendable {
    private let at: Atomic<Int64>
    private let isDirty = Atomic(false)

    init(_ moment: Timestamp) { at = Atomic(moment.milliseconds) }

    var moment: Timestamp { Timestamp(milliseconds: at.load(ordering: .relaxed)) }

    func used(at now: Timestamp) {
        at.max(now.milliseconds, ordering: .relaxed)
        isDirty.store(true, ordering: .releasing)
    }

    /// From the store; never back in time.
    func restore(_ moment: Timestamp) { at.max(moment.milliseconds, ordering: .relaxed) }

    /// What has not been written yet.
    func take() -> Timestamp? { isDirty.exchange(false, ordering: .acquiring) ? moment : nil }
}

/// Sessions, authorizations and waiting devices in memory, and whose identities are whose.
struct TicketIndex {
    private var tickets: [TicketID: IndexedTicket] = [:]
    private var byHash: [TokenHash: IndexedTicket] = [:]
    private var ofPrincipal: [PrincipalID: Set<TicketID>] = [:]
    private var children: [TicketID: Set<TicketID>] = [:]
    private var identities: [Principal.Origin: PrincipalID] = [:]
    private var origins: [PrincipalID: Set<Principal.Origin>] = [:]
    private var interned = Interner()
    /// Those that wait for a person: few, and looked through when somebody types a code.
    private var waiting: Set<TicketID> = []

    // MARK: Asking

    func ticket(_ id: TicketID) -> IndexedTicket? { tickets[id] }

    func ticket(_ hash: TokenHash) -> IndexedTicket? { byHash[hash] }

    func tickets(of principal: PrincipalID) -> [IndexedTicket] {
        (ofPrincipal[principal] ?? []).sorted().compactMap { tickets[$0] }
    }

    func children(of id: TicketID) -> [IndexedTicket] { (children[id] ?? []).sorted().compactMap { tickets[$0] } }

    var all: some Collection<IndexedTicket> { tickets.values }

    var devices: [IndexedTicket] { waiting.compactMap { tickets[$0] } }

    func principal(of origin: Principal.Origin) -> PrincipalID? { identities[origin] }

    func origins(of principal: PrincipalID) -> Set<Principal.Origin> { origins[principal] ?? [] }

    // MARK: Changing

    mutating func put(_ ticket: Ticket) {
        var ticket = ticket
        ticket.rights = interned.rights(ticket.rights)
        ticket.context = ticket.context.map { interned.context($0) }
        let before = tickets[ticket.id]
        if before != nil { remove(ticket.id) }
        let session = SessionRecord(ticket)
        let voucher = session.map { interned.voucher(Voucher(provider: $0.origin.provider, issuer: $0.origin.issuer)) }
        let entry = IndexedTicket(
            ticket, session, voucher: voucher, lastUse: before?.lastUse ?? TicketUsage(ticket.createdAt))
        tickets[ticket.id] = entry
        byHash[ticket.hash] = entry
        if ticket.kind == .device { waiting.insert(ticket.id) }
        if let principal = ticket.principal { ofPrincipal[principal, default: []].insert(ticket.id) }
        if let parent = ticket.parent { children[parent, default: []].insert(ticket.id) }
    }

    mutating func remove(_ id: TicketID) {
        guard let entry = tickets.removeValue(forKey: id) else { return }
        byHash[entry.ticket.hash] = nil
        waiting.remove(id)
        if let principal = entry.ticket.principal { Self.take(id, from: principal, in: &ofPrincipal) }
        if let parent = entry.ticket.parent { Self.take(id, from: parent, in: &children) }
    }

    func used(_ use: TicketUse) { tickets[use.id]?.lastUse.restore(use.at) }

    mutating func link(_ link: IdentityLink) {
        identities[link.origin] = link.principal
        origins[link.principal, default: []].insert(link.origin)
    }

    mutating func unlink(_ origin: Principal.Origin) {
        guard let principal = identities.removeValue(forKey: origin) else { return }
        Self.take(origin, from: principal, in: &origins)
    }

    /// Everything of somebody who is gone.
    mutating func remove(_ principal: PrincipalID) {
        for id in ofPrincipal[principal] ?? [] { remove(id) }
        for origin in origins[principal] ?? [] { unlink(origin) }
    }

    private static func take<Key: Hashable, Value: Hashable>(
        _ value: Value, from key: Key, in table: inout [Key: Set<Value>]
    ) {
        table[key]?.remove(value)
        if table[key]?.isEmpty ?? false { table[key] = nil }
    }
}
