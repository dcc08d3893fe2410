import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServerPlugin
import Synchronization

// Answers that are longer than what should be in memory: a part is asked for when the one before it has been written.
extension HTTPConnection {
    /// Why a client does not get the rest of an answer whose status it has seen. Said in the access log.
    enum Break: String {
        case clientLeft = "client left"
        /// A part was not read in time.
        case slowClient = "client too slow"
        /// The route threw.
        case failed = "part failed"
        /// A part did not come in time.
        case slowPart = "part too slow"
        /// The server's stop did not wait any longer.
        case stop = "server stopped"

        var isOurs: Bool { self == .failed || self == .slowPart }
    }

    /// Sends head, body and rest. In the request's task, on the event loop; the slot is left when nothing more is made.
    func send(_ response: Response, _ rest: Response.NextPart, number: UInt64, lane: Route.Lane) async {
        do {
            if await begin(response, number: number) {
                var turn = Turn()
                while streamed(number) != nil, let part = try await rest() {
                    if !part.isEmpty { guard await write(part, number: number) else { break } }
                    await turn.count(part.count, on: context?.eventLoop)
                }
            }
            shared.admission.leave(lane)
            end(number)
        } catch {
            shared.admission.leave(lane)
            breakOff(number, .failed, error)
        }
    }

    private func begin(_ response: Response, number: UInt64) async -> Bool {
        guard let context, let exchange = handled(number) else { return false }
        exchange.closes =
            exchange.closes || shared.lifecycle.isDraining || isInputClosed || !exchange.knowsChunks
        var buffer = context.channel.allocator.buffer(capacity: 1024 + response.body.count)
        exchange.sent = (writeHead(exchange, response, at: shared.now(), into: &buffer), 0)
        phase = .streaming(exchange)
        return await write(response.body, behind: buffer, number: number)
    }

    /// Returns when the system has taken all of it: what a client does not read is never more than one part.
    private func write(_ part: [UInt8], behind head: ByteBuffer = ByteBuffer(), number: UInt64) async -> Bool {
        guard let context, let exchange = streamed(number) else { return false }
        exchange.isWriting = true
        setDeadline(seconds: shared.limits.writeSeconds)
        let written = context.eventLoop.makePromise(of: Void.self)
        var buffer = head
        if exchange.knowsChunks { Chunk.write(part, into: &buffer) } else { buffer.writeBytes(part) }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
        do {
            try await written.futureResult.get()
        } catch {
            breakOff(number, .clientLeft)
        }
        guard streamed(number) != nil else { return false }
        exchange.sent.bytes += part.count
        exchange.isWriting = false
        setDeadline(seconds: shared.limits.requestTimeoutSeconds)
        return true
    }

    /// What the task of this number sends; `nil` when it has been broken off.
    private func streamed(_ number: UInt64) -> Exchange? {
        guard case .streaming(let exchange) = phase, exchange.number == number else { return nil }
        return exchange
    }

    private func end(_ number: UInt64) {
        guard let context, let exchange = streamed(number) else { return }
        if exchange.knowsChunks { context.writeAndFlush(wrapOutboundOut(Chunk.last), promise: nil) }
        log(exchange, status: exchange.sent.status, bytesOut: exchange.sent.bytes, at: shared.now())
        goOn(after: exchange)
    }

    /// Ends the connection without the end of the answer, so that the client sees that it is not all there.
    func breakOff(_ number: UInt64, _ reason: Break, _ error: (any Error)? = nil) {
        guard let exchange = streamed(number) else { return }
        phase = .closed
        timer.cancel()
        exchange.task?.cancel()
        log(
            exchange, status: exchange.sent.status, bytesOut: exchange.sent.bytes, at: shared.now(), brokenOff: reason)
        if reason.isOurs {
            shared.statistics.serverErrors.add(1, ordering: .relaxed)
            shared.dispatcher.logger.error(
                "answer broken off",
                metadata: [
                    "request_id": "\(exchange.requestID)", "route": "\(exchange.template ?? "")",
                    "error": "\(error.map { "\($0)" } ?? reason.rawValue)",
                ])
        }
        guard let context else { return }
        // To HTTP/1.0 an orderly end of the connection is the end of the answer; a reset is not.
        if !exchange.knowsChunks, let socket = context.channel as? any SocketOptionProvider {
            _ = socket.unsafeSetSocketOption(level: .socket, name: .so_linger, value: NoLinger())
        }
        // Past the TLS handler, whose farewell would say the same.
        let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        (tls ?? context).close(promise: nil)
    }
}

/// The chunked transfer coding (RFC 9112 §7.1).
private enum Chunk {
    static let last = ByteBuffer(string: "0\r\n\r\n")

    /// Nothing for an empty part: an empty chunk would be the last.
    static func write(_ part: [UInt8], into buffer: inout ByteBuffer) {
        guard !part.isEmpty else { return }
        buffer.writeString(String(part.count, radix: 16))
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(part)
        buffer.writeStaticString("\r\n")
    }
}

/// `struct linger` of socket(7): what was not sent is thrown away, and the peer is told with a reset.
private struct NoLinger {
    let isOn: CInt = 1
    let seconds: CInt = 0
}

/// Lets others have the event loop: parts that are there at once, and a client that takes them at once, never wait.
private struct Turn {
    private var parts = 0
    private var bytes = 0

    mutating func count(_ count: Int, on eventLoop: (any EventLoop)?) async {
        parts += 1
        bytes += count
        guard parts >= 16 || bytes >= 256 * 1024 else { return }
        (parts, bytes) = (0, 0)
        // A task of its own would run before the loop looks at its sockets again; a moment later it has.
        _ = try? await eventLoop?.scheduleTask(in: .milliseconds(1)) {}.futureResult.get()
    }
}
