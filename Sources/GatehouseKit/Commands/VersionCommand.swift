import ArgumentParser
import StrictJSON

/// `gatehouse version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Say which version this is.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Option(name: .shortAndLong, help: "How to print it.")
    var output = Format.text

    func run() {
        switch output {
        case .text: Console.print("gatehouse \(Version.text)")
        case .json: Console.print(JSONValue.object(["version": JSONValue(Version.text)]).encodedText())
        }
    }
}

/// `gatehouse exit-codes`, also as `gatehouse help exit-codes`.
struct ExitCodesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exit-codes", abstract: "Say what the exit codes mean.", discussion: CommandStatus.table)

    func run() { Console.print(CommandStatus.table) }
}

/// `gatehouse completion SHELL`.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the script that completes commands in a shell.",
        discussion: "bash: source <(gatehouse completion bash)")

    enum Shell: String, CaseIterable, ExpressibleByArgument { case bash, zsh, fish }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.print(Gatehouse.completionScript(for: kind))
    }
}
