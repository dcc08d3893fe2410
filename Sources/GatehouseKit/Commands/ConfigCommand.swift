import AccessPolicy
import ArgumentParser
import GatehouseConfiguration

/// `gatehouse config …`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at configuration files.", subcommands: [ConfigValidateCommand.self])
}

/// `gatehouse config validate`: reads everything, connects to nothing.
struct ConfigValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Check the configuration, without any connection.",
        discussion: "Prints every problem with its file, line and column. Exit code 2 when there is one.")

    @OptionGroup var files: ConfigurationOptions

    func run() throws {
        let loaded = try files.load()
        let policies = PolicySet(loaded.policies, defaultAudience: loaded.settings.publicURL.text)
        let refusals = policies.refused.flatMap { refused in refused.issues.map { "policy '\(refused.name)': \($0)" } }
        guard refusals.isEmpty else { throw CommandFailure(.usage, messages: refusals) }
        Console.print(
            "\(Style.standardOutput.tick) valid: \(Self.count(loaded.providers.count, "provider", "providers")), "
                + Self.count(policies.policies.count, "policy", "policies"))
        for policy in loaded.policiesOfOtherProviders {
            Console.print(
                "  note: policy '\(policy.name)' is of provider '\(policy.provider)', which no file has: it counts once that is made over the API"
            )
        }
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }
}

/// `--config`, as `serve` has it.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: [.long, .customShort("c")], help: "A configuration file, or a folder of them. May be repeated.")
    var config: [String] = ["gatehouse.yaml"]

    func load() throws -> LoadedConfiguration {
        try loadConfiguration(paths: config, templates: .embedded)
    }
}
