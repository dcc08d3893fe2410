import ArgumentParser

/// `gatehouse credential …`: the Authentication API.
struct CredentialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "Make, look at, renew and end API credentials.",
        subcommands: [
            CredentialListCommand.self, CredentialCreateCommand.self, CredentialGetCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Keep one going:",
                subcommands: [
                    CredentialActivateCommand.self, CredentialRenewCommand.self, CredentialRotateCommand.self,
                    CredentialRetireCommand.self, CredentialReplaceCommand.self,
                ]),
            CommandGroup(
                name: "See what is due:",
                subcommands: [
                    CredentialUsageCommand.self, CredentialExpiringCommand.self, CredentialNeedsRenewalCommand.self,
                ]),
            CommandGroup(
                name: "End some:", subcommands: [CredentialRevokeCommand.self, CredentialBulkRevokeCommand.self]),
        ], aliases: ["cred"])

    /// The path of a template with the namespace and perhaps a name in it.
    static func path(_ path: String?) throws(CommandFailure) -> String {
        guard let path else { throw CommandFailure(.usage, "a namespace or a name cannot be empty or dots only") }
        return path
    }
}
