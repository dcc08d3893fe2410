import ArgumentParser
import GatehouseClient
import HTTPFetch

struct CredentialRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End credentials, at once and for good.",
        discussion: """
            Asks for the name again before it does, or for the count of several; without a terminal --yes must be given. \
            One call for each name; 'bulk-revoke' makes one call for all.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace

    @Argument(help: "The names that the server gave them.")
    var names: [String]

    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answers as they are, one a line.")
    var output = DoneFormat.text

    func run() async throws {
        let names = names.withoutRepetitions
        let requests = try names.map { try place.request("revoke", $0) }
        guard !client.curl else {
            for request in requests { try client.show(request) }
            return
        }
        if !yes { try Self.confirm(names, Confirmation.console, show: Console.printError) }
        let session = try client.session()
        let failures = try await revoke(Array(zip(names, requests)), session.call) { name, response in
            output.print(response, "revoked \(name)")
        }
        if let failure = failures.failure { throw failure }
    }

    static func confirm(
        _ names: [String], _ confirmation: Confirmation, show: (String) -> Void
    ) throws(CommandFailure) {
        try confirmation.requireTerminal()
        if names.count == 1, let name = names.first {
            try confirmation.require(
                name, what: "name", "Revoking ends the credential for good. Type its name to go on: ")
        } else {
            show(names.map { "  " + Printable.line($0) + "\n" }.joined())
            try confirmation.require(
                String(names.count), what: "count",
                "Revoking ends these \(names.count) credentials for good. Type their count to go on: ")
        }
    }

    /// One after the other. A refusal of one says nothing about the next; a server that is gone does.
    func revoke(
        _ requests: [(name: String, request: ClientRequest)], _ call: APICall,
        done: (String, ClientResponse) -> Void
    ) async throws -> Failures {
        var failures = Failures(isAboutOne: requests.count == 1)
        for (name, request) in requests {
            guard failures.mayGoOn else {
                failures.skipped.append(name)
                continue
            }
            do {
                done(name, try await call(request))
            } catch let failure as ClientFailure {
                failures.add(failure, of: name)
            }
        }
        return failures
    }

    /// Which were not revoked, and why.
    struct Failures {
        let isAboutOne: Bool
        private(set) var failed: [(name: String, failure: CommandFailure)] = []
        var skipped: [String] = []
        private(set) var mayGoOn = true

        init(isAboutOne: Bool) { self.isAboutOne = isAboutOne }

        mutating func add(_ failure: ClientFailure, of name: String) {
            let told =
                switch failure {
                case .unreachable, .unavailable: CommandFailure(revoking: failure, "credential")
                case .invalidServer, .notSignedIn, .refused, .notUnderstood: CommandFailure(credential: failure)
                }
            failed.append((name, told))
            mayGoOn = told.status == .failure
        }

        /// One failure for all of them: the last one is the one that stopped it, if any did.
        var failure: CommandFailure? {
            guard let last = failed.last else { return nil }
            guard !isAboutOne else { return last.failure }
            let messages =
                failed.flatMap { one in one.failure.messages.map { "\(one.name): \($0)" } }
                + skipped.map { "\($0): not tried, it is as it was" }
            return CommandFailure(last.failure.status, messages: messages, hint: last.failure.hint)
        }
    }
}

extension [String] {
    /// Each once, in the order in which they came first.
    var withoutRepetitions: [String] {
        var seen: Set<[UInt8]> = []
        return filter { seen.insert([UInt8]($0.utf8)).inserted }
    }
}
