import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse role …`: what roles there are and what they allow.
struct RoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Look at, make, change and delete roles.",
        subcommands: [
            RoleListCommand.self, RoleGetCommand.self, RoleCreateCommand.self, RoleReplaceCommand.self,
            RoleDeleteCommand.self,
        ])
}

struct RoleListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List roles with their API groups, the built-in ones too.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, DirectoryCalls.roles)) else { return }
        let items = try DirectoryCalls.items(response)
        var table = TextTable(["NAME", "API GROUPS"])
        for item in items {
            table.add([
                DirectoryCalls.text(item, "name"), RoleInNamespace.text(DirectoryCalls.list(item, "api_groups")),
            ])
        }
        output.print(response, table: table.text, names: items.map { DirectoryCalls.text($0, "name") })
    }
}

struct RoleGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show what a role allows, API group by API group.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The role.")
    var name: String

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let path = try DirectoryCalls.path(DirectoryCalls.roles + "/{}/permissions", name)
        guard let response = try await client.call(ClientRequest(.GET, path)) else { return }
        guard let groups = response.json?["groups"]?.objectValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        var table = TextTable(["API GROUP", "VERBS"])
        table.add(["every application", RoleInNamespace.text(DirectoryCalls.list(response.json, "applications"))])
        for group in groups.members {
            let verbs = (group.value.arrayValue ?? []).compactMap(\.stringValue)
            if !verbs.isEmpty { table.add([group.name.rawValue, RoleInNamespace.text(verbs)]) }
        }
        output.print(response, table: table.text, names: [DirectoryCalls.text(response.json, "name")])
    }
}

struct RoleCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a role of API groups.",
        discussion: """
            An API group is written with how far it goes: gatehouse-users-monitor reads users, -user changes them, -admin \
            also deletes; gatehouse-applications-admin is everything of the applications.
            """)

    @OptionGroup var client: ClientOptions

    @Argument(help: "Its name.")
    var name: String

    @Argument(help: "API groups.")
    var apiGroups: [String]

    @Option(name: .long, help: "What it is for.")
    var description: String = ""

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let body: JSONValue = [
            "api_groups": JSONValue(apiGroups),
            "metadata": ["description": JSONValue(description), "name": JSONValue(name)],
        ]
        guard let response = try await client.call(ClientRequest(.POST, DirectoryCalls.roles, body: .json(body)))
        else { return }
        output.print(response, "created role \(name)")
    }
}

struct RoleReplaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Give a role other API groups, in place of all it has.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The role.")
    var name: String

    @Argument(help: "API groups.")
    var apiGroups: [String]

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let path = try DirectoryCalls.path(DirectoryCalls.roles + "/{}", name)
        let body: JSONValue = ["api_groups": JSONValue(apiGroups)]
        guard let response = try await client.call(ClientRequest(.PUT, path, body: .json(body))) else { return }
        output.print(response, "replaced role \(name)")
    }
}

struct RoleDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a role. Refused while somebody holds it.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var ending: EndingOptions

    @Argument(help: "The role.")
    var name: String

    func run() async throws {
        if !client.curl { try ending.confirm(name, "The role is gone for good.") }
        let path = try DirectoryCalls.path("/api/web/namespaces/system/roles/{}", name)
        guard let response = try await client.call(ClientRequest(.DELETE, path)) else { return }
        ending.output.print(response, "deleted role \(name)")
    }
}
