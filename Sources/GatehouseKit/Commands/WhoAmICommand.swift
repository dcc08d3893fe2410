import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse whoami`: who the server takes the credential for.
struct WhoAmICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Say who you are to the server, and what you may do.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "The namespace to ask in.")
    var namespace = "system"

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(try request()) else { return }
        guard let report = WhoAmIReport(response.json ?? .null) else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        output.print(response, table: report.text, names: [report.name])
    }

    func request() throws(CommandFailure) -> ClientRequest {
        ClientRequest(
            .GET,
            try CredentialCommand.path(ClientRequest.path("/api/web/custom/namespaces/{}/whoami", namespace)))
    }
}

/// What people want to know of the answer; `-o json` has the rest.
struct WhoAmIReport: Hashable, Sendable {
    let name: String
    let text: String

    init?(_ answer: JSONValue) {
        guard let name = answer["name"]?.stringValue else { return nil }
        self.name = name
        let listed = (answer["namespace_roles"]?.arrayValue ?? []).compactMap { item -> RoleInNamespace? in
            guard let namespace = item["namespace"]?.stringValue, let role = item["role"]?.stringValue else {
                return nil
            }
            return RoleInNamespace(namespace: namespace, role: role)
        }
        let mapped = RoleInNamespace.list(answer["namespace_access"])
        let lines =
            ["name", "email", "type", "tenant"].compactMap { member -> (String, String)? in
                answer[member]?.stringValue.flatMap { $0.isEmpty ? nil : (member, $0) }
            } + [
                (
                    "groups",
                    RoleInNamespace.text((answer["group_names"]?.arrayValue ?? []).compactMap(\.stringValue))
                ),
                ("roles", RoleInNamespace.text(mapped.isEmpty ? listed : mapped)),
            ]
        text = lines.map { Printable.line($0.0.padding(to: 8) + $0.1) + "\n" }.joined()
    }
}
