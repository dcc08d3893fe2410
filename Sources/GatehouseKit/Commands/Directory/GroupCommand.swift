import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse group …`: groups, their roles and members.
struct GroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Look at, make, change and delete groups.",
        subcommands: [
            GroupListCommand.self, GroupCreateCommand.self, GroupChangeCommand.self, GroupDeleteCommand.self,
        ])

    static func table(_ groups: [JSONValue]) -> String {
        var table = TextTable(["NAME", "ROLES", "MEMBERS", "DESCRIPTION"])
        for group in groups {
            table.add([
                DirectoryCalls.text(group, "name"), RoleInNamespace.text(DirectoryCalls.roles(group)),
                String(DirectoryCalls.list(group, "usernames").count), DirectoryCalls.text(group, "description"),
            ])
        }
        return table.text
    }
}

struct GroupListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List groups.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, DirectoryCalls.groups)) else { return }
        let items = try DirectoryCalls.items(response, "user_groups")
        output.print(
            response, table: GroupCommand.table(items), names: items.map { DirectoryCalls.text($0, "name") })
    }
}

struct GroupCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a group.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "Its name.")
    var name: String

    @Option(name: .long, help: "What it is for.")
    var description: String = ""

    @Option(
        name: .long,
        help: ArgumentHelp("A role for all members. May be repeated.", valueName: "namespace:role"))
    var role: [RoleInNamespace] = []

    @Option(name: .long, help: ArgumentHelp("A member. May be repeated.", valueName: "email"))
    var member: [String] = []

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let body: JSONValue = [
            "description": JSONValue(description), "name": JSONValue(name),
            "namespace_roles": RoleInNamespace.pairs(role), "usernames": JSONValue(member),
        ]
        guard let response = try await client.call(ClientRequest(.POST, DirectoryCalls.groups, body: .json(body)))
        else { return }
        output.print(response, "created group \(name)")
    }
}

struct GroupChangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Add roles and members to a group, or take them out.",
        discussion: "One call for each kind of change; what was done before a refusal stays.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The group.")
    var name: String

    @Option(name: .long, help: ArgumentHelp("May be repeated.", valueName: "namespace:role"))
    var addRole: [RoleInNamespace] = []

    @Option(name: .long, help: ArgumentHelp("May be repeated.", valueName: "namespace:role"))
    var removeRole: [RoleInNamespace] = []

    @Option(name: .long, help: ArgumentHelp("May be repeated.", valueName: "email"))
    var addMember: [String] = []

    @Option(name: .long, help: ArgumentHelp("May be repeated.", valueName: "email"))
    var removeMember: [String] = []

    func validate() throws {
        guard !addRole.isEmpty || !removeRole.isEmpty || !addMember.isEmpty || !removeMember.isEmpty else {
            throw ValidationError("say what to change: --add-role, --remove-role, --add-member, --remove-member")
        }
    }

    func run() async throws {
        let requests = try requests()
        guard !client.curl else {
            for request in requests { try client.show(request) }
            return
        }
        let session = try client.session()
        for request in requests { _ = try await session.call(request) }
        Console.print("\(Style.standardOutput.tick) \(Printable.line("changed group \(name)"))")
    }

    func requests() throws -> [ClientRequest] {
        var requests: [ClientRequest] = []
        for (roles, verb) in [(addRole, "assign"), (removeRole, "remove")] where !roles.isEmpty {
            let path = try DirectoryCalls.path(DirectoryCalls.groups + "/{}/\(verb)_namespace_roles", name)
            requests.append(
                ClientRequest(.PUT, path, body: .json(["namespace_roles": RoleInNamespace.pairs(roles)])))
        }
        for (members, verb) in [(addMember, "group_add"), (removeMember, "group_remove")] {
            for member in members {
                requests.append(
                    ClientRequest(
                        .PUT, "/api/web/custom/namespaces/system/users/" + verb,
                        body: .json(["group_names": [JSONValue(name)], "username": JSONValue(member)])))
            }
        }
        return requests
    }
}

struct GroupDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a group. Refused while it has members, unless these go out with it.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var ending: EndingOptions

    @Argument(help: "The group.")
    var name: String

    @Flag(name: .long, help: "Take its members out first.")
    var removeMembers = false

    func run() async throws {
        if !client.curl { try ending.confirm(name, "Its members lose what it gives them.") }
        let request = ClientRequest(
            .DELETE, try DirectoryCalls.path(DirectoryCalls.groups + "/{}", name),
            query: removeMembers ? [(name: "attempt_remove_references", value: "true")] : [])
        guard let response = try await client.call(request) else { return }
        ending.output.print(response, "deleted group \(name)")
    }
}
