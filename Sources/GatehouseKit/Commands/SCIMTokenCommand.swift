import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse scim-token …`: the one token with which an identity provider keeps users and groups up to date.
struct SCIMTokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scim-token", abstract: "Look at, make and end the token of the SCIM client.",
        subcommands: [SCIMTokenGetCommand.self, SCIMTokenCreateCommand.self, SCIMTokenRevokeCommand.self])

    /// There is one for the tenant, in `system`.
    static let path = "/api/web/namespaces/system/scim_token"
    static let revokePath = "/api/web/namespaces/system/revoke/scim_token"

    static func failure(_ failure: ClientFailure, key: IdempotencyKey? = nil) -> CommandFailure {
        guard case .refused(let refusal) = failure else { return CommandFailure(making: failure, key: key) }
        let plain = CommandFailure(failure)
        return switch refusal.status {
        case 404: CommandFailure(.failure, messages: plain.messages, hint: "'gatehouse scim-token create' makes one")
        case 400 where refusal.code == "9":
            CommandFailure(.failure, messages: plain.messages, hint: "SCIM is switched on at an identity provider")
        default: plain
        }
    }
}

struct SCIMTokenGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Show the SCIM token, without its secret.")

    @OptionGroup var client: ClientOptions

    @Option(name: .shortAndLong, help: "table, json for the server's answer as it is, yaml, or name.")
    var output = ListFormat.table

    func run() async throws {
        let response: ClientResponse
        do {
            guard let answer = try await client.call(ClientRequest(.GET, SCIMTokenCommand.path)) else { return }
            response = answer
        } catch let failure as ClientFailure {
            throw SCIMTokenCommand.failure(failure)
        }
        guard let row = response.json?["object"].flatMap(CredentialRow.init(object:)) else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        output.print(response, table: CredentialRow.table([row], now: Moment.now), names: [row.name])
    }
}

struct SCIMTokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a new SCIM token and show it, once. The one before it ends.",
        discussion: "There is one at most: the SCIM client is refused until it has the new one.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var lifetime: LifetimeOptions
    @OptionGroup var once: IdempotencyOption
    @OptionGroup var secret: SecretOutput

    func validate() throws {
        guard (lifetime.wanted ?? 1) <= 730 else { throw ValidationError("a SCIM token lives for at most 730 days") }
    }

    func run() async throws {
        guard !client.curl else {
            try client.show(request())
            return
        }
        let session = try client.session()
        let file = try secret.newFile()
        do {
            let answer = try SecretAnswer(try await session.call(request()))
            try secret.deliver(answer, to: file, form: .token, verb: "created", now: Moment.now)
        } catch let failure as ClientFailure {
            throw SCIMTokenCommand.failure(failure, key: once.idempotencyKey)
        }
    }

    func request() -> ClientRequest {
        var body: JSONObject = ["namespace": "system"]
        if let days = lifetime.wanted { body["expiration_days"] = .integer(days) }
        return ClientRequest(
            .POST, SCIMTokenCommand.path, body: .json(.object(body)), idempotencyKey: once.idempotencyKey)
    }
}

struct SCIMTokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End the SCIM token, at once and for good.",
        discussion: "Asks before it does; without a terminal --yes must be given.")

    static let request = ClientRequest(
        .POST, SCIMTokenCommand.revokePath, body: .json(["namespace": "system"]))

    @OptionGroup var client: ClientOptions

    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        if !client.curl, !yes {
            try Confirmation.console.require(
                "scim-token", what: "name", "Revoking shuts the SCIM client out. Type scim-token to go on: ")
        }
        do {
            guard let response = try await client.call(Self.request) else { return }
            output.print(response, "revoked the SCIM token")
        } catch let failure as ClientFailure {
            switch failure {
            case .unreachable, .unavailable: throw CommandFailure(revoking: failure, "SCIM token")
            case .invalidServer, .notSignedIn, .refused, .notUnderstood: throw SCIMTokenCommand.failure(failure)
            }
        }
    }
}
