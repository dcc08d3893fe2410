import ArgumentParser
import Broker
import DevelopmentPlugin
import GatehouseConfiguration
import Glibc
import Logging
import Observability
import ServerPlugin

/// `gatehouse serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server.",
        discussion: """
            With --config, from your configuration. With --dev, a complete setup on loopback to try things out: a demo \
            identity provider, a demo API, an administrator's token, all kept under --state.
            """)

    @Option(name: [.long, .customShort("c")], help: "A configuration file, or a folder of them. May be repeated.")
    var config: [String] = []

    @Flag(name: .long, help: "Serve the development setup, on loopback only. Not for production.")
    var dev = false

    @Option(name: .long, help: "Where --dev keeps its files.")
    var state = "./var"

    @Option(name: .long, help: "The port of --dev, for a new state folder.")
    var port: UInt16 = 8080

    @Option(name: .long, help: "The port of the demo identity provider of --dev, for a new state folder.")
    var providerPort: UInt16 = 9001

    @Option(
        name: .long,
        help: "The https port of --dev, for a new state folder: 8443 with the standard --port, else none. 0 is none.")
    var httpsPort: UInt16?

    func validate() throws {
        guard dev != !config.isEmpty else {
            throw ValidationError("give either --dev or --config FILE")
        }
    }

    func run() async throws {
        let time = WallClock.source
        let log = LogWriter(fileDescriptor: STDOUT_FILENO)
        let errors = LogWriter(fileDescriptor: STDERR_FILENO)
        defer {
            log.close()
            errors.close()
        }
        let level = Logger.Level.gatehouse(environment: Environment.all, configured: nil)
        let logger = Logger(label: "gatehouse") { label in
            JSONLogHandler(label: label, level: level, writer: errors) { time.now().milliseconds }
        }
        _ = ProcessLimits.raiseOpenFiles()
        let setup =
            dev
            ? DevelopmentSetup(
                state: state, port: port, httpsPort: httpsPort ?? (port == 8080 ? 8443 : 0), providerPort: providerPort)
            : nil
        try setup?.prepare(now: time.now().seconds)
        let loaded = try loadConfiguration(
            paths: setup.map { [$0.configuration] } ?? config, templates: .embedded)
        if let setup { try setup.check(loaded.settings) }
        let demoProvider = try setup.map { setup in
            try DemoProvider(
                issuer: try setup.issuer(of: loaded), defaultAudience: loaded.settings.publicURL.text,
                now: { time.now().seconds })
        }
        let demoAPI = setup == nil ? [] : [DemoAPI.plugin { time.now().seconds }]
        let assembly = try await Assembly.make(
            loaded, additional: demoAPI + Gatehouse.additionalPlugins, time: time, logger: logger)
        let banner = Banner(
            settings: loaded.settings, token: try setup.flatMap { try $0.administratorToken() },
            demoIssuer: demoProvider?.issuer)
        let running = RunningServer(
            assembly: assembly, log: log, logger: logger, time: time, demoProvider: demoProvider,
            onReady: { banner.print() })
        try await running.run()
    }
}
