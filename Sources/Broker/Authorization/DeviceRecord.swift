import Identifiers
package import OAuth
import StrictJSON

/// A device that waits for a person to let it in (RFC 8628).
package struct DeviceRecord: Sendable {
    enum State: String, Sendable {
        case waiting
        case allowed
        case denied
    }

    var ticket: Ticket
    var state: State
    package internal(set) var scope: Scope?
    package let resources: [String]
    /// Keyed hash of what the person types.
    let userCodeHash: String
    /// Of the session in which it was decided.
    var session: TicketID?
    var authenticatedAt: Timestamp?

    package var clientID: String { ticket.client ?? "" }

    init(ticket: Ticket, scope: Scope?, resources: [String], userCodeHash: String) {
        self.ticket = ticket
        self.scope = scope
        self.resources = resources
        self.userCodeHash = userCodeHash
        state = .waiting
    }

    init?(_ ticket: Ticket) {
        guard ticket.kind == .device, ticket.client != nil,
            let object = try? JSONValue.parseObject(ticket.document, limits: .document),
            let state = object["state"]?.stringValue.flatMap(State.init(rawValue:)),
            let hash = object["user_code"]?.stringValue, let resources = object["resources"]?.arrayValue
        else { return nil }
        var scope: Scope?
        if let text = object["scope"]?.stringValue {
            guard let read = try? Scope(text) else { return nil }
            scope = read
        }
        self.init(
            ticket: ticket, scope: scope, resources: resources.compactMap(\.stringValue), userCodeHash: hash)
        self.state = state
        session = object["session"]?.stringValue.map { TicketID(unchecked: $0) }
        authenticatedAt = object["authenticated_at"]?.integerValue.map { Timestamp(milliseconds: $0) }
    }

    var stored: Ticket {
        var object: JSONObject = [
            "resources": JSONValue(resources), "state": JSONValue(state.rawValue), "user_code": JSONValue(userCodeHash),
        ]
        object["scope"] = scope.map { JSONValue($0.text) }
        object["session"] = session.map { JSONValue($0.rawValue) }
        object["authenticated_at"] = authenticatedAt.map { .integer($0.milliseconds) }
        var stored = ticket
        stored.document = JSONValue.object(object).encoded()
        return stored
    }
}
