import ArgumentParser
import GatehouseClient
import StrictJSON

/// `gatehouse status`: what is stored here. Asks no server; `whoami` does.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say where you are signed in, as whom and until when.",
        discussion: "Reads what is stored and asks no server. Exit code 4 when not signed in.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @OptionGroup var options: ContextOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output = Format.text

    func run() async throws {
        let environment = Environment.all
        let folder = try options.folder(environment)
        let context = try options.find(folder, environment)
        let signIn = try StoredSignIn.console(folder, context)
        let report = SignInReport(
            context, try signIn.record(), path: folder.credentialsPath(context.name), now: Moment.now)
        switch output {
        case .text: Console.write(Array(report.text.utf8))
        case .json: Console.printBody(report.json.encoded())
        }
        guard report.isSignedIn else { throw CommandFailure.verdict(.notSignedIn) }
    }
}

/// What `status` tells. Tokens are not in it.
struct SignInReport: Hashable, Sendable {
    let isSignedIn: Bool
    let text: String
    let json: JSONValue

    init(_ context: Context, _ record: SignInRecord?, path: String, now: Int64) {
        let tokens = record?.tokens
        let isRenewed = tokens?.refreshToken != nil
        isSignedIn = isRenewed || record?.token(lastingBeyond: now) != nil
        var lines = [("context", context.name.rawValue), ("server", context.server.description)]
        var object: JSONObject = [
            "context": JSONValue(context.name.rawValue), "server": JSONValue(context.server.description),
            "signed_in": .bool(isSignedIn),
        ]
        if isSignedIn, let tokens {
            let end = HumanTime.relative(tokens.expiresAt, to: now)
            lines += [
                ("user", record?.who ?? "not known; gatehouse whoami asks the server"),
                (
                    "token",
                    (tokens.expiresAt > now ? "expires " : "expired ") + end + (isRenewed ? ", renewed by itself" : "")
                ),
            ]
            lines += record?.signedInAt.map { [("since", HumanTime.relative($0, to: now))] } ?? []
            lines.append(("stored", "file (plain) \(path)"))
            object["user"] = record?.who.map { JSONValue($0) }
            object["expires_at"] = .integer(tokens.expiresAt)
            object["renewed"] = .bool(isRenewed)
            object["signed_in_at"] = record?.signedInAt.map { .integer($0) }
            object["stored"] = ["kind": "file", "path": JSONValue(path)]
        } else {
            lines.append(("user", "not signed in: run gatehouse login --context \(context.name)"))
        }
        text = lines.map { Printable.line("\($0.0): \($0.1)") + "\n" }.joined()
        json = .object(object)
    }
}
