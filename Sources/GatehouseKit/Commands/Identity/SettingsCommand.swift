import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse settings …`: the limits of a tenant.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Look at and change the limits of the tenant.",
        subcommands: [SettingsGetCommand.self, SettingsSetCommand.self])

    static let path = "/api/web/namespaces/system/tenant/settings"

    static func table(_ settings: JSONValue?) -> String {
        var table = TextTable(["SETTING", "DAYS"])
        let limits = settings?["max_credentials_expiry"]?.objectValue?.members ?? []
        for limit in limits { table.add([limit.name.rawValue, limit.value.integerValue.map { "\($0)" } ?? ""]) }
        let life = settings?["max_lifetime_days"]?.integerValue ?? 0
        table.add(["max_lifetime_days", life == 0 ? "no bound" : "\(life)"])
        return table.text
    }
}

struct SettingsGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Show the settings.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        guard let response = try await client.call(ClientRequest(.GET, SettingsCommand.path)) else { return }
        output.print(
            response, table: SettingsCommand.table(response.json), names: [DirectoryCalls.text(response.json, "name")])
    }
}

struct SettingsSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change settings; what is not named stays.",
        discussion: "Days that one creation or renewal may ask for. 0 sets the standard again.")

    @OptionGroup var client: ClientOptions

    @Option(name: .long, help: ArgumentHelp("Of API tokens.", valueName: "days"))
    var apiTokenDays: Int64?

    @Option(name: .long, help: ArgumentHelp("Of API certificates.", valueName: "days"))
    var apiCertificateDays: Int64?

    @Option(name: .long, help: ArgumentHelp("Of kubeconfigs.", valueName: "days"))
    var kubeConfigDays: Int64?

    @Option(name: .long, help: ArgumentHelp("That renewals may add up to; 0 is no bound.", valueName: "days"))
    var maxLifetimeDays: Int64?

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func validate() throws {
        let days = [apiTokenDays, apiCertificateDays, kubeConfigDays, maxLifetimeDays]
        guard days.contains(where: { $0 != nil }) else {
            throw ValidationError(
                "say what to set: --api-token-days, --api-certificate-days, --kube-config-days, --max-lifetime-days")
        }
    }

    func request() -> ClientRequest {
        var limits = JSONObject()
        for (name, days) in [
            ("max_api_token_expiry_days", apiTokenDays), ("max_api_certificate_expiry_days", apiCertificateDays),
            ("max_kube_config_expiry_days", kubeConfigDays),
        ] { if let days { limits[name] = .integer(days) } }
        var body: JSONObject = ["max_credentials_expiry": .object(limits)]
        if let maxLifetimeDays { body["max_lifetime_days"] = .integer(maxLifetimeDays) }
        return ClientRequest(.PUT, SettingsCommand.path, body: .json(.object(body)))
    }

    func run() async throws {
        guard let response = try await client.call(request()) else { return }
        // The contract's way to refuse a value is a 200 that says so.
        let problems = try DirectoryCalls.items(response, "validation_errors")
        guard problems.isEmpty else {
            throw CommandFailure(
                .failure,
                messages: problems.map {
                    "\(DirectoryCalls.text($0, "error_field")) \(DirectoryCalls.text($0, "error_message"))"
                })
        }
        output.print(response, table: SettingsCommand.table(response.json), names: [])
    }
}
