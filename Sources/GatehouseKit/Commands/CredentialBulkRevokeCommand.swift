import ArgumentParser
import Broker
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse credential bulk-revoke`: many with one call.
struct CredentialBulkRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk-revoke", abstract: "End many credentials with one call, or all that have expired.",
        discussion: """
            Shows the names and asks for their count; without a terminal --yes must be given. Tells what became of each \
            one; exit code 1 when one was not revoked.
            """)

    /// The API's own limit for one call.
    static let mostNames = 200

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace

    @Argument(help: "The names that the server gave them.")
    var names: [String] = []

    @Flag(name: .long, help: "All that have expired, instead of names.")
    var expired = false

    @Option(name: .long, help: ArgumentHelp("With --expired: of this type only.", valueName: "type"))
    var type: CredentialTypeChoice?

    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func validate() throws {
        guard names.isEmpty == expired else { throw ValidationError("give names, or --expired") }
        guard expired || type == nil else { throw ValidationError("--type goes with --expired") }
        guard names.withoutRepetitions.count <= Self.mostNames else {
            throw ValidationError(
                "one call takes at most \(Self.mostNames) names: 'xargs -n \(Self.mostNames)' makes several")
        }
        guard place.namespace == "system" else {
            throw ValidationError("bulk-revoke is for the namespace system; elsewhere 'revoke' takes several names")
        }
        _ = try type?.type(in: place.family)
    }

    func run() async throws {
        let request = try request()
        guard !client.curl else {
            try client.show(request)
            return
        }
        let confirmation = yes ? nil : Confirmation.console
        try confirmation?.requireTerminal()
        let session = try client.session()
        guard
            let response = try await revoke(
                request, confirmation, now: Moment.now, show: Console.printError, session.call)
        else {
            Console.printError("nothing has expired; nothing was done\n")
            return
        }
        guard let report = BulkRevokeReport(response.json ?? .null, asked: names.withoutRepetitions) else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        switch output {
        case .json: Console.printBody(response.body)
        case .text: Console.write(Array(report.text(.standardOutput).utf8))
        }
        guard report.failed.isEmpty else { throw CommandFailure.verdict(.failure) }
    }

    /// `nil` when nothing has expired.
    func revoke(
        _ request: ClientRequest, _ confirmation: Confirmation?, now: Int64, show: (String) -> Void, _ call: APICall
    ) async throws -> ClientResponse? {
        do {
            if let confirmation {
                let doomed = expired ? try await expiredNames(now: now, call) : names.withoutRepetitions
                guard !doomed.isEmpty else { return nil }
                show("\(doomed.count) \(doomed.count == 1 ? "credential" : "credentials"):\n")
                show(doomed.map { "  " + Printable.line($0) + "\n" }.joined())
                try confirmation.require(
                    String(doomed.count), what: "count",
                    "Revoking ends them for good. Type their count (\(doomed.count)) to go on: ")
            }
            return try await call(request)
        } catch let failure as ClientFailure {
            switch failure {
            case .unreachable, .unavailable:
                throw CommandFailure(revoking: failure, expired || names.count > 1 ? "credentials" : "credential")
            case .invalidServer, .notSignedIn, .refused, .notUnderstood: throw CommandFailure(credential: failure)
            }
        }
    }

    /// What the server's selector will find, as far as a listing tells.
    private func expiredNames(now: Int64, _ call: APICall) async throws -> [String] {
        let wanted = try type?.type(in: place.family).rawValue
        let listing = try await CredentialPages(try place.collection()).all(call)
        return CredentialRow.rows(listing.items).filter { row in
            row.isExpired(at: now) && (wanted.map { $0 == row.type } ?? true)
        }.map(\.name)
    }

    func request() throws -> ClientRequest {
        let selector: JSONObject =
            if expired {
                [
                    "expired_selector": try type.map {
                        ["credential_type": JSONValue(try $0.type(in: place.family).rawValue)]
                    } ?? ["all": [:]]
                ]
            } else {
                ["name_selector": ["names": JSONValue(names.withoutRepetitions)]]
            }
        return ClientRequest(.POST, try place.verb("bulk_revoke"), body: .json(.object(selector)))
    }
}

/// What became of each name.
struct BulkRevokeReport: Hashable, Sendable {
    let revoked: [String]
    let failed: [String]
    let message: String

    /// A name that was asked for and is in neither list has failed: nobody says that it was revoked.
    init?(_ answer: JSONValue, asked: [String]) {
        guard answer.objectValue != nil else { return nil }
        func names(_ member: String) -> [String] { (answer[member]?.arrayValue ?? []).compactMap(\.stringValue) }
        let done = names("credentials_marked_for_deletion")
        let refused = names("credentials_failed")
        revoked = done
        failed =
            refused
            + asked.filter { name in
                !(done + refused).contains { $0.utf8.elementsEqual(name.utf8) }
            }
        message = answer["error_message"]?.stringValue ?? ""
    }

    func text(_ style: Style) -> String {
        var lines = revoked.map { "\(style.tick) revoked \(Printable.line($0))" }
        lines += failed.map { "\(style.cross) not revoked \(Printable.line($0))" }
        lines.append(
            "\(revoked.count) revoked, \(failed.count) not" + (message.isEmpty ? "" : ": \(Printable.line(message))"))
        return lines.map { $0 + "\n" }.joined()
    }
}
