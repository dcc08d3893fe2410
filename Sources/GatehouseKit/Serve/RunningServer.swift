import Broker
import DevelopmentPlugin
import Federation
import GatehouseConfiguration
import GatehouseServer
import HTTPFetch
import Logging
import Observability
import SQLiteStore
import ServerPlugin
import ServiceLifecycle
import Synchronization
import UnixSignals

/// One `gatehouse serve`, from assembly to the last answer.
struct RunningServer {
    let assembly: Assembly
    let log: LogWriter
    let logger: Logger
    let time: TimeSource
    /// Only with `--dev`.
    let demoProvider: DemoProvider?
    let onReady: @Sendable () -> Void

    /// Serves until SIGTERM or SIGINT; in-flight requests are answered first.
    func run() async throws {
        let latch = ReadyLatch(waitingFor: demoProvider == nil ? 1 : 2, then: onReady)
        var services: [any Service] = [
            HouseKeeping(broker: assembly.broker, logger: logger),
            SignInConfirming(broker: assembly.broker),
            try server(
                configuration: assembly.settings.serverConfiguration, plugins: assembly.plugins,
                health: BrokerHealth(broker: assembly.broker), onListening: latch.arrived),
        ]
        if let demoProvider {
            services.append(
                try server(
                    configuration: demoProvider.serverConfiguration, plugins: [demoProvider.plugin],
                    health: NothingToReport(), onListening: latch.arrived))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger))
        try await group.run()
        // When credentials were last used is written once a minute: the last part of it here.
        try? await assembly.broker.writeUses()
        assembly.store.close()
        await assembly.fetcher.shutdown()
    }

    private func server(
        configuration: ServerConfiguration, plugins: [Plugin], health: any HealthReporting,
        onListening: @escaping @Sendable () -> Void
    ) throws -> GatehouseServer {
        let time = time
        return try GatehouseServer(
            configuration: configuration, plugins: plugins, access: assembly.access,
            authenticator: BrokerAuthenticator(broker: assembly.broker), health: health,
            accessLog: AccessLog(writer: log), logger: logger, now: { time.now().milliseconds },
            onListening: { _ in onListening() })
    }
}

/// Says once that everything listens.
final class ReadyLatch: Sendable {
    private let missing: Mutex<Int>
    private let action: @Sendable () -> Void

    init(waitingFor count: Int, then action: @escaping @Sendable () -> Void) {
        missing = Mutex(count)
        self.action = action
    }

    func arrived() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { action() }
    }
}

/// Once a minute: removes what has outlived its time, writes down the counts of refused garbage.
struct HouseKeeping: Service {
    let broker: Broker
    let logger: Logger

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(60), clock: .continuous)
                do {
                    try await broker.cleanUp()
                } catch {
                    logger.error("clean-up failed", metadata: ["cause": "\(error)"])
                }
            }
        }
    }
}

/// Asks providers, every second, about the sign-ins that are due.
struct SignInConfirming: Service {
    let broker: Broker

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1), clock: .continuous)
                await broker.confirmSignIns()
            }
        }
    }
}

/// Readiness: the store commits, a key signs. A provider that cannot be reached degrades only itself.
///
/// The store's probe is a commit, and anybody may ask: an answer serves for half a second.
final class BrokerHealth: HealthReporting {
    private let broker: Broker
    private let last = Mutex<(at: ContinuousClock.Instant, report: HealthReport)?>(nil)
    private static let lifetime = Duration.milliseconds(500)

    init(broker: Broker) { self.broker = broker }

    func readiness() async -> HealthReport {
        let now = ContinuousClock.now
        if let last = last.withLock({ $0 }), last.at.duration(to: now) < Self.lifetime { return last.report }
        let report = await probe()
        last.withLock { $0 = (now, report) }
        return report
    }

    private func probe() async -> HealthReport {
        var components: [HealthReport.Component] = []
        do {
            try await broker.store.checkWritable()
            components.append(.init("store", .ok))
        } catch {
            components.append(.init("store", .failed, detail: "cannot commit"))
        }
        let canSign = broker.keys.signer(at: broker.time.now()) != nil
        components.append(.init("signing-key", canSign ? .ok : .failed, detail: canSign ? "" : "none is active"))
        components += broker.providers.status().map { status in
            .init("provider " + status.name.rawValue, status.isDegraded ? .degraded : .ok, detail: status.summary)
        }
        return HealthReport(components)
    }
}

struct NothingToReport: HealthReporting {
    func readiness() async -> HealthReport { HealthReport([]) }
}
