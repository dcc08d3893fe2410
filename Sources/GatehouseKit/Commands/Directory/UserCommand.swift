import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse user …`: people, their roles and groups.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Look at, make, change, disable and delete people.",
        subcommands: [
            UserListCommand.self, UserCreateCommand.self, UserReplaceCommand.self, UserEnableCommand.self,
            UserDisableCommand.self, UserEndSessionsCommand.self, UserDeleteCommand.self,
        ])

    static func switching(_ verb: String, _ email: String) -> ClientRequest {
        ClientRequest(
            .PUT, "/api/web/namespaces/system/user/settings/idm/" + verb, body: .json(["user_email": JSONValue(email)]))
    }

    static func table(_ users: [JSONValue]) -> String {
        var table = TextTable(["EMAIL", "NAME", "STATE", "ROLES", "GROUPS", "LAST SIGN-IN"])
        for user in users {
            let name = [DirectoryCalls.text(user, "first_name"), DirectoryCalls.text(user, "last_name")]
                .filter { !$0.isEmpty }.joined(separator: " ")
            let last = DirectoryCalls.text(user, "last_login_timestamp")
            table.add([
                DirectoryCalls.text(user, "email"), name.isEmpty ? "-" : name,
                user["disabled"] == true ? "disabled" : "active",
                RoleInNamespace.text(DirectoryCalls.roles(user)),
                RoleInNamespace.text(DirectoryCalls.list(user, "group_names")),
                last.isEmpty ? "never" : Moment.text(last, now: Moment.now),
            ])
        }
        return table.text
    }
}

struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List people, by e-mail address.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, DirectoryCalls.users)) else { return }
        let items = try DirectoryCalls.items(response)
        output.print(
            response, table: UserCommand.table(items), names: items.map { DirectoryCalls.text($0, "email") })
    }
}

/// What a person is to have.
struct PersonOptions: ParsableArguments {
    @Argument(help: "The e-mail address.")
    var email: String

    @Option(name: .long, help: "The first name.")
    var firstName: String

    @Option(name: .long, help: "The last name.")
    var lastName: String

    @Option(
        name: .long, help: ArgumentHelp("A role in a namespace. May be repeated.", valueName: "namespace:role"))
    var role: [RoleInNamespace] = []

    @Option(name: .long, help: "A group. May be repeated.")
    var group: [String] = []

    var body: JSONValue {
        [
            "email": JSONValue(email), "first_name": JSONValue(firstName), "group_names": JSONValue(group),
            "last_name": JSONValue(lastName), "namespace_roles": RoleInNamespace.pairs(role),
        ]
    }
}

struct UserCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a person known.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var person: PersonOptions

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let request = ClientRequest(.POST, DirectoryCalls.users, body: .json(person.body))
        guard let response = try await client.call(request) else { return }
        output.print(response, "created \(person.email)")
    }
}

struct UserReplaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Give a person other names, roles and groups, in place of all they have.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var person: PersonOptions

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let request = ClientRequest(.PUT, DirectoryCalls.users, body: .json(person.body))
        guard let response = try await client.call(request) else { return }
        output.print(response, "replaced \(person.email)")
    }
}

struct UserEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Let somebody in again.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The e-mail address.")
    var email: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        guard let response = try await client.call(UserCommand.switching("enable", email)) else { return }
        output.print(response, "enabled \(email)")
    }
}

struct UserDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Keep somebody out: everything of theirs is refused from now on.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The e-mail address.")
    var email: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        guard let response = try await client.call(UserCommand.switching("disable", email)) else { return }
        output.print(response, "disabled \(email)")
    }
}

struct UserEndSessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-sessions",
        abstract: "Sign somebody out everywhere, with what applications got; their credentials stay.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The e-mail address.")
    var email: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        guard let response = try await client.call(UserCommand.switching("end_sessions", email)) else { return }
        output.print(response, "ended the sessions of \(email)")
    }
}

struct UserDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove a person with all of their credentials, at once and for good.",
        discussion: "Asks for the address again before it does; without a terminal --yes must be given.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var ending: EndingOptions

    @Argument(help: "The e-mail address.")
    var email: String

    func run() async throws {
        if !client.curl { try ending.confirm(email, "This ends every credential of theirs for good.") }
        let request = ClientRequest(
            .POST, "/api/web/custom/namespaces/system/users/cascade_delete", body: .json(["email": JSONValue(email)]))
        guard let response = try await client.call(request) else { return }
        let count = try DirectoryCalls.items(response).count
        ending.output.print(response, "deleted \(email) and \(count) credentials")
    }
}
