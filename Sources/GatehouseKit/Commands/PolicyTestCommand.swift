import AccessPolicy
import ArgumentParser
import GatehouseConfiguration

/// `gatehouse policy test`: the examples that policies bring with them, as a table.
struct PolicyTestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the examples of policies.",
        discussion: """
            With --claims, shows also what each policy says to the claims of those files, and what they would be granted. \
            Exit code 1 when a policy is refused or an example does not hold.
            """)

    @Argument(help: "Policy files, or folders of them.")
    var paths: [String]

    @Option(
        name: [.long, .customShort("f")], parsing: .upToNextOption,
        help: ArgumentHelp("Files with claims.", valueName: "file"))
    var claims: [String] = []

    func run() throws {
        let definitions = try loadPolicies(paths: paths)
        var report = PolicyTestReport(definitions)
        for file in claims { report.add(claims: try ClaimsFile.read(file), name: file) }
        Console.write(Array(report.text(.standardOutput).utf8))
        guard report.isGood else { throw CommandFailure.verdict(.failure) }
    }
}
