import ArgumentParser

/// `gatehouse policy …`: access policies, which are files, without a server; authentication policies, which are a server's.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Test, lint and try out policies, and change the authentication policies of a server.",
        subcommands: [
            PolicyTestCommand.self, PolicyLintCommand.self, PolicyEvalCommand.self, AuthenticationPolicyCommand.self,
        ])
}
