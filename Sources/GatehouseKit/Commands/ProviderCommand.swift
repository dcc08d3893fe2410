import ArgumentParser
import Federation
import GatehouseConfiguration
import HTTPFetch
import JOSE
import StrictJSON

/// `gatehouse provider …`.
struct ProviderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider", abstract: "Try out identity providers, and change those of a server.",
        subcommands: [
            ProviderListCommand.self, ProviderGetCommand.self, ProviderEnableCommand.self, ProviderDisableCommand.self,
            ProviderCreateCommand.self, ProviderReplaceCommand.self,
            ProviderDeleteCommand.self, ProviderProbeCommand.self, ProviderTestCommand.self,
            ProviderCheckMetadataCommand.self,
        ])
}

/// `gatehouse provider test NAME`: from here, without a server.
struct ProviderTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Go to a provider for its metadata and keys, step by step.",
        discussion: "Asks from this machine, without a running server. Exit code 1 when a step fails.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Argument(help: "The provider's name in the configuration.")
    var name: String

    @OptionGroup var files: ConfigurationOptions

    @Option(name: .shortAndLong, help: "How to print it.")
    var output = Format.text

    func run() async throws {
        let loaded = try files.load()
        let registry = ProviderRegistry(
            loaded.providers, fetcher: try HTTPFetcher(maximumInFlight: 4),
            allowOrigins: try loaded.settings.outboundOrigins(),
            now: { NumericDate(seconds: Moment.now) })
        guard let name = try? ProviderName(name), let probe = await registry.probe(name) else {
            let known = loaded.providers.map(\.name.rawValue).sorted().joined(separator: ", ")
            throw CommandFailure(
                .usage, "no provider of that name is configured",
                hint: known.isEmpty ? "none is configured" : "there are: \(known)")
        }
        let report = ProviderReport(probe)
        switch output {
        case .text: Console.write(Array(report.text(.standardOutput).utf8))
        case .json: Console.print(report.json.encodedText())
        }
        guard report.isReady else { throw CommandFailure.verdict(.failure) }
    }
}

/// The steps of a probe, one line each.
struct ProviderReport: Sendable {
    let provider: String
    let verdict: ProviderProbe.Verdict
    let results: [ProviderProbe.Result]

    init(_ probe: ProviderProbe) {
        self.init(provider: probe.provider.rawValue, verdict: probe.verdict, results: probe.results)
    }

    init(provider: String, verdict: ProviderProbe.Verdict, results: [ProviderProbe.Result]) {
        (self.provider, self.verdict, self.results) = (provider, verdict, results)
    }

    var isReady: Bool { verdict == .ready }

    func text(_ style: Style) -> String {
        var text = ""
        for result in results {
            let name = result.step.rawValue.padding(to: 10)
            switch result.outcome {
            case .passed(let found):
                let time = result.duration.map { "  \(Self.milliseconds($0)) ms" } ?? ""
                let line =
                    found.isEmpty && time.isEmpty ? result.step.rawValue : "\(name) \(Printable.line(found))\(time)"
                text += "  \(style.good("ok  "))  \(line)\n"
            case .failed(let code, let hint):
                text +=
                    "  \(style.bad("FAIL"))  \(name) \(Printable.line(code))\n        hint: \(Printable.line(hint))\n"
            case .notReached: text += "  –     \(name) not reached\n"
            case .skipped: text += "  –     \(name) not needed\n"
            }
        }
        switch verdict {
        case .ready: text += "\(provider) is ready\n"
        case .unreachable: text += "\(provider) is unreachable: it is down, or the way to it is (exit 1)\n"
        case .misconfigured: text += "\(provider) is misconfigured: somebody must change something (exit 1)\n"
        }
        return text
    }

    var json: JSONValue {
        [
            "provider": JSONValue(provider), "verdict": JSONValue(verdict.rawValue),
            "steps": .array(
                results.map { result in
                    var step: JSONObject = ["step": JSONValue(result.step.rawValue)]
                    switch result.outcome {
                    case .passed(let found): (step["outcome"], step["found"]) = ("ok", JSONValue(found))
                    case .failed(let code, let hint):
                        (step["outcome"], step["code"], step["hint"]) = ("failed", JSONValue(code), JSONValue(hint))
                    case .notReached: step["outcome"] = "not_reached"
                    case .skipped: step["outcome"] = "skipped"
                    }
                    if let duration = result.duration { step["milliseconds"] = .integer(Self.milliseconds(duration)) }
                    return .object(step)
                }),
        ]
    }

    private static func milliseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : milliseconds + attoseconds / 1_000_000_000_000_000
    }
}

extension String {
    /// With blanks behind it, at least so long.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
