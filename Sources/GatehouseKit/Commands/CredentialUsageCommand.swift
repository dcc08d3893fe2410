import Broker
import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse credential usage`: when a credential was last used, and each of its secrets.
struct CredentialUsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Show when a credential was last used, and each secret of a rotated one.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.callCredentials(try request()) else { return }
        guard let usage = CredentialUsage(response.json ?? .null) else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        output.print(response, table: usage.text(now: Moment.now), names: [usage.name])
    }

    func request() throws(CommandFailure) -> ClientRequest {
        let path = try CredentialCommand.path(
            ClientRequest.path(
                "/api/web/namespaces/{}/usage/\(place.family.rawValue)/{}", place.namespace, credential.name))
        return ClientRequest(.GET, path)
    }
}

/// The answer of usage.
struct CredentialUsage: Hashable, Sendable {
    struct Generation: Hashable, Sendable {
        let number: Int64
        let isCurrent: Bool
        let created: String
        let lastUsed: String?
        let retires: String?
    }

    let name: String
    let lastUsed: String?
    let generations: [Generation]
    let warning: String

    init?(_ answer: JSONValue) {
        guard let name = answer["name"]?.stringValue else { return nil }
        self.name = name
        lastUsed = answer["last_used_timestamp"]?.stringValue
        warning = answer["warning"]?.stringValue ?? ""
        generations = (answer["generations"]?.arrayValue ?? []).map { item in
            Generation(
                number: item["generation"]?.integerValue ?? 0, isCurrent: item["current"]?.boolValue ?? false,
                created: item["created_timestamp"]?.stringValue ?? "",
                lastUsed: item["last_used_timestamp"]?.stringValue, retires: item["retires_timestamp"]?.stringValue)
        }
    }

    func text(now: Int64) -> String {
        func time(_ text: String?, _ absent: String) -> String { text.map { Moment.text($0, now: now) } ?? absent }
        var text = Printable.line("\(name)   last used \(time(lastUsed, "never"))") + "\n"
        if !generations.isEmpty {
            var table = TextTable(["GENERATION", "STATE", "CREATED", "LAST USED", "ENDS"])
            for one in generations {
                table.add([
                    String(one.number), one.isCurrent ? "current" : "old", time(one.created, ""),
                    time(one.lastUsed, "never"), time(one.retires, "-"),
                ])
            }
            text += table.text
        }
        if !warning.isEmpty { text += "warning: \(Printable.line(warning))\n" }
        return text
    }
}
