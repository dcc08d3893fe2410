import ArgumentParser
import GatehouseClient
import HTTPFetch
import Identifiers
import Secrets
import StrictJSON

/// Where providers are on a server.
enum ProviderPlace {
    static let collection = "/api/web/custom/namespaces/system/oidc_providers"

    static func item(_ name: String, _ rest: String = "") throws(CommandFailure) -> String {
        try CredentialCommand.path(ClientRequest.path(collection + "/{}" + rest, name))
    }

    static func table(_ items: [JSONValue]) -> (text: String, names: [String]) {
        var table = TextTable(["NAME", "KIND", "TYPE", "ORIGIN", "STATE"])
        for item in items {
            let texts = ["name", "kind", "provider_type", "origin"].map { item[$0]?.stringValue ?? "" }
            table.add(texts + [item["in_force"]?.boolValue ?? false ? "in force" : "not in force"])
        }
        return (table.text, items.compactMap { $0["name"]?.stringValue })
    }
}

struct ProviderListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a server's providers: of its configuration, and made over its API.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, ProviderPlace.collection)) else { return }
        let (text, names) = ProviderPlace.table(try DirectoryCalls.items(response))
        output.print(response, table: text, names: names)
    }
}

struct ProviderGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show one provider of a server.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The provider's name.")
    var name: String

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.yaml

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, try ProviderPlace.item(name))) else { return }
        guard let object = response.json?["object"], var row = object["spec"]?["gc_spec"]?.objectValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        row["name"] = object["metadata"]?["name"]
        let (text, names) = ProviderPlace.table([.object(row)])
        output.print(response, table: text, names: names)
    }
}

/// What create and replace send: a spec from a file, and the client secret from elsewhere.
struct ProviderBodyOptions: ParsableArguments {
    static let variable = "GATEHOUSE_CLIENT_SECRET"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The spec as JSON, without the client secret: {\"oidc_v10_spec_type\": {...}}.", valueName: "file"))
    var spec: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Reads the client secret from a file, - for standard input (GATEHOUSE_CLIENT_SECRET). A workload has none.",
            valueName: "file"))
    var clientSecretFile: String?

    func secret(
        _ environment: [String: String]
    ) throws(CommandFailure) -> (secret: Secret, source: ClientRequest.SecretSource)? {
        if let clientSecretFile {
            let file = InputFile(clientSecretFile)
            return (try file.readSecret(), file.isStandardInput ? .standardInput : .file(clientSecretFile))
        }
        guard let text = environment[Self.variable], !text.isEmpty else { return nil }
        return (Secret(utf8: text), .variable(Self.variable))
    }

    /// The body, with the secret put into the one spec. Of what is already wrong, the server tells.
    func body(
        _ file: [UInt8], _ secret: (secret: Secret, source: ClientRequest.SecretSource)?, named name: String? = nil
    ) throws(CommandFailure) -> ClientRequest.Body {
        let spec: JSONObject
        do { spec = try JSONValue.parseObject(file) } catch {
            throw CommandFailure(.usage, "the spec is not a JSON object: \(error)")
        }
        var body: JSONObject = ["namespace": "system", "spec": .object(spec["spec"]?.objectValue ?? spec)]
        if let name { body["name"] = JSONValue(name) }
        guard let secret else { return .json(.object(body)) }
        let inner = body["spec"]?.objectValue?.members.first { $0.value.objectValue != nil }?.name.rawValue
        guard let inner else {
            throw CommandFailure(
                .usage, "the spec has no object for the client secret", hint: "{\"oidc_v10_spec_type\": {...}}")
        }
        return .jsonWithSecret(body, at: ["spec", inner, "client_secret"], secret.secret, source: secret.source)
    }

    func read(named name: String? = nil) throws(CommandFailure) -> ClientRequest.Body {
        guard spec != "-" || clientSecretFile != "-" else {
            throw CommandFailure(.usage, "--spec and --client-secret-file cannot both be standard input")
        }
        return try body(try InputFile(spec).read(limit: 64 << 10), try secret(Environment.all), named: name)
    }
}

struct ProviderCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a provider on a server, with effect on the next request.",
        discussion: "Says which URIs to allow at the provider. Without --name the server chooses one.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var content: ProviderBodyOptions

    @Option(name: .long, help: "Its name, as policies will call it.")
    var name: String?

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = ClientRequest(.POST, ProviderPlace.collection, body: try content.read(named: name))
        guard let response = try await client.call(request) else { return }
        guard let name = response.json?["name"]?.stringValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        let lines = ["name", "redirect_uri", "post_logout_redirect_uri"].map { member in
            Printable.line(member.padding(to: 26) + (response.json?[member]?.stringValue ?? "")) + "\n"
        }
        output.print(response, table: lines.joined(), names: [name])
    }
}

struct ProviderReplaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Replace a provider of a server whole, its client secret too.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var content: ProviderBodyOptions

    @Argument(help: "The provider's name.")
    var name: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let request = ClientRequest(.PUT, try ProviderPlace.item(name), body: try content.read())
        guard let response = try await client.call(request) else { return }
        output.print(response, "replaced \(name)")
    }
}

struct ProviderDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a provider of a server; its tokens are refused from then on.",
        discussion: "Its SCIM goes with it. Asks for the name; without a terminal --yes must be given.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var ending: EndingOptions

    @Argument(help: "The provider's name.")
    var name: String

    func run() async throws {
        if !client.curl { try ending.confirm(name, "Deleting shuts everybody of it out.") }
        guard let response = try await client.call(try request()) else { return }
        ending.output.print(response, "deleted \(name)")
    }

    func request() throws(CommandFailure) -> ClientRequest {
        ClientRequest(.POST, try ProviderPlace.item(name, "/delete"), body: .json(["namespace": "system"]))
    }
}

struct ProviderProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Let a server go to one of its providers, step by step.",
        discussion: "'test' does the same from here, for a provider of a file. Exit code 1 when a step fails.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The provider's name.")
    var name: String

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = ClientRequest(.POST, try ProviderPlace.item(name, "/test"), body: .json([:]))
        guard let response = try await client.call(request) else { return }
        var table = TextTable(["STEP", "STANDING", "FOUND", "HINT"])
        for step in try DirectoryCalls.items(response, "steps") {
            table.add(["step", "standing", "message", "hint"].map { DirectoryCalls.text(step, $0) })
        }
        output.print(response, table: table.text, names: [name])
        guard DirectoryCalls.text(response.json, "verdict") == "READY" else { throw CommandFailure.verdict(.failure) }
    }
}

/// Lets a provider count, or not.
private func switchProvider(_ name: String, on isOn: Bool, _ client: ClientOptions, _ output: DoneFormat) async throws {
    let request = ClientRequest(
        .PUT, try ProviderPlace.item(name, "/enabled"), body: .json(["enabled": .bool(isOn)]))
    guard let response = try await client.call(request) else { return }
    output.print(response, (isOn ? "enabled " : "disabled ") + name)
}

struct ProviderEnableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let a provider count again, and what it vouched for.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The provider's name.")
    var name: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws { try await switchProvider(name, on: true, client, output) }
}

struct ProviderDisableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Take nothing on a provider's word: sign-ins, its tokens, and all that was issued on them.",
        discussion: "Also one of the configuration. Nothing is revoked: enabling it brings back what hangs on it.")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The provider's name.")
    var name: String

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws { try await switchProvider(name, on: false, client, output) }
}
