import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse signup …`: who may become a user by themselves.
struct SignUpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signup", abstract: "Decide who may sign up, invite people, and approve those who asked.",
        subcommands: [
            SignUpPolicyCommand.self, InviteCommand.self, InvitationsCommand.self, RevokeInvitationCommand.self,
            SignUpRequestsCommand.self, ApproveSignUpCommand.self, DeclineSignUpCommand.self,
        ])

    static let base = "/api/web/namespaces/system/signup/"
}

struct SignUpPolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show the sign-up policy, or replace it.",
        discussion: "Without --mode it is shown. With it the whole policy is replaced by what is said.")

    enum Mode: String, CaseIterable, ExpressibleByArgument { case closed, invitation, domains, open }
    enum Verification: String, CaseIterable, ExpressibleByArgument { case administrator, email, provider }

    @OptionGroup var client: ClientOptions

    @Option(name: .long, help: "closed, invitation, domains or open.")
    var mode: Mode?

    @Option(name: .long, help: "How it is made sure that an address is theirs: administrator, email or provider.")
    var verification = Verification.administrator

    @Option(name: .long, help: ArgumentHelp("For mode domains; may be repeated.", valueName: "name"))
    var domain: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("What who comes in is given; may be repeated.", valueName: "namespace:role"))
    var role: [RoleInNamespace] = []

    @Option(name: .long, help: ArgumentHelp("A group that they join; may be repeated.", valueName: "name"))
    var group: [String] = []

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func validate() throws {
        guard mode != nil || domain.isEmpty && role.isEmpty && group.isEmpty else {
            throw ValidationError("--mode must be given too: the policy is replaced as a whole")
        }
    }

    func request() -> ClientRequest {
        guard let mode else { return ClientRequest(.GET, SignUpCommand.base + "policy") }
        return ClientRequest(
            .PUT, SignUpCommand.base + "policy",
            body: .json([
                "domains": JSONValue(domain), "group_names": JSONValue(group),
                "mode": JSONValue(mode.rawValue.uppercased()), "namespace_roles": RoleInNamespace.pairs(role),
                "verification": JSONValue(verification.rawValue.uppercased()),
            ]))
    }

    func run() async throws {
        guard let response = try await client.call(request()) else { return }
        var table = TextTable(["MODE", "VERIFICATION", "DOMAINS", "ROLES", "GROUPS"])
        table.add([
            DirectoryCalls.text(response.json, "mode"), DirectoryCalls.text(response.json, "verification"),
            RoleInNamespace.text(DirectoryCalls.list(response.json, "domains")),
            RoleInNamespace.text(DirectoryCalls.roles(response.json)),
            RoleInNamespace.text(DirectoryCalls.list(response.json, "group_names")),
        ])
        output.print(response, table: table.text, names: [DirectoryCalls.text(response.json, "mode")])
    }
}

struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make an invitation: a link that can be used once.",
        discussion: "The link is shown this once. With an address it is for that address alone.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "An e-mail address.")
    var email: String?

    @Option(name: .long, help: ArgumentHelp("May be repeated.", valueName: "namespace:role"))
    var role: [RoleInNamespace] = []

    @Option(name: .long, help: ArgumentHelp("May be repeated.", valueName: "name"))
    var group: [String] = []

    @Option(name: .long, help: ArgumentHelp("How many days it is open, 1 to 30.", valueName: "days"))
    var days: Int64 = 7

    @Flag(name: .long, help: "Let the server send the link to the address.")
    var send = false

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func validate() throws {
        guard (1...30).contains(days) else { throw ValidationError("--days must be 1 to 30") }
        guard !send || email != nil else { throw ValidationError("--send needs an e-mail address") }
    }

    func request() -> ClientRequest {
        ClientRequest(
            .POST, SignUpCommand.base + "invitations",
            body: .json([
                "email": JSONValue(email), "expires_in": .integer(days * 86_400), "group_names": JSONValue(group),
                "namespace_roles": RoleInNamespace.pairs(role), "send_email": .bool(send),
            ]))
    }

    func run() async throws {
        guard let response = try await client.call(request()) else { return }
        let lines = ["name", "url", "expiration_timestamp"].map { member in
            Printable.line(member.padding(to: 22) + DirectoryCalls.text(response.json, member)) + "\n"
        }
        output.print(response, table: lines.joined(), names: [DirectoryCalls.text(response.json, "name")])
    }
}

struct InvitationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "invitations", abstract: "List the invitations.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = ClientRequest(.GET, SignUpCommand.base + "invitations")
        guard let response = try await client.call(request) else { return }
        let items = try DirectoryCalls.items(response)
        var table = TextTable(["NAME", "STATE", "EMAIL", "ROLES", "UNTIL"])
        for item in items {
            let email = DirectoryCalls.text(item, "email")
            table.add([
                DirectoryCalls.text(item, "name"), DirectoryCalls.text(item, "state"), email.isEmpty ? "any" : email,
                RoleInNamespace.text(DirectoryCalls.roles(item)), DirectoryCalls.text(item, "expiration_timestamp"),
            ])
        }
        output.print(response, table: table.text, names: items.map { DirectoryCalls.text($0, "name") })
    }
}

struct RevokeInvitationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-invitation", abstract: "Revoke an invitation; its link opens nothing from then on.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The invitation's name.")
    var name: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let path = try DirectoryCalls.path(SignUpCommand.base + "invitations/{}", name)
        guard let response = try await client.call(ClientRequest(.DELETE, path)) else { return }
        output.print(response, "revoked invitation \(name)")
    }
}

struct SignUpRequestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests", abstract: "List those who asked to become a user.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, SignUpCommand.base + "requests")) else { return }
        let items = try DirectoryCalls.items(response)
        var table = TextTable(["NAME", "STATE", "EMAIL", "WAITS FOR", "ROLES"])
        for item in items {
            let isWaiting = DirectoryCalls.text(item, "state") == "PENDING"
            table.add([
                DirectoryCalls.text(item, "name"), DirectoryCalls.text(item, "state"),
                DirectoryCalls.text(item, "email"),
                isWaiting ? DirectoryCalls.text(item, "verification").lowercased() : "-",
                RoleInNamespace.text(DirectoryCalls.roles(item)),
            ])
        }
        output.print(response, table: table.text, names: items.map { DirectoryCalls.text($0, "name") })
    }
}

struct ApproveSignUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Make a user of somebody who asked.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The sign-up's name, from 'requests'.")
    var name: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let path = try DirectoryCalls.path(SignUpCommand.base + "requests/{}/approve", name)
        guard let response = try await client.call(ClientRequest(.POST, path, body: .json([:]))) else { return }
        output.print(response, "approved \(DirectoryCalls.text(response.json, "email"))")
    }
}

struct DeclineSignUpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "decline", abstract: "Decline a sign-up.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The sign-up's name, from 'requests'.")
    var name: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let path = try DirectoryCalls.path(SignUpCommand.base + "requests/{}/decline", name)
        guard let response = try await client.call(ClientRequest(.POST, path, body: .json([:]))) else { return }
        output.print(response, "declined \(name)")
    }
}
