package import Logging
import NIOCore
import NIOPosix
import NIOSSL
package import ServerPlugin
import ServiceLifecycle
import Synchronization

/// The HTTP server: plugins in, answers out, every limit kept. Knows nothing of what the plugins do.
package final class GatehouseServer: Service {
    package struct BoundAddress: Hashable, Sendable {
        package let host: String
        package let port: Int
        package let isTLS: Bool
    }

    /// What has happened since the start, for metrics.
    package struct Statistics: Hashable, Sendable {
        package let requests: Int
        /// Turned away because too many were under way.
        package let shed: Int
        package let serverErrors: Int
        package let requestsInFlight: Int
        package let connections: Int
        package let turnedAwayConnections: Int
        package let acceptErrors: Int
    }

    private let configuration: ServerConfiguration
    private let tls: [NIOSSLContext?]
    private let context: ConnectionContext
    private let logger: Logger
    private let onListening: @Sendable ([BoundAddress]) async -> Void
    private let stop = AsyncStream<Never>.makeStream()
    private let wasStarted = Atomic(false)

    /// The parameters:
    /// - `now`: milliseconds since 1970, for `Date` and the access log.
    /// - `onListening`: called once when every listener is bound, in the order of the configuration.
    package init(
        configuration: ServerConfiguration, plugins: [Plugin], access: AccessCheck, authenticator: any Authenticator,
        health: any HealthReporting, accessLog: AccessLog?, logger: Logger, now: @escaping @Sendable () -> Int64,
        onListening: @escaping @Sendable ([BoundAddress]) async -> Void = { _ in }
    ) throws(ServerError) {
        guard !configuration.listeners.isEmpty else { throw .noListener }
        let lifecycle = Lifecycle()
        let routes = (plugins + [HealthRoutes(health: health, lifecycle: lifecycle).plugin]).flatMap(\.routes)
        let dispatcher = Dispatcher(
            table: try RouteTable(routes),
            hosts: HostPolicy(hosts: configuration.allowedHosts, origins: configuration.allowedOrigins),
            forwarded: ForwardedFields(
                trustedProxies: configuration.trustedProxies, certificateField: configuration.clientCertificateHeader),
            limits: configuration.limits, access: access, authenticator: authenticator, logger: logger)
        context = ConnectionContext(
            dispatcher: dispatcher, limits: configuration.limits, admission: Admission(limits: configuration.limits),
            ledger: ConnectionLedger(limits: configuration.limits, exempt: configuration.trustedProxies),
            lifecycle: lifecycle, accessLog: accessLog, now: now)
        var tls: [NIOSSLContext?] = []
        for listener in configuration.listeners { tls.append(try listener.tls?.context()) }
        self.tls = tls
        self.configuration = configuration
        self.logger = logger
        self.onListening = onListening
    }

    package var statistics: Statistics {
        let counters = context.statistics
        return Statistics(
            requests: counters.requests.load(ordering: .relaxed), shed: counters.shed.load(ordering: .relaxed),
            serverErrors: counters.serverErrors.load(ordering: .relaxed),
            requestsInFlight: context.admission.requestsInFlight, connections: context.ledger.count,
            turnedAwayConnections: counters.turnedAwayConnections.load(ordering: .relaxed),
            acceptErrors: counters.acceptErrors.load(ordering: .relaxed))
    }

    /// Begins the graceful stop: `/readyz` is 503 from here on. `run` returns when the last request is done, or when
    /// `drainSeconds` have passed. May be called from anywhere, any number of times.
    package func shutdown() {
        _ = context.lifecycle.beginDraining()
        stop.continuation.finish()
    }

    /// Serves until `shutdown`, a ServiceLifecycle shutdown, or the task's cancellation. Once per server.
    package func run() async throws {
        guard !wasStarted.exchange(true, ordering: .acquiringAndReleasing) else { throw ServerError.alreadyStarted }
        // A container's quota of processor time counts too.
        let threads = min(configuration.threads ?? .max, System.coreCount)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, threads))
        var listening: [any Channel] = []
        do {
            for (listener, tls) in zip(configuration.listeners, tls) {
                let binding = Listening(context: context, tls: tls, trustedProxies: configuration.trustedProxies)
                listening.append(try await binding.bind(listener, on: group))
            }
        } catch {
            for channel in listening { try? await channel.close() }
            try? await group.shutdownGracefully()
            throw error
        }
        await onListening(
            zip(configuration.listeners, listening).map { listener, channel in
                BoundAddress(
                    host: channel.localAddress?.ipAddress ?? listener.host,
                    port: channel.localAddress?.port ?? listener.port,
                    isTLS: listener.tls != nil)
            })
        await withGracefulShutdownHandler {
            for await _ in stop.stream {}
        } onGracefulShutdown: {
            self.shutdown()
        }
        shutdown()
        await drain(listening, group)
        try await group.shutdownGracefully()
    }

    /// No new connections, the open ones told, the last ones closed when their time is over.
    private func drain(_ listening: [any Channel], _ group: any EventLoopGroup) async {
        for channel in listening { try? await channel.close() }
        for channel in context.ledger.all() { channel.pipeline.fireUserInboundEventTriggered(DrainEvent()) }
        let eventLoop = group.any()
        let empty = eventLoop.makePromise(of: Void.self)
        let context = context
        let last = eventLoop.scheduleTask(in: .seconds(configuration.limits.drainSeconds)) {
            for channel in context.ledger.all() { channel.close(promise: nil) }
        }
        context.ledger.notify(whenEmpty: empty)
        try? await empty.futureResult.get()
        last.cancel()
    }
}
