import HTTPTypes
import NIOCore
import NIOHTTP1
import ServerPlugin
import Synchronization

// How an answer leaves, and what becomes of its connection.
extension HTTPConnection {
    static let alive = Response.plain("ok\n")
    /// RFC 9110 §15.2.1.
    static let pleaseContinue = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")
    /// Bytes of an unwanted body that are read and dropped, so that the connection stays usable.
    static let tolerableRest = 64 * 1024

    func respond(_ exchange: Exchange, _ response: Response, closes mustClose: Bool = false) {
        guard let context else { return }
        exchange.closes =
            mustClose || exchange.closes || shared.lifecycle.isDraining || isInputClosed || !isRestSmall(exchange)
        let now = shared.now()
        let hasBody = exchange.head.method != .HEAD && !response.body.isEmpty && response.mayHaveBody
        var buffer = context.channel.allocator.buffer(capacity: 512 + (hasBody ? response.body.count : 0))
        let status = writeHead(exchange, response, at: now, into: &buffer)
        if hasBody { buffer.writeBytes(response.body) }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        log(exchange, status: status, bytesOut: hasBody ? response.body.count : 0, at: now)
        goOn(after: exchange)
    }

    /// The status is the one that is written.
    func writeHead(_ exchange: Exchange, _ response: Response, at now: Int64, into buffer: inout ByteBuffer) -> Int {
        shared.admission.returnBodyBytes(exchange.buffered)
        exchange.buffered = 0
        let secure = isTLS || shared.dispatcher.forwarded.isForwardedTLS(peer, exchange.head.headers)
        let about = ResponseHead.Context(
            requestID: exchange.requestID, date: date.text(at: now), isTLS: secure, closes: exchange.closes,
            isChunkingKnown: exchange.knowsChunks)
        return ResponseHead.write(response.adding(noticesOf: exchange.caller), about, into: &buffer)
    }

    /// What becomes of the connection when an answer has been written.
    func goOn(after exchange: Exchange) {
        guard let context else { return }
        if exchange.closes {
            linger()
        } else if !exchange.isComplete {
            phase = .discarding
        } else if context.channel.isWritable {
            becomeIdle()
        } else {
            phase = .writing
            setDeadline(seconds: shared.limits.writeSeconds)
        }
    }

    /// Whether what still comes of the request is little enough to be read and dropped.
    private func isRestSmall(_ exchange: Exchange) -> Bool {
        if exchange.isComplete { return true }
        guard !exchange.isRestUnreadable, !exchange.expectsContinue, let length = exchange.declaredLength else {
            return false
        }
        return length <= Self.tolerableRest
    }

    func log(_ exchange: Exchange, status: Int, bytesOut: Int, at now: Int64, brokenOff: Break? = nil) {
        if status >= 500 { shared.statistics.serverErrors.add(1, ordering: .relaxed) }
        guard !exchange.isLiveness, let accessLog = shared.accessLog else { return }
        accessLog.record(
            AccessLog.Entry(
                requestID: exchange.requestID, clientRequestID: exchange.head.headers.first(name: "x-request-id"),
                method: exchange.head.method.rawValue, route: exchange.template, target: exchange.head.uri,
                status: status,
                microseconds: (NIODeadline.now() - exchange.started).nanoseconds / 1000, bytesIn: exchange.received,
                bytesOut: bytesOut, remote: shared.dispatcher.forwarded.remoteAddress(peer, exchange.head.headers),
                caller: exchange.caller, brokenOff: brokenOff?.rawValue),
            at: now)
    }
}
