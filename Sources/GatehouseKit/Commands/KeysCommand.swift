import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse keys …`: the keys that sign access tokens.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "List and rotate the keys that sign tokens.",
        subcommands: [KeysListCommand.self, KeysRotateCommand.self])

    static let path = "/api/web/namespaces/system/signing_keys"
}

struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the signing keys.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, KeysCommand.path)) else { return }
        let keys = SigningKeyRow.rows(response.json?["items"]?.arrayValue ?? [])
        output.print(response, table: SigningKeyRow.table(keys, now: Moment.now), names: keys.map(\.keyID))
    }
}

struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Make a new signing key.",
        discussion:
            "The new key is published at once and signs later, when everybody who caches the key set has had time to see it."
    )

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = ClientRequest(.POST, KeysCommand.path + "/rotate", body: .json([:]))
        guard let response = try await client.call(request) else { return }
        let keys = SigningKeyRow.rows(response.json.map { [$0] } ?? [])
        output.print(response, table: SigningKeyRow.table(keys, now: Moment.now), names: keys.map(\.keyID))
    }
}

/// One signing key as the server lists it.
struct SigningKeyRow: Hashable, Sendable {
    let keyID: String
    let algorithm: String
    let standing: String
    let created: String
    let activates: String

    static func rows(_ items: [JSONValue]) -> [SigningKeyRow] {
        items.compactMap { item in
            item["kid"]?.stringValue.map { keyID in
                SigningKeyRow(
                    keyID: keyID, algorithm: item["algorithm"]?.stringValue ?? "",
                    standing: item["standing"]?.stringValue ?? "",
                    created: item["created_timestamp"]?.stringValue ?? "",
                    activates: item["activation_timestamp"]?.stringValue ?? "")
            }
        }
    }

    static func table(_ keys: [SigningKeyRow], now: Int64) -> String {
        var table = TextTable(["KID", "ALGORITHM", "STANDING", "CREATED", "SIGNS"])
        for key in keys {
            table.add([
                key.keyID, key.algorithm, key.standing, Moment.text(key.created, now: now),
                Moment.text(key.activates, now: now),
            ])
        }
        return table.text
    }
}
