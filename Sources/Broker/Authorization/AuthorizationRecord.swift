import AccessPolicy
import Identifiers
import OAuth
import StrictJSON

/// What a person allowed a client: first a code, and once it is redeemed a line of refresh tokens. All tokens of one
/// authorization are its family: they end with it.
struct AuthorizationRecord: Sendable {
    enum Stage: String, Sendable {
        case code
        case granted
    }

    /// What stays the same from the request to the end.
    struct Terms: Sendable {
        var redirectURI: String?
        var challenge: String?
        var scope: Scope?
        var resources: [String] = []
        var nonce: String?
        /// `nil` when nobody knows.
        var authenticatedAt: Timestamp?
        /// The session in which it was given.
        var session: TicketID
        /// Whether it outlives that session.
        var isOffline = false
    }

    var ticket: Ticket
    var stage: Stage
    var terms: Terms
    var redeemedAt: Timestamp?

    var id: TicketID { ticket.id }
    var clientID: String { ticket.client ?? "" }

    init(ticket: Ticket, stage: Stage, terms: Terms, redeemedAt: Timestamp? = nil) {
        self.ticket = ticket
        self.stage = stage
        self.terms = terms
        self.redeemedAt = redeemedAt
    }

    /// Reads a stored one; `nil` when it does not read: then it gives nothing.
    init?(_ ticket: Ticket) {
        guard ticket.kind == .authorization, ticket.principal != nil, ticket.client != nil,
            let object = try? JSONValue.parseObject(ticket.document, limits: .document),
            let stage = object["stage"]?.stringValue.flatMap(Stage.init(rawValue:)),
            let session = object["session"]?.stringValue, let isOffline = object["offline"]?.boolValue,
            let resources = object["resources"]?.arrayValue
        else { return nil }
        var terms = Terms(
            authenticatedAt: object["authenticated_at"]?.integerValue.map { Timestamp(milliseconds: $0) },
            session: TicketID(unchecked: session))
        terms.redirectURI = object["redirect_uri"]?.stringValue
        terms.challenge = object["challenge"]?.stringValue
        terms.nonce = object["nonce"]?.stringValue
        terms.resources = resources.compactMap(\.stringValue)
        terms.isOffline = isOffline
        if let text = object["scope"]?.stringValue {
            guard let scope = try? Scope(text) else { return nil }
            terms.scope = scope
        }
        self.init(
            ticket: ticket, stage: stage, terms: terms,
            redeemedAt: object["redeemed_at"]?.integerValue.map { Timestamp(milliseconds: $0) })
    }

    /// The ticket with what this says.
    var stored: Ticket {
        var object: JSONObject = [
            "offline": .bool(terms.isOffline), "resources": JSONValue(terms.resources),
            "session": JSONValue(terms.session.rawValue), "stage": JSONValue(stage.rawValue),
        ]
        object["authenticated_at"] = terms.authenticatedAt.map { .integer($0.milliseconds) }
        object["challenge"] = terms.challenge.map { JSONValue($0) }
        object["nonce"] = terms.nonce.map { JSONValue($0) }
        object["redirect_uri"] = terms.redirectURI.map { JSONValue($0) }
        object["redeemed_at"] = redeemedAt.map { .integer($0.milliseconds) }
        object["scope"] = terms.scope.map { JSONValue($0.text) }
        var stored = ticket
        stored.document = JSONValue.object(object).encoded()
        return stored
    }
}

/// What a scope means for the rights of a token (interface.md): `api` all that the person may do here,
/// `namespace:<name>` and `role:<name>` as much of it, and without any of these nothing.
struct ScopeRights: Sendable {
    /// What was asked for without what the person does not hold.
    let scope: Scope?
    /// `nil`: no limit.
    let ceiling: NamespaceAccess?

    static let everything = "api"

    init(_ asked: Scope?, holding held: NamespaceAccess) {
        guard let asked else {
            (scope, ceiling) = (nil, NamespaceAccess.none)
            return
        }
        if asked.contains(Self.everything) {
            (scope, ceiling) = (asked, nil)
            return
        }
        var (kept, rights): ([ScopeValue], [ScopeValue]) = ([], [])
        for value in asked.values {
            switch value {
            case .namespace(let name):
                guard let name = try? NamespaceName(name), !held.roles(in: name).isEmpty else { continue }
                kept.append(value)
                rights.append(value)
            case .role(let name):
                guard let name = try? RoleName(name), held.entries.values.contains(where: { $0.contains(name) }) else {
                    continue
                }
                kept.append(value)
                rights.append(value)
            case .other: kept.append(value)
            }
        }
        var access = NamespaceAccess.none
        if !rights.isEmpty, let narrow = try? Scope(rights),
            case .narrowed(let found) = ScopeRequest(narrow).narrow(held)
        {
            access = found
        }
        scope = (try? Scope(kept)) ?? nil
        ceiling = access
    }

    static func isEverything(_ scope: String) -> Bool {
        scope.utf8.split(separator: 0x20).contains { $0.elementsEqual(everything.utf8) }
    }

    /// Whether tokens of that scope open our API at all: one that only says who somebody is must not.
    static func opensAPI(_ scope: String) -> Bool {
        scope.utf8.split(separator: 0x20).contains { token in
            token.elementsEqual(everything.utf8) || token.starts(with: "namespace:".utf8)
                || token.starts(with: "role:".utf8)
        }
    }
}
