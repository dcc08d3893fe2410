import HTTPTypes
import NIOCore
import NIOHTTP1
import ServerPlugin
import Synchronization

// How an answer leaves, and what becomes of its connection.
extension HTTPConnection {
    static let alive = (response: Response.plain("ok\n"), head: ResponseHead.Prepared(.plain("ok\n")))
    /// Bytes of an unwanted body that are read and dropped, so that the connection stays usable.
    static let tolerableRest = 64 * 1024

    func respond(_ exchange: Exchange, _ response: Response, closes mustClose: Bool = false) {
        guard let context else { return }
        shared.admission.returnBodyBytes(exchange.buffered)
        exchange.buffered = 0
        let closes =
            mustClose || exchange.closes || shared.lifecycle.isDraining || isInputClosed || !isRestSmall(exchange)
        let now = shared.now()
        let secure = isTLS || shared.dispatcher.forwarded.isForwardedTLS(peer, exchange.head.headers)
        let about = ResponseHead.Context(
            requestID: exchange.requestID, date: date.text(at: now), isTLS: secure, closes: closes)
        let head =
            exchange.isLiveness && response.status == .ok
            ? Self.alive.head.head(about) : ResponseHead.make(response, about)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let hasBody =
            exchange.head.method != .HEAD && !response.body.isEmpty && head.status != .noContent
            && head.status != .notModified
        if hasBody {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))),
                promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        log(exchange, status: Int(head.status.code), bytesOut: hasBody ? response.body.count : 0, at: now)
        if closes {
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

    private func log(_ exchange: Exchange, status: Int, bytesOut: Int, at now: Int64) {
        if status >= 500 { shared.statistics.serverErrors.add(1, ordering: .relaxed) }
        guard !exchange.isLiveness, let accessLog = shared.accessLog else { return }
        let path = exchange.head.uri.utf8.prefix { $0 != UInt8(ascii: "?") }
        accessLog.record(
            AccessLog.Entry(
                requestID: exchange.requestID, clientRequestID: exchange.head.headers.first(name: "x-request-id"),
                method: exchange.head.method.rawValue, route: exchange.template, path: String(Substring(path)),
                status: status,
                microseconds: (NIODeadline.now() - exchange.started).nanoseconds / 1000, bytesIn: exchange.received,
                bytesOut: bytesOut, remote: shared.dispatcher.forwarded.remoteAddress(peer, exchange.head.headers),
                caller: exchange.caller),
            at: now)
    }
}
