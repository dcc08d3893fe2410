import ArgumentParser
import GatehouseClient
import HTTPFetch

/// `gatehouse credential activate`: the API turns the flag over, so it is read first.
struct CredentialActivateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Make a credential usable again, or with --off unusable for now.",
        discussion: """
            The server turns the state over whatever it is. So it is read first, and when it is as wanted already nothing \
            is called. An expired credential must be renewed, too.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName

    @Flag(name: .long, help: "Unusable until it is activated again.")
    var off = false

    @Option(name: .shortAndLong, help: "text, or json for the server's last answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        guard !client.curl else {
            Console.printError("note: this turns the state over: call it only when it is not as wanted\n")
            try client.show(try place.request("activate", credential.name))
            return
        }
        let session = try client.session()
        let (response, line) = try await change(now: Moment.now, session.call)
        output.print(response, line)
    }

    /// The last answer, and what is now.
    func change(now: Int64, _ call: APICall) async throws -> (ClientResponse, String) {
        do {
            let present = try await call(ClientRequest(.GET, try place.item(credential.name)))
            let row = try place.row(present)
            let state = off ? "off" : "active"
            guard row.isActive == off else {
                return (present, "\(row.name) is \(off ? row.state(at: now) : state) already; nothing was done")
            }
            let response = try await call(try place.request("activate", credential.name))
            let needsRenewal = !off && row.isExpired(at: now)
            return (response, "\(row.name) is \(needsRenewal ? "activated; it has expired: renew it, too" : state)")
        } catch let failure as ClientFailure {
            throw CommandFailure(activating: failure)
        }
    }
}

extension CommandFailure {
    /// Whoever repeats the bare call turns the state over again; the command looks first.
    init(activating failure: ClientFailure) {
        let plain = CommandFailure(credential: failure)
        guard case .unreachable(let cause) = failure, cause.mayHaveArrived else {
            self = plain
            return
        }
        self.init(
            .unreachable, messages: plain.messages,
            hint: "whether it was done is not known: run the command again, it looks at the state first")
    }
}
