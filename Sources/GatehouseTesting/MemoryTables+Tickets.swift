import AccessPolicy
import Broker

extension MemoryTables {
    mutating func changeTickets(_ change: StoreChange) throws(StoreFailure) -> Undo {
        switch change {
        case .insertTicket(let ticket):
            guard tickets[ticket.id] == nil, !tickets.values.contains(where: { $0.hash == ticket.hash }) else {
                throw .alreadyExists
            }
            if let principal = ticket.principal, principals[principal] == nil { throw .conflict }
            return put(ticket)
        case .updateTicket(let ticket):
            guard let stored = tickets[ticket.id], stored.revision == ticket.revision &- 1 else { throw .conflict }
            guard !tickets.values.contains(where: { $0.id != ticket.id && $0.hash == ticket.hash }) else {
                throw .conflict
            }
            if let principal = ticket.principal, principals[principal] == nil { throw .conflict }
            return put(ticket)
        case .deleteTicket(let id, let revision):
            guard let stored = tickets[id], stored.revision == revision else { throw .conflict }
            let use = ticketUses.removeValue(forKey: id)
            tickets[id] = nil
            return { tables in (tables.tickets[id], tables.ticketUses[id]) = (stored, use) }
        case .recordTicketUse(let use):
            guard tickets[use.id] != nil else { return { _ in } }
            let before = ticketUses[use.id]
            ticketUses[use.id] = before.map { max($0, use.at) } ?? use.at
            return { tables in tables.ticketUses[use.id] = before }
        case .linkIdentity(let link):
            guard identities[link.origin] == nil else { throw .alreadyExists }
            guard principals[link.principal] != nil else { throw .conflict }
            identities[link.origin] = link
            return { tables in tables.identities[link.origin] = nil }
        case .unlinkIdentity(let origin):
            let before = identities.removeValue(forKey: origin)
            return { tables in tables.identities[origin] = before }
        default: return { _ in }
        }
    }

    private mutating func put(_ ticket: Ticket) -> Undo {
        let before = tickets[ticket.id]
        tickets[ticket.id] = ticket
        return { tables in tables.tickets[ticket.id] = before }
    }

    /// They go with their principal.
    mutating func removeTickets(of principal: PrincipalID) -> Undo {
        let (theirs, uses) = (tickets.filter { $0.value.principal == principal }, ticketUses)
        let links = identities.filter { $0.value.principal == principal }
        for id in theirs.keys { (tickets[id], ticketUses[id]) = (nil, nil) }
        for origin in links.keys { identities[origin] = nil }
        return { tables in
            tables.tickets.merge(theirs) { _, before in before }
            tables.ticketUses = uses
            tables.identities.merge(links) { _, before in before }
        }
    }
}
