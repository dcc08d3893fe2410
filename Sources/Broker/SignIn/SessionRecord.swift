package import AccessPolicy
import Federation
import Identifiers
import OpenSSLCrypto
import StrictJSON

/// A session: a browser in which somebody has signed in.
package struct SessionRecord: Sendable {
    let ticket: Ticket
    /// Who vouched at the last sign-in.
    package let origin: Principal.Origin
    /// When that was, by our clock.
    package let signedInAt: Timestamp
    /// When the person last proved to the provider who they are (`auth_time`), which may be long before; `nil` when the
    /// provider does not say: then no demand on it is met, and nobody is told a time.
    package let authenticatedAt: Timestamp?
    package let remoteAddress: String
    /// As the browser says it, shortened; for people to know theirs by.
    package let userAgent: String
    /// The provider's own session (`sid`), which it may end.
    package let upstreamSession: String?
    /// What the provider is asked with later: sealed.
    let sealedUpstream: [UInt8]
    /// When the provider last said that the sign-in stands.
    let checkedAt: Timestamp
    /// Whether it gave anything to ask it again with.
    let isConfirmable: Bool

    package var id: String { ticket.id.rawValue }
    /// Who vouched, by name.
    package var provider: String { origin.provider }
    package var principal: PrincipalID { ticket.principal ?? PrincipalID(unchecked: "") }
    package var startedAt: Timestamp { ticket.createdAt }
    package var expiresAt: Timestamp { ticket.expiresAt }
    package var context: AuthenticationContext? { ticket.context }

    /// Reads a stored one; `nil` when it does not read: then nobody is signed in with it.
    init?(_ ticket: Ticket) {
        guard ticket.kind == .session, ticket.principal != nil,
            let object = try? JSONValue.parseObject(ticket.document, limits: .document),
            let provider = object["provider"]?.stringValue, let issuer = object["issuer"]?.stringValue,
            let subject = object["subject"]?.stringValue,
            let signedInAt = object["signed_in_at"]?.integerValue,
            let sealed = object["upstream"]?.stringValue.flatMap(Hexadecimal.bytes)
        else { return nil }
        self.ticket = ticket
        origin = Principal.Origin(provider: provider, issuer: issuer, subject: subject)
        self.signedInAt = Timestamp(milliseconds: signedInAt)
        authenticatedAt = object["authenticated_at"]?.integerValue.map { Timestamp(milliseconds: $0) }
        remoteAddress = object["address"]?.stringValue ?? ""
        userAgent = object["agent"]?.stringValue ?? ""
        upstreamSession = object["sid"]?.stringValue
        sealedUpstream = sealed
        checkedAt = Timestamp(milliseconds: object["checked_at"]?.integerValue ?? ticket.createdAt.milliseconds)
        isConfirmable = object["confirmable"]?.boolValue ?? false
    }

    /// The document after another word of the provider.
    func confirmed(at now: Timestamp, sealedUpstream: [UInt8]) -> [UInt8]? {
        guard var object = try? JSONValue.parseObject(ticket.document, limits: .document) else { return nil }
        object["checked_at"] = .integer(now.milliseconds)
        object["upstream"] = JSONValue(Hexadecimal.text(sealedUpstream))
        return JSONValue.object(object).encoded()
    }

    static func document(
        of identity: SignedInIdentity, browser: BrowserContext, sealedUpstream: [UInt8], at now: Timestamp
    ) -> [UInt8] {
        let origin = identity.origin
        var object: JSONObject = [
            "address": JSONValue(browser.request.remoteAddress), "agent": JSONValue(browser.userAgent),
            "checked_at": .integer(now.milliseconds), "confirmable": .bool(identity.refreshToken != nil),
            "issuer": JSONValue(origin.issuer), "provider": JSONValue(origin.provider),
            "signed_in_at": .integer(now.milliseconds), "subject": JSONValue(origin.subject),
            "upstream": JSONValue(Hexadecimal.text(sealedUpstream)),
        ]
        // Nobody has proved anything in the future.
        object["authenticated_at"] = identity.authenticatedAt.map { .integer(min(Timestamp($0), now).milliseconds) }
        object["sid"] = identity.sessionID.map { JSONValue($0) }
        return JSONValue.object(object).encoded()
    }
}

/// What a use case is told about a request of a browser.
package struct BrowserContext: Sendable {
    package let request: RequestContext
    /// On one line and short, whatever was sent.
    package let userAgent: String

    package init(request: RequestContext, userAgent: String?) {
        self.request = request
        let plain = (userAgent ?? "").utf8.filter { $0 >= 0x20 && $0 < 0x7F }.prefix(160)
        self.userAgent = String(decoding: plain, as: UTF8.self)
    }
}

/// How long sessions live.
package struct SessionSettings: Hashable, Sendable {
    /// Seconds without a request after which a session is over.
    package let idle: Int64
    /// Seconds after the sign-in at which it is over whatever happens.
    package let absolute: Int64

    package init(idle: Int64 = 2 * 3600, absolute: Int64 = 12 * 3600) {
        self.idle = idle
        self.absolute = absolute
    }
}
