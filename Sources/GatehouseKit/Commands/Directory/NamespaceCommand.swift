import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse namespace …`: the namespaces that roles are held in.
struct NamespaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "namespace", abstract: "Look at, make and delete namespaces.",
        subcommands: [NamespaceListCommand.self, NamespaceCreateCommand.self, NamespaceDeleteCommand.self])
}

struct NamespaceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the namespaces that you may know of.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, DirectoryCalls.namespaces)) else { return }
        let items = try DirectoryCalls.items(response)
        var table = TextTable(["NAME", "DESCRIPTION"])
        for item in items {
            table.add([DirectoryCalls.text(item, "name"), DirectoryCalls.text(item, "description")])
        }
        output.print(response, table: table.text, names: items.map { DirectoryCalls.text($0, "name") })
    }
}

struct NamespaceCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a namespace.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "Its name.")
    var name: String

    @Option(name: .long, help: "What it is for.")
    var description: String = ""

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let body: JSONValue = ["metadata": ["description": JSONValue(description), "name": JSONValue(name)]]
        guard let response = try await client.call(ClientRequest(.POST, DirectoryCalls.namespaces, body: .json(body)))
        else { return }
        output.print(response, "created namespace \(name)")
    }
}

struct NamespaceDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a namespace with every role held in it. Refused while credentials live there.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var ending: EndingOptions

    @Argument(help: "The namespace.")
    var name: String

    @Flag(name: .long, help: "End the credentials that live there.")
    var endCredentials = false

    func run() async throws {
        if !client.curl { try ending.confirm(name, "Every role in the namespace is taken away for good.") }
        let path = try DirectoryCalls.path(DirectoryCalls.namespaces + "/{}/cascade_delete", name)
        let request = ClientRequest(.POST, path, body: .json(["end_credentials": .bool(endCredentials)]))
        guard let response = try await client.call(request) else { return }
        ending.output.print(response, "deleted namespace \(name)")
    }
}
