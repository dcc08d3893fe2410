import ArgumentParser
import GatehouseClient
import HTTPFetch

struct CredentialListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List credentials: your own; all of them with a role that allows it.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var pages: PageOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let listing = try await client.list(CredentialPages(try place.collection(), limit: pages.limit)) else {
            return
        }
        let rows = CredentialRow.rows(listing.items)
        output.print(
            listing.response, table: CredentialRow.table(rows, of: place.family, now: Moment.now),
            names: rows.map(\.name))
    }
}

struct CredentialGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show one credential.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let request = ClientRequest(.GET, try place.item(credential.name))
        guard let response = try await client.callCredentials(request) else { return }
        let row = try place.row(response)
        output.print(
            response, table: CredentialRow.table([row], of: place.family, now: Moment.now), names: [row.name])
    }
}
