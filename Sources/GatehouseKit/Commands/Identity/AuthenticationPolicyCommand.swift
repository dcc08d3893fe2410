import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse policy authentication …`: which credentials open a namespace of a server.
struct AuthenticationPolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authentication", abstract: "Decide which credentials open a namespace of a server.",
        subcommands: [
            AuthenticationListCommand.self, AuthenticationGetCommand.self, AuthenticationSetCommand.self,
            AuthenticationDeleteCommand.self,
        ])

    static func path(_ namespace: String, _ name: String? = nil) throws(CommandFailure) -> String {
        guard let name else {
            return try DirectoryCalls.path("/api/config/namespaces/{}/authentications", namespace)
        }
        return try CredentialCommand.path(
            ClientRequest.path("/api/config/namespaces/{}/authentications/{}", namespace, name))
    }
}

struct AuthenticationPlace: ParsableArguments {
    @Option(name: .shortAndLong, help: "The namespace.")
    var namespace = "system"
}

struct AuthenticationListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the authentication policies of a namespace.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: AuthenticationPlace

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = ClientRequest(.GET, try AuthenticationPolicyCommand.path(place.namespace))
        guard let response = try await client.call(request) else { return }
        let items = try DirectoryCalls.items(response)
        var table = TextTable(["NAME", "STATE", "DESCRIPTION"])
        for item in items {
            table.add([
                DirectoryCalls.text(item, "name"), item["disabled"]?.boolValue ?? false ? "disabled" : "in force",
                DirectoryCalls.text(item, "description"),
            ])
        }
        output.print(response, table: table.text, names: items.map { DirectoryCalls.text($0, "name") })
    }
}

struct AuthenticationGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show one authentication policy; its secrets are never shown.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: AuthenticationPlace

    @Argument(help: "The policy's name.")
    var name: String

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.yaml

    func run() async throws {
        let request = ClientRequest(.GET, try AuthenticationPolicyCommand.path(place.namespace, name))
        guard let response = try await client.call(request) else { return }
        let access = response.json?["spec"]?["access_params"]?.objectValue
        var table = TextTable(["ASKS FOR", "VALUE"])
        for member in access?.members ?? [] {
            let texts = (member.value.arrayValue ?? []).compactMap(\.stringValue)
            let scalar = member.value.integerValue.map { "\($0)" } ?? member.value.boolValue.map { "\($0)" }
            table.add([member.name.rawValue, scalar ?? RoleInNamespace.text(texts)])
        }
        output.print(response, table: table.text, names: [name])
    }
}

struct AuthenticationSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Make an authentication policy, or replace one whole.",
        discussion: """
            What is asked of a credential is said by options, or as a whole spec in a file: {"access_params": {...}, \
            "cookie_params": {...}, "oidc_auth": {...}}. In force on the next request.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: AuthenticationPlace

    @Argument(help: "The policy's name.")
    var name: String

    @Option(name: .long, help: ArgumentHelp("The spec as JSON, - for standard input.", valueName: "file"))
    var spec: String?

    @Option(name: .long, help: "SESSION, API_TOKEN, CERTIFICATE or EXCHANGE; may be repeated.")
    var mechanism: [String] = []

    @Option(name: .long, help: "A credential type, such as API_TOKEN; may be repeated.")
    var credentialType: [String] = []

    @Option(name: .long, help: ArgumentHelp("How long a credential may live in all.", valueName: "seconds"))
    var maxLifetime: Int64?

    @Option(name: .long, help: "One of these authentication context classes; may be repeated.")
    var acr: [String] = []

    @Option(name: .long, help: "All of these authentication methods; may be repeated.")
    var amr: [String] = []

    @Option(name: .long, help: ArgumentHelp("One of these networks; may be repeated.", valueName: "cidr"))
    var network: [String] = []

    @Flag(name: .long, help: "Every namespace of the tenant; in 'system' only.")
    var coversTenant = false

    @Option(name: .long, help: "What it is for.")
    var description: String = ""

    @Flag(name: .long, help: "Keep it, without effect.")
    var disabled = false

    @Flag(name: .long, help: "Replace the one that is there.")
    var replace = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    private var hasOptions: Bool {
        maxLifetime != nil || coversTenant
            || !(mechanism.isEmpty && credentialType.isEmpty && acr.isEmpty && amr.isEmpty && network.isEmpty)
    }

    func validate() throws {
        guard (spec != nil) != hasOptions else {
            throw ValidationError("say what is asked for: by --spec, or by options such as --mechanism")
        }
    }

    func specification() throws(CommandFailure) -> JSONValue {
        if let spec {
            do {
                return .object(try JSONValue.parseObject(try InputFile(spec).read(limit: 64 << 10)))
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                throw CommandFailure(.usage, "the spec is not a JSON object: \(error)")
            }
        }
        return [
            "access_params": [
                "covers_tenant": .bool(coversTenant), "credential_types": JSONValue(credentialType),
                "max_lifetime": .integer(maxLifetime ?? 0), "mechanisms": JSONValue(mechanism),
                "required_acr": JSONValue(acr), "required_amr": JSONValue(amr), "source_networks": JSONValue(network),
            ]
        ]
    }

    func request() throws(CommandFailure) -> ClientRequest {
        let body: JSONValue = [
            "metadata": [
                "description": JSONValue(description), "disable": .bool(disabled), "name": JSONValue(name),
            ], "spec": try specification(),
        ]
        return replace
            ? ClientRequest(
                .PUT, try AuthenticationPolicyCommand.path(place.namespace, name), body: .json(body))
            : ClientRequest(.POST, try AuthenticationPolicyCommand.path(place.namespace), body: .json(body))
    }

    func run() async throws {
        guard let response = try await client.call(try request()) else { return }
        output.print(response, "\(replace ? "replaced" : "created") authentication policy \(name)")
    }
}

struct AuthenticationDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an authentication policy; what it kept out comes in again.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: AuthenticationPlace
    @OptionGroup var ending: EndingOptions

    @Argument(help: "The policy's name.")
    var name: String

    func run() async throws {
        if !client.curl { try ending.confirm(name, "What the policy keeps out comes in again.") }
        let path = try AuthenticationPolicyCommand.path(place.namespace, name)
        guard let response = try await client.call(ClientRequest(.DELETE, path)) else { return }
        ending.output.print(response, "deleted authentication policy \(name)")
    }
}
