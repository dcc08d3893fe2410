import ArgumentParser

/// `gatehouse policy …`: all of it offline.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Test, lint and try out policies, without a server.",
        subcommands: [PolicyTestCommand.self, PolicyLintCommand.self, PolicyEvalCommand.self])
}
