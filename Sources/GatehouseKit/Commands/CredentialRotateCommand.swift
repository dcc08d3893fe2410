import ArgumentParser
import GatehouseClient
import StrictJSON

/// `gatehouse credential rotate`: a new secret, while the old one still works for a time.
struct CredentialRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Give a token a new secret; the old one works a while longer.",
        discussion: """
            Put the new token where the old one is used, watch 'usage' until nobody uses the old one, and 'retire' it, or \
            let its time run out.
            """)

    /// The server's own limit, 30 days.
    static let longestGrace: Int64 = 2_592_000

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName

    @Option(
        name: .long,
        help: ArgumentHelp("How long the old secret still works: 24h (as without this), 30m, 7d, 0.", valueName: "time")
    )
    var grace: String?

    @OptionGroup var lifetime: LifetimeOptions
    @OptionGroup var once: IdempotencyOption
    @OptionGroup var secret: SecretOutput

    func validate() throws {
        guard let grace else { return }
        guard let seconds = HumanTime.span(grace), seconds <= Self.longestGrace else {
            throw ValidationError("--grace must be a time of at most 30d, such as 24h, 30m, 7d or 0")
        }
    }

    func run() async throws {
        guard !client.curl else {
            try client.show(try request())
            return
        }
        let session = try client.session()
        let file = try secret.newFile()
        do {
            let answer = try SecretAnswer(try await session.call(try request()))
            let now = Moment.now
            try secret.deliver(
                answer, to: file, form: .token, verb: "rotated", notes: Self.notes(answer.response, now: now), now: now)
        } catch let failure as ClientFailure {
            throw CommandFailure(making: failure, key: once.idempotencyKey)
        }
    }

    func request() throws(CommandFailure) -> ClientRequest {
        var more = JSONObject()
        if let seconds = grace.flatMap(HumanTime.span) { more["grace_seconds"] = .integer(seconds) }
        if let days = lifetime.wanted { more["expiration_days"] = .integer(days) }
        let plain = try place.request("rotate", credential.name, more)
        return ClientRequest(plain.method, plain.path, body: plain.body, idempotencyKey: once.idempotencyKey)
    }

    static func notes(_ response: ClientResponse, now: Int64) -> [String] {
        guard let retires = response.json?["retires_timestamp"]?.stringValue else { return ["the old token has ended"] }
        return ["the old token ends \(Moment.text(retires, now: now))"]
    }
}

/// `gatehouse credential retire`: the old secret of a rotation ends now.
struct CredentialRetireCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "End the old secret of a rotated token before its time.",
        discussion: "Refused while the old secret was used within the last hour, unless --force is given.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName

    @Flag(name: .long, help: "Even when it was used a moment ago.")
    var force = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        let response: ClientResponse
        do {
            guard let answer = try await client.call(try request()) else { return }
            response = answer
        } catch let failure as ClientFailure {
            throw CommandFailure(retiring: failure, isForced: force)
        }
        output.print(response, "the old token of \(credential.name) has ended")
    }

    func request() throws(CommandFailure) -> ClientRequest {
        try place.request("retire", credential.name, ["force": .bool(force)])
    }
}

extension CommandFailure {
    init(retiring failure: ClientFailure, isForced: Bool) {
        let plain = CommandFailure(credential: failure)
        switch failure {
        case .unreachable, .unavailable: self.init(revoking: failure, "old token")
        case .refused(let refusal) where refusal.code == "9" && !isForced:
            self.init(
                .failure, messages: plain.messages,
                hint: "'usage' shows whether the old token is still used; --force ends it all the same")
        case .refused, .invalidServer, .notSignedIn, .notUnderstood: self = plain
        }
    }
}
