import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse credential …`: the Authentication API.
struct CredentialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "List, make and revoke API credentials.",
        subcommands: [
            CredentialListCommand.self, CredentialCreateCommand.self, CredentialGetCommand.self,
            CredentialRevokeCommand.self,
        ], aliases: ["cred"])

    /// The path of a template with the namespace and perhaps a name in it.
    static func path(_ path: String?) throws(CommandFailure) -> String {
        guard let path else { throw CommandFailure(.usage, "a namespace or a name cannot be empty or dots only") }
        return path
    }
}

/// In which namespace. Clients of the original API keep their credentials in `system`.
struct NamespaceOption: ParsableArguments {
    @Option(name: .shortAndLong, help: "The namespace of the credential.")
    var namespace = "system"
}

struct CredentialListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List credentials: your own; all of them with a role that allows it.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: NamespaceOption

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let path = try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/api_credentials", place.namespace))
        guard let response = try await client.call(ClientRequest(.GET, path)) else { return }
        let rows = CredentialRow.rows(response.json?["items"]?.arrayValue ?? [])
        output.print(
            response, table: CredentialRow.table(rows, now: Moment.now), names: rows.map(\.name))
    }
}

struct CredentialCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a credential and show its secret, once.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, yaml, token }

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: NamespaceOption

    @Argument(help: "What to call it; the server adds a suffix, and that name is then its name.")
    var name: String

    @Option(name: .long, help: "The type of credential: API_TOKEN.")
    var type = "API_TOKEN"

    @Option(name: .long, help: ArgumentHelp("How long it lives, in whole days: 10d, 4w, 48h.", valueName: "time"))
    var expires: String?

    @Option(name: .long, help: "How many days it lives.")
    var days: Int64?

    @Option(name: .shortAndLong, help: "text, json for the server's answer as it is, yaml, or token alone.")
    var output = Format.text

    func validate() throws {
        guard expires == nil || days == nil else { throw ValidationError("give one of --expires and --days") }
        if let expires, HumanTime.days(expires) == nil {
            throw ValidationError("--expires must be a whole number of days, such as 10d, 4w or 48h")
        }
        guard (days ?? 1) >= 0 else { throw ValidationError("--days cannot be negative") }
    }

    func run() async throws {
        guard let response = try await client.call(try request()) else { return }
        guard let token = response.json?["data"]?.stringValue, let made = response.json?["name"]?.stringValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        switch output {
        case .json: Console.printBody(response.body)
        case .yaml: Console.write(Array(YAMLWriter.text(response.json ?? .null).utf8))
        case .token: Console.print(Printable.line(token))
        case .text:
            let expiry = response.json?["expiration_timestamp"]?.stringValue ?? ""
            let when = Moment.text(expiry, now: Moment.now)
            Console.print(
                "\(Style.standardOutput.tick) created \(Printable.line(made))   expires \(Printable.line(when))")
            Console.print("  token (shown once)  " + Printable.line(token))
        }
    }

    func request() throws(CommandFailure) -> ClientRequest {
        let path = try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/api_credentials", place.namespace))
        var body: JSONObject = [
            "name": JSONValue(name), "namespace": JSONValue(place.namespace), "spec": ["type": JSONValue(type)],
        ]
        if let days = days ?? expires.flatMap(HumanTime.days) { body["expiration_days"] = .integer(days) }
        return ClientRequest(.POST, path, body: .json(.object(body)))
    }
}

struct CredentialGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show one credential.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: NamespaceOption

    @Argument(help: "The name that the server gave it.")
    var name: String

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let path = try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/api_credentials/{}", place.namespace, name))
        guard let response = try await client.call(ClientRequest(.GET, path)) else { return }
        let rows = response.json?["object"].flatMap(CredentialRow.init(object:)).map { [$0] } ?? []
        output.print(
            response, table: CredentialRow.table(rows, now: Moment.now), names: rows.map(\.name))
    }
}
