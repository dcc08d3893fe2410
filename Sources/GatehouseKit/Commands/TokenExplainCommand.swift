import AccessPolicy
import ArgumentParser
import Federation
import GatehouseConfiguration
import HTTPFetch
import Identifiers
import JOSE
import Secrets
import StrictJSON

/// `gatehouse token explain`: the server's own checks and policies on a token, told one by one.
struct TokenExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show how an outside token fares: every check, every policy.",
        discussion: """
            Uses the configuration of the server, or folders of provider and policy files; without either, gatehouse.yaml or \
            the development setup's var/gatehouse.yaml. Fetches keys of configured issuers only. Never prints the signature. \
            Exit code 0 accepted, 5 rejected.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Option(name: [.long, .customShort("c")], help: "A configuration file, or a folder of them. May be repeated.")
    var config: [String] = []

    @Option(name: .long, help: ArgumentHelp("Provider files, instead of the configuration's.", valueName: "dir"))
    var providers: [String] = []

    @Option(name: .long, help: ArgumentHelp("Policy files, instead of the configuration's.", valueName: "dir"))
    var policies: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "An origin that may be loopback or plain http, besides the configuration's.", valueName: "origin"))
    var allowOrigin: [String] = []

    @Option(name: .long, help: "An audience or resource to ask for. May be repeated.")
    var audience: [String] = []

    @Option(name: .long, help: "A namespace to ask for. May be repeated.")
    var namespace: [String] = []

    @Option(name: .long, help: "A role to ask for. May be repeated.")
    var role: [String] = []

    @Option(name: .long, help: "What to ask for.")
    var type = ExchangeCommand.TokenType.accessToken

    @Flag(name: .long, help: "Fetches nothing: only keys that are written in the provider's file count.")
    var offline = false

    @Option(name: .shortAndLong, help: "How to print it.")
    var output = Format.text

    @Argument(help: "A file with the token, - for standard input.")
    var file = "-"

    func run() async throws {
        let token = try InputFile(file).readSecret().reveal()
        let setup = try ExplainSetup.load(self)
        let now = Moment.now
        let trace = try await registry(setup).explainValidate(token)
        let report = TokenReport(
            token: try? UnverifiedToken.parse(token), trace: trace, policies: setup.policies, request: self, now: now)
        switch output {
        case .text: Console.write(Array(report.text(.standardOutput, now: now, offline: offline).utf8))
        case .json: Console.print(report.json.encodedText())
        }
        guard report.isAccepted else { throw CommandFailure.verdict(.denied) }
    }

    private func registry(_ setup: ExplainSetup) throws -> ProviderRegistry {
        let now: @Sendable () -> NumericDate = { NumericDate(seconds: Moment.now) }
        guard !offline else {
            return ProviderRegistry(
                setup.providers, policy: .provider(allowOrigins: setup.allowOrigins),
                transport: { (_, _) async throws(FetchFailure) in throw .cancelled }, now: now,
                uptime: monotonicUptime())
        }
        return ProviderRegistry(
            setup.providers, fetcher: try HTTPFetcher(maximumInFlight: 4), allowOrigins: setup.allowOrigins, now: now)
    }

    var scope: ScopeRequest {
        ScopeRequest(
            namespaces: namespace.isEmpty ? nil : namespace.map { Key($0) },
            roles: role.isEmpty ? nil : role.map { Key($0) },
            unknown: [])
    }

    var credentialType: PolicyCredentialType { type == .accessToken ? .accessToken : .apiToken }
}

/// What a token is held against.
struct ExplainSetup: Sendable {
    let providers: [ProviderDefinition]
    let policies: PolicySet
    let allowOrigins: Set<Origin>

    /// Folders named on the command line replace those of the configuration.
    static func load(_ command: TokenExplainCommand) throws -> ExplainSetup {
        let configuration = try configuration(command)
        var origins = try configuration?.settings.outboundOrigins() ?? []
        for text in command.allowOrigin {
            guard let origin = try? Origin(text) else {
                throw CommandFailure(.usage, "--allow-origin must be an origin, such as http://127.0.0.1:9001")
            }
            origins.insert(origin)
        }
        let providers =
            command.providers.isEmpty
            ? configuration?.providers ?? []
            : try loadProviders(paths: command.providers, templates: .embedded, allowOrigins: origins)
        let policies =
            command.policies.isEmpty ? configuration?.policies ?? [] : try loadPolicies(paths: command.policies)
        return ExplainSetup(
            providers: providers,
            policies: PolicySet(
                policies, defaultAudience: configuration?.settings.publicURL.text ?? "https://example.invalid"),
            allowOrigins: origins)
    }

    private static func configuration(_ command: TokenExplainCommand) throws -> LoadedConfiguration? {
        var paths = command.config
        if paths.isEmpty, command.providers.isEmpty {
            let usual: [String] = ["gatehouse.yaml", "var/gatehouse.yaml"]
            paths = usual.first { InputFile($0).isReadable }.map { [$0] } ?? []
        }
        guard !paths.isEmpty else {
            guard command.providers.isEmpty, command.policies.isEmpty else { return nil }
            throw CommandFailure(
                .usage, "there is no configuration to hold the token against",
                hint: "give --config FILE, or --providers DIR and --policies DIR")
        }
        return try loadConfiguration(paths: paths, templates: .embedded)
    }
}
