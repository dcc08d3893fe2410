import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import ServerPlugin
import Synchronization

/// One client connection, on its event loop: requests one after the other, each within its limits.
///
/// Refusals and `/livez` are answered here, without a task, so that they are cheap when everything else is slow.
/// Handlers run on the event loop (`EventLoopExecutor`): one that waits holds its own request and nobody else's.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Waiting for a head.
        case idle
        /// Reading the body of a request that will be handled or, with its answer already fixed, refused at its end.
        case receiving(Exchange)
        /// The exchange's task runs.
        case handling(Exchange)
        /// The head of a long answer has left; the exchange's task asks for its parts and waits until each is written.
        case streaming(Exchange)
        /// Answered early; the rest of a small body is dropped so that the connection can be used again.
        case discarding
        /// The answer waits for the client to read.
        case writing
        /// Our side is closed; what still comes is dropped, so that the client gets our answer and not a reset.
        case lingering
        case closed
    }

    let shared: ConnectionContext
    var peer: Peer
    let isTLS: Bool
    var phase = Phase.idle
    var context: ChannelHandlerContext?
    private var executor: EventLoopExecutor?
    /// Parts of later requests, kept until their turn (pipelining, RFC 9112 §9.3.2).
    private var pending = CircularBuffer<HTTPServerRequestPart>(initialCapacity: 2)
    private var pendingError: Refusal?
    private var isTakingPending = false
    private var isReadHeldBack = false
    var isInputClosed = false
    var timer = DeadlineTimer()
    var date = DateField()
    var requestNumber: UInt64 = 0

    init(shared: ConnectionContext, peer: Peer, isTLS: Bool) {
        self.shared = shared
        self.peer = peer
        self.isTLS = isTLS
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        executor = EventLoopExecutor(context.eventLoop)
        if shared.lifecycle.isDraining { drain() } else { setDeadline(seconds: shared.limits.idleSeconds) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted:
            let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
            peer.certificate = try? handler?.peerCertificate?.toDERBytes()
        case ChannelEvent.inputClosed:
            inputClosed()
        case is DrainEvent:
            drain()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // A reset, a failed handshake: nobody is there to answer.
            context.close(promise: nil)
            return
        }
        let refusal = error == .headerOverflow ? Refusal.headTooLarge : .badRequest
        switch phase {
        case .idle:
            refuse(refusal)
        case .receiving(let exchange):
            exchange.isRestUnreadable = true
            respond(exchange, refusal.response(exchange.format), closes: true)
        case .handling, .streaming, .writing:
            pendingError = refusal
        case .discarding:
            linger()
        case .lingering, .closed:
            break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch phase {
        case .handling, .streaming, .writing: pending.append(part)
        case .idle where !pending.isEmpty: pending.append(part)
        case .lingering, .closed: break
        default: receive(part)
        }
    }

    /// While a request is answered nothing more is read: a client that sends faster than we answer waits in its socket.
    func read(context: ChannelHandlerContext) {
        switch phase {
        case .handling, .streaming, .writing: isReadHeldBack = true
        default: context.read()
        }
    }

    /// Not ours: the time of the stop is over.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .streaming(let exchange) = phase { breakOff(exchange.number, .stop) }
        context.close(mode: mode, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .writing = phase, context.channel.isWritable { becomeIdle() }
        context.fireChannelWritabilityChanged()
    }

    // MARK: Requests

    private func receive(_ part: HTTPServerRequestPart) {
        switch (phase, part) {
        case (.idle, .head(let head)):
            begin(head)
        case (.receiving(let exchange), .body(let buffer)):
            receive(buffer, for: exchange)
        case (.receiving(let exchange), .end):
            exchange.isComplete = true
            complete(exchange)
        case (.discarding, .end):
            becomeIdle()
        default:
            break
        }
    }

    private func begin(_ head: HTTPRequestHead) {
        requestNumber &+= 1
        shared.statistics.requests.add(1, ordering: .relaxed)
        let exchange = Exchange(head, number: requestNumber, requestID: shared.requestIDs.next(), started: .now())
        exchange.closes =
            !head.isKeepAlive || head.headers.contains(name: "upgrade") || isInputClosed || shared.lifecycle.isDraining
        phase = .receiving(exchange)
        setDeadline(seconds: shared.limits.requestTimeoutSeconds)
        switch shared.dispatcher.screen(head) {
        case .liveness:
            exchange.isLiveness = true
            exchange.template = HealthRoutes.livenessPath.description
            exchange.answer = Self.alive
        case .options(let allow):
            exchange.answer = Response(status: .noContent, headers: [.allow: allow])
        case .refuse(let refusal, let format, let template):
            exchange.format = format
            exchange.template = template
            refuse(exchange, refusal)
        case .handle(let match):
            exchange.format = match.route.errors
            exchange.template = match.route.path.description
            exchange.match = match
            admit(exchange, match)
        }
    }

    /// What can be said before the body has come: too large, too many at once, an expectation that we do not know.
    private func admit(_ exchange: Exchange, _ match: Dispatcher.Match) {
        let expectation = exchange.head.headers["expect"]
        if let length = exchange.declaredLength, length > match.route.bodyLimit {
            refuse(exchange, .bodyTooLarge(limit: match.route.bodyLimit))
        } else if shared.admission.isFull(match.route.lane) {
            shed(exchange)
        } else if let first = expectation.first {
            guard expectation.count == 1, first.lowercased() == "100-continue" else {
                return refuse(exchange, .expectationFailed)
            }
            if exchange.hasBody {
                context?.writeAndFlush(wrapOutboundOut(Self.pleaseContinue), promise: nil)
            }
        }
    }

    private func receive(_ buffer: ByteBuffer, for exchange: Exchange) {
        let count = buffer.readableBytes
        exchange.received += count
        guard let match = exchange.match, exchange.answer == nil else {
            // Nobody wants this body (`/livez`, OPTIONS). A little of it is tolerated.
            if exchange.received > Self.tolerableRest { refuse(exchange, .bodyTooLarge(limit: 0)) }
            return
        }
        guard exchange.received <= match.route.bodyLimit else {
            return refuse(exchange, .bodyTooLarge(limit: match.route.bodyLimit))
        }
        guard shared.admission.takeBodyBytes(count) else { return shed(exchange) }
        exchange.buffered += count
        exchange.body.append(contentsOf: buffer.readableBytesView)
    }

    private func complete(_ exchange: Exchange) {
        if let answer = exchange.answer { return respond(exchange, answer) }
        guard let match = exchange.match, let context, let executor else { return }
        let lane = match.route.lane
        guard shared.admission.enter(lane) else { return shed(exchange) }
        let connection = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (shared, peer, body) = (shared, peer, exchange.body)
        let (number, headers, requestID) = (exchange.number, exchange.head.headers, exchange.requestID)
        exchange.body = []
        phase = .handling(exchange)
        // On the event loop from its beginning to its end: the executor sees to it.
        exchange.task = executor.start {
            let response = await shared.dispatcher.answer(
                match, headers: headers, body: body, peer: peer, requestID: requestID
            ) { caller in connection.value.handled(number)?.caller = caller }
            if let rest = response.rest, match.method != .head, response.mayHaveBody {
                await connection.value.send(response, rest, number: number, lane: lane)
            } else {
                shared.admission.leave(lane)
                if let exchange = connection.value.handled(number) { connection.value.respond(exchange, response) }
            }
        }
    }

    /// What the task of this number works for; `nil` when the deadline or the client's leaving came first.
    func handled(_ number: UInt64) -> Exchange? {
        guard case .handling(let exchange) = phase, exchange.number == number else { return nil }
        return exchange
    }

    private func shed(_ exchange: Exchange) {
        shared.statistics.shed.add(1, ordering: .relaxed)
        refuse(exchange, .overloaded)
    }

    /// Without a body the answer waits for the end of the request, which is already there; with one it is sent at once.
    private func refuse(_ exchange: Exchange, _ refusal: Refusal) {
        let response = refusal.response(exchange.format)
        if exchange.hasBody || exchange.isComplete {
            respond(exchange, response, closes: refusal.closes)
        } else {
            exchange.closes = exchange.closes || refusal.closes
            exchange.answer = response
        }
    }

    /// An answer to what never became a request.
    private func refuse(_ refusal: Refusal) {
        let head = HTTPRequestHead(version: .http1_1, method: .RAW(value: "-"), uri: "-")
        let exchange = Exchange(head, number: 0, requestID: shared.requestIDs.next(), started: .now())
        exchange.isRestUnreadable = true
        respond(exchange, refusal.response(.api), closes: true)
    }

    // MARK: Turns

    func becomeIdle() {
        phase = .idle
        setDeadline(seconds: shared.limits.idleSeconds)
        // Called again from inside: the loop below goes on with the next part. Without it, a client that sends many
        // small requests at once would decide how deep our stack gets.
        if isTakingPending { return }
        isTakingPending = true
        defer { isTakingPending = false }
        while case .some = context, let part = pending.popFirst() {
            receive(part)
            switch phase {
            case .handling, .streaming, .writing: return
            case .lingering, .closed: return pending.removeAll()
            default: continue
            }
        }
        if let refusal = pendingError {
            pendingError = nil
            if case .receiving(let exchange) = phase {
                exchange.isRestUnreadable = true
                return respond(exchange, refusal.response(exchange.format), closes: true)
            }
            return refuse(refusal)
        }
        if isInputClosed, case .idle = phase { return linger() }
        // The answer before this may have left without 'Connection: close': the next request may be on its way.
        if shared.lifecycle.isDraining { drain() }
        if isReadHeldBack {
            isReadHeldBack = false
            context?.read()
        }
    }

    // MARK: Ends

    private func inputClosed() {
        isInputClosed = true
        switch phase {
        case .idle, .lingering, .discarding, .receiving: context?.close(promise: nil)
        case .handling, .streaming, .writing, .closed: break
        }
    }

    /// The server stops: a request under way is finished, and one that is on its way may still come for a moment.
    private func drain() {
        switch phase {
        case .idle: setDeadline(milliseconds: requestNumber == 0 ? 1000 : 250)
        case .receiving(let exchange): exchange.closes = true
        case .handling(let exchange): exchange.closes = true
        case .discarding, .streaming, .writing, .lingering, .closed: break
        }
    }

    func linger() {
        guard let context else { return }
        phase = .lingering
        pending.removeAll()
        if isInputClosed { return context.close(promise: nil) }
        setDeadline(milliseconds: 1000)
        context.close(mode: .output, promise: nil)
        if isReadHeldBack {
            isReadHeldBack = false
            context.read()
        }
    }

    private func finish() {
        switch phase {
        case .closed: return
        case .receiving(let exchange): shared.admission.returnBodyBytes(exchange.buffered)
        case .handling(let exchange):
            shared.admission.returnBodyBytes(exchange.buffered)
            exchange.task?.cancel()
        case .streaming(let exchange): breakOff(exchange.number, shared.lifecycle.isDraining ? .stop : .clientLeft)
        case .idle, .discarding, .writing, .lingering: break
        }
        phase = .closed
        timer.cancel()
    }

    // MARK: Deadlines

    func setDeadline(seconds: Int64) { setDeadline(milliseconds: seconds * 1000) }

    private func setDeadline(milliseconds: Int64) {
        guard let context else { return }
        timer.set(.now() + .milliseconds(milliseconds), on: context.eventLoop) { [weak self] in self?.expired() }
    }

    private func expired() {
        switch phase {
        case .receiving(let exchange):
            exchange.isRestUnreadable = true
            respond(exchange, Refusal.bodyTimeout.response(exchange.format), closes: true)
        case .handling(let exchange):
            exchange.task?.cancel()
            exchange.closes = true
            respond(exchange, Refusal.handlerTimeout.response(exchange.format))
        case .streaming(let exchange):
            breakOff(exchange.number, exchange.isWriting ? .slowClient : .slowPart)
        case .idle, .discarding, .writing, .lingering:
            context?.close(promise: nil)
        case .closed:
            break
        }
    }
}

/// Tells a connection that the server stops.
struct DrainEvent: Sendable {}
