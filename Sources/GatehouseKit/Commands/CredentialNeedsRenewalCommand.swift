import ArgumentParser
import GatehouseClient
import HTTPFetch

/// `gatehouse credential needs-renewal`: a question for scripts, answered by the exit code.
struct CredentialNeedsRenewalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "needs-renewal", abstract: "Say by the exit code whether a credential must be renewed soon.",
        discussion: """
            Exit code 0: it needs renewal (or has expired). 1: it does not. 2: the question cannot be answered: there is no \
            such credential, or it may not be seen. 3 and 4 as everywhere. A percentage is of its whole life.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName

    @Option(
        name: .long,
        help: ArgumentHelp("Yes when no more than this is left: 20%, 7d, 12h.", valueName: "percent or time"))
    var expiresIn = RenewalThreshold.percent(33)

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        guard !client.curl else {
            try client.show(try request())
            return
        }
        let session = try client.session()
        let (response, verdict) = try await judge(now: Moment.now, session.call)
        switch output {
        case .json: Console.printBody(response.body)
        case .text: Console.print(Printable.line(verdict.line))
        }
        guard verdict.needsRenewal else { throw CommandFailure.verdict(.failure) }
    }

    struct Verdict: Hashable {
        let needsRenewal: Bool
        let line: String
    }

    /// A refusal must not end as "does not need renewal": whoever asks would sleep on.
    func judge(now: Int64, _ call: APICall) async throws -> (ClientResponse, Verdict) {
        do {
            let response = try await call(try request())
            let row = try place.row(response)
            guard !row.expires.isEmpty else {
                return (response, Verdict(needsRenewal: false, line: "\(row.name) does not expire"))
            }
            guard let expires = HumanTime.seconds(ofRFC3339: row.expires),
                let created = HumanTime.seconds(ofRFC3339: row.created)
            else { throw ClientFailure.notUnderstood(status: response.status) }
            let needs = expiresIn.isReached(created: created, expires: expires, now: now)
            let when = (expires <= now ? "expired " : "expires ") + HumanTime.relative(expires, to: now)
            return (
                response,
                Verdict(
                    needsRenewal: needs, line: "\(row.name) \(when): \(needs ? "needs" : "does not need") renewal")
            )
        } catch let failure as ClientFailure {
            let plain = CommandFailure(credential: failure)
            throw CommandFailure(
                plain.status == .failure ? .usage : plain.status, messages: plain.messages, hint: plain.hint)
        }
    }

    private func request() throws(CommandFailure) -> ClientRequest {
        ClientRequest(.GET, try place.item(credential.name))
    }
}

/// How much of a life may be left when it is time.
enum RenewalThreshold: Hashable, Sendable, ExpressibleByArgument {
    case percent(Int64)
    case seconds(Int64)

    init?(argument: String) {
        if argument.utf8.last == UInt8(ascii: "%") {
            guard let percent = HumanTime.count(argument.dropLast()), percent <= 100 else { return nil }
            self = .percent(percent)
        } else {
            guard let seconds = HumanTime.span(argument) else { return nil }
            self = .seconds(seconds)
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .percent(let percent): "\(percent)%"
        case .seconds(let seconds): HumanTime.duration(seconds)
        }
    }

    /// The times are of years with four digits, so nothing here can overflow.
    func isReached(created: Int64, expires: Int64, now: Int64) -> Bool {
        let left = expires - now
        return switch self {
        case .percent(let percent): left * 100 <= max(0, expires - created) * percent
        case .seconds(let seconds): left <= seconds
        }
    }
}
