import ArgumentParser
import GatehouseClient
import StrictJSON

/// `gatehouse credential expiring`: what must be renewed next.
struct CredentialExpiringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expiring", abstract: "List the credentials that expire soon, the soonest first.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var pages: PageOptions

    @Option(name: .long, help: ArgumentHelp("How soon, in whole days: 30d, 4w.", valueName: "time"))
    var within = "30d"

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func validate() throws {
        guard let days = HumanTime.days(within), days <= 3650 else {
            throw ValidationError("--within must be a whole number of days, at most 3650d")
        }
    }

    func run() async throws {
        guard let listing = try await client.list(try request()) else { return }
        let rows = listing.items.compactMap(ExpiringRow.init)
        output.print(
            listing.response, table: ExpiringRow.table(rows, now: Moment.now), names: rows.map(\.row.name))
    }

    func request() throws(CommandFailure) -> CredentialPages {
        CredentialPages(
            try place.verb("expiring"), query: [("within_days", String(HumanTime.days(within) ?? 0))],
            limit: pages.limit)
    }
}

/// One credential that expires soon.
struct ExpiringRow: Hashable, Sendable {
    let row: CredentialRow
    let lastUsed: String?
    let secondsLeft: Int64?

    init?(_ item: JSONValue) {
        guard let row = CredentialRow(item: item) else { return nil }
        self.row = row
        lastUsed = item["last_used_timestamp"]?.stringValue
        secondsLeft = item["seconds_left"]?.integerValue
    }

    static func table(_ rows: [ExpiringRow], now: Int64) -> String {
        var table = TextTable(["NAME", "TYPE", "OWNER", "EXPIRES", "LAST USED", "STATE"])
        for one in rows {
            // The server's count is right whatever this machine's clock says.
            let expires =
                one.secondsLeft.map { HumanTime.relative($0, to: 0) } ?? Moment.text(one.row.expires, now: now)
            table.add([
                one.row.name, one.row.type, one.row.owner, expires,
                one.lastUsed.map { Moment.text($0, now: now) } ?? "never", one.row.state(at: now),
            ])
        }
        return table.text
    }
}
