import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// One listening socket and how its connections are built.
struct Listening: Sendable {
    let context: ConnectionContext
    let tls: NIOSSLContext?
    let trustedProxies: Set<String>

    func bind(
        _ listener: ServerConfiguration.Listener, on group: any EventLoopGroup
    ) async throws(ServerError) -> any Channel {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptErrors(counters: context.statistics))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // One read per turn: a request is nearly always one read, and a second one would only say that nothing is there.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in setUp(channel) }
        do {
            return try await bootstrap.bind(host: listener.host, port: listener.port).get()
        } catch {
            throw .cannotBind(address: "\(listener.host):\(listener.port)", reason: "\(error)")
        }
    }

    private func setUp(_ channel: any Channel) -> EventLoopFuture<Void> {
        let peer = Peer(address: Peer.text(channel.remoteAddress), trustedProxies: trustedProxies)
        guard context.ledger.add(channel, peer: peer.address) else {
            context.statistics.turnedAwayConnections.add(1, ordering: .relaxed)
            channel.close(promise: nil)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        channel.closeFuture.whenComplete { _ in context.ledger.remove(channel, peer: peer.address) }
        return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let tls {
                // Any certificate will do for the handshake: the authenticator finds out whom it names.
                let handler = NIOSSLServerHandler(
                    context: tls, customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) },
                    configuration: .init())
                try pipeline.addHandler(handler)
            }
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = context.limits.headerBytes
            limits.maxHeaderListSize = context.limits.headerBytes
            limits.maxHeaderFieldCount = context.limits.headerCount
            let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)
            try pipeline.addHandler(ByteToMessageHandler(decoder))
            try pipeline.addHandler(HTTPConnection(shared: context, peer: peer, isTLS: tls != nil))
        }
    }
}

/// Without file descriptors for new connections, waits a moment before it tries again, and keeps listening.
final class AcceptErrors: ChannelInboundHandler {
    typealias InboundIn = Channel

    private let counters: Counters

    init(counters: Counters) { self.counters = counters }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        counters.acceptErrors.add(1, ordering: .relaxed)
        guard let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) else { return }
        // The socket stays readable: without the pause the loop would spin.
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenComplete { _ in
            channel.eventLoop.scheduleTask(in: .milliseconds(100)) { channel.setOption(.autoRead, value: true) }
        }
    }
}
