import ArgumentParser
import Broker
import GatehouseConfiguration
import SQLiteStore
import StrictJSON

/// `gatehouse audit …`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the audit log.", subcommands: [AuditVerifyCommand.self])
}

/// `gatehouse audit verify`: recomputes the hash chains, beside a running server if there is one.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute the audit log's hash chains.",
        discussion: """
            Reads the database only and may run beside the server. A row that was edited, removed or moved shows. Rows cut \
            off at the end show by the count and the head: compare them with what you noted earlier. Exit code 1 on a fault.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Option(name: .long, help: ArgumentHelp("The database.", valueName: "sqlite:path"))
    var database: String?

    @OptionGroup var files: ConfigurationOptions

    @Option(name: .shortAndLong, help: "How to print it.")
    var output = Format.text

    func validate() throws {
        guard let database else { return }
        guard Self.path(database) != nil else { throw ValidationError("--database must be sqlite:PATH") }
    }

    func run() async throws {
        let path = try database.flatMap(Self.path) ?? configuredPath()
        let reader: SQLiteReader
        do throws(SQLiteOpenFailure) {
            reader = try SQLiteStore.openReadOnly(path: path)
        } catch {
            throw CommandFailure(.usage, error.description)
        }
        defer { reader.close() }
        let report = AuditReportText(await verifyAudit(reader: reader))
        switch output {
        case .text: Console.write(Array(report.text(.standardOutput).utf8))
        case .json: Console.print(report.json.encodedText())
        }
        guard report.report.isIntact else { throw CommandFailure.verdict(.failure) }
    }

    private func configuredPath() throws -> String {
        switch try files.load().settings.database {
        case .sqlite(let path): path
        }
    }

    static func path(_ database: String) -> String? {
        guard database.utf8.starts(with: "sqlite:".utf8) else { return nil }
        let path = String(database.dropFirst("sqlite:".count))
        return path.isEmpty ? nil : path
    }
}
