import AccessPolicy
import NIOCore
import NIOHTTP1
import ServerPlugin

/// One request and what is known of it so far. Belongs to its connection's event loop.
final class Exchange {
    let head: HTTPRequestHead
    let number: UInt64
    let requestID: String
    let started: NIODeadline
    var match: Dispatcher.Match?
    var template: String?
    var format = Route.ErrorFormat.api
    /// Fixed before the request has come in full; sent at its end.
    var answer: Response?
    /// Who asks, from when it is known.
    var caller: Caller?
    /// Runs the handler and, when the answer has parts, asks for them.
    var task: Task<Void, Never>?
    /// Status and bytes of the body of an answer whose parts are on their way.
    var sent = (status: 0, bytes: 0)
    /// Whether a part waits for the client, and not the client for a part.
    var isWriting = false
    var isLiveness = false
    /// Whether the connection ends with this exchange.
    var closes = false
    /// Whether the whole request has come.
    var isComplete = false
    /// Whether the rest of the request cannot be told from the next one.
    var isRestUnreadable = false
    var body: [UInt8] = []
    var received = 0
    /// Bytes charged to `Admission`.
    var buffered = 0

    init(_ head: HTTPRequestHead, number: UInt64, requestID: String, started: NIODeadline) {
        self.head = head
        self.number = number
        self.requestID = requestID
        self.started = started
    }

    /// The parser has refused what is no number and what disagrees; too large for `Int` is too large for any route.
    var declaredLength: Int? {
        if let text = head.headers.first(name: "content-length") { return Int(text) ?? .max }
        return head.headers.contains(name: "transfer-encoding") ? nil : 0
    }

    /// RFC 9112 §7.1: not to HTTP/1.0.
    var knowsChunks: Bool { head.version == .http1_1 }
    var hasBody: Bool { declaredLength != 0 }
    var expectsContinue: Bool { head.headers.contains(name: "expect") }
}
