public import ArgumentParser
import Glibc
import Observability
public import ServerPlugin

/// The program `gatehouse`.
public struct Gatehouse: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "gatehouse",
        abstract: "Turns identities that others vouch for into rights and credentials of your own.",
        discussion: """
            Commands that talk to a server find it through --server, GATEHOUSE_URL or the context of 'gatehouse login', and a \
            credential through --token-file, GATEHOUSE_TOKEN, GATEHOUSE_TOKEN_FILE or the sign-in of that context. A secret \
            is never an argument: '-' reads standard input.
            """,
        version: "gatehouse \(Version.text)",
        subcommands: [VersionCommand.self, CompletionCommand.self, ExitCodesCommand.self],
        groupedSubcommands: [
            CommandGroup(name: "Server:", subcommands: [ServeCommand.self, DemoCommand.self, ConfigCommand.self]),
            CommandGroup(
                name: "Signing in:",
                subcommands: [LoginCommand.self, LogoutCommand.self, StatusCommand.self, ContextCommand.self]),
            CommandGroup(
                name: "Identities and credentials:",
                subcommands: [
                    DemoTokenCommand.self, ExchangeCommand.self, CredentialCommand.self, TokenCommand.self,
                    SCIMTokenCommand.self, WhoAmICommand.self,
                ]),
            CommandGroup(
                name: "Administration:",
                subcommands: [
                    UserCommand.self, GroupCommand.self, RoleCommand.self, NamespaceCommand.self, AccessCommand.self,
                    ProviderCommand.self, PolicyCommand.self, SignUpCommand.self, SettingsCommand.self,
                    KeysCommand.self, AuditCommand.self,
                ]),
        ])

    /// What an outside program adds to the server: set for the time of one `main`.
    @TaskLocal static var additionalPlugins: [Plugin] = []

    public init() {}

    /// Runs what the command line asks for and ends the process.
    public static func main() async { await main(adding: []) }

    /// The same, with plugins of another package in the server.
    public static func main(adding plugins: [Plugin]) async {
        CrashHardening.apply()
        let status = await $additionalPlugins.withValue(plugins) {
            await run(Array(CommandLine.arguments.dropFirst()))
        }
        Glibc.exit(status.rawValue)
    }

    /// Runs one command line; says on standard error why it failed.
    static func run(_ arguments: [String]) async -> CommandStatus {
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .success
        } catch {
            let ending = CommandEnding(error)
            if !ending.standardOutput.isEmpty { Console.print(ending.standardOutput) }
            Console.printError(ending.standardError)
            return ending.status
        }
    }
}
