import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse access …`: who may do what, and why.
struct AccessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Ask who may do what, and why.",
        subcommands: [AccessCheckCommand.self, AccessWhoCanCommand.self])

    static func reasons(_ value: JSONValue?) -> String {
        let reasons = (value?["because"]?.arrayValue ?? []).map { reason -> String in
            let group = DirectoryCalls.text(reason, "user_group")
            return "\(DirectoryCalls.text(reason, "namespace")):\(DirectoryCalls.text(reason, "role"))"
                + (group.isEmpty ? "" : " by group \(group)")
        }
        return RoleInNamespace.text(reasons)
    }

    static func request(
        _ operation: String, _ question: AccessQuestion, user: String? = nil
    ) throws(CommandFailure) -> ClientRequest {
        let path = try DirectoryCalls.path(
            "/api/web/custom/namespaces/{}/access/\(operation)", question.namespace)
        var query = [(name: "api_group", value: question.apiGroup), (name: "verb", value: question.verb.rawValue)]
        if let user { query.append((name: "user", value: user)) }
        return ClientRequest(.GET, path, query: query)
    }
}

/// What is asked about.
struct AccessQuestion: ParsableArguments {
    enum Verb: String, CaseIterable, ExpressibleByArgument { case list, get, create, update, delete }

    @Argument(help: "list, get, create, update or delete.")
    var verb: Verb

    @Argument(help: "An API group, such as users, credentials or one of an application's.")
    var apiGroup: String

    @Option(name: .shortAndLong, help: "The namespace.")
    var namespace = "system"
}

struct AccessCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether you, or somebody else, may do that. Ends with 1 when not.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var question: AccessQuestion

    @Option(name: .long, help: ArgumentHelp("Somebody else, by e-mail address or id.", valueName: "email"))
    var user: String?

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = try AccessCommand.request("check", question, user: user)
        guard let response = try await client.call(request) else { return }
        guard let isAllowed = response.json?["allowed"]?.boolValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        let who = DirectoryCalls.text(response.json, "user")
        let withheld = DirectoryCalls.text(response.json, "withheld_by")
        let why =
            withheld.isEmpty
            ? "roles there: \(RoleInNamespace.text(DirectoryCalls.list(response.json, "roles")))" : withheld
        let text =
            isAllowed
            ? "yes: \(who) may \(question.verb) \(question.apiGroup) in \(question.namespace), by \(AccessCommand.reasons(response.json))"
            : "no: \(who) may not \(question.verb) \(question.apiGroup) in \(question.namespace); \(why)"
        output.print(response, table: Printable.line(text) + "\n", names: [isAllowed ? "yes" : "no"])
        if !isAllowed { throw ExitCode(CommandStatus.failure.rawValue) }
    }
}

struct AccessWhoCanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-can", abstract: "List everybody who may do that, and why.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var question: AccessQuestion

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(try AccessCommand.request("who-can", question)) else { return }
        let items = try DirectoryCalls.items(response)
        var table = TextTable(["NAME", "KIND", "BECAUSE"])
        for item in items {
            table.add([
                DirectoryCalls.text(item, "name"), DirectoryCalls.text(item, "kind").lowercased(),
                AccessCommand.reasons(item),
            ])
        }
        output.print(response, table: table.text, names: items.map { DirectoryCalls.text($0, "name") })
    }
}
