import ArgumentParser
import GatehouseClient
import HTTPFetch
import Secrets
import StrictJSON

/// `gatehouse token …`.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Print your access token; look at tokens, verify them, end them.",
        subcommands: [
            TokenPrintCommand.self, TokenExplainCommand.self, VerifyJWSCommand.self, TokenIntrospectCommand.self,
            TokenRevokeCommand.self,
        ],
        defaultSubcommand: TokenPrintCommand.self)
}

/// `gatehouse token introspect` (RFC 7662).
struct TokenIntrospectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "introspect", abstract: "Ask the server what a token of its own is.",
        discussion: "Prints the server's answer. Exit code 0 when the token is active, 1 when it is not.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case json, yaml }

    @OptionGroup var client: ClientOptions

    @Argument(help: "A file with the token, - for standard input.")
    var file = "-"

    @Option(name: .shortAndLong, help: "How to print the answer.")
    var output = Format.json

    func run() async throws {
        let request = try TokenForm.request("/oauth/introspect", file: file, onlyShown: client.curl)
        guard let response = try await client.call(request) else { return }
        guard let answer = response.json, let isActive = answer["active"]?.boolValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        switch output {
        case .json: Console.printBody(response.body)
        case .yaml: Console.write(Array(YAMLWriter.text(answer).utf8))
        }
        guard isActive else { throw CommandFailure.verdict(.failure) }
    }
}

/// `gatehouse token revoke` (RFC 7009).
struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a token of this server.",
        discussion:
            "Whoever holds a token may end it. A token that is unknown or has ended already is no error (RFC 7009).")

    @OptionGroup var client: ClientOptions

    @Argument(help: "A file with the token, - for standard input.")
    var file = "-"

    func run() async throws {
        let request = try TokenForm.request("/oauth/revoke", file: file, onlyShown: client.curl)
        do {
            guard try await client.call(request, authenticated: false) != nil else { return }
        } catch let failure as ClientFailure {
            throw CommandFailure(revoking: failure, "token")
        }
        Console.print("\(Style.standardOutput.tick) the token is not valid any more")
    }
}

extension CommandFailure {
    /// A revocation that was not confirmed: the worst mistake would be to think that it was.
    init(revoking failure: ClientFailure, _ what: String) {
        let plain = CommandFailure(failure)
        switch failure {
        case .unreachable(let cause) where cause.mayHaveArrived:
            self.init(
                .unreachable, messages: plain.messages,
                hint: "whether the \(what) was revoked is not known: take it as still live and run the command again")
        case .unreachable, .unavailable:
            self.init(.unreachable, messages: plain.messages, hint: "the \(what) is still live: run the command again")
        case .invalidServer, .notSignedIn, .refused, .notUnderstood: self = plain
        }
    }
}

/// The form with which introspection and revocation take a token.
enum TokenForm {
    static func request(_ path: String, file: String, onlyShown: Bool) throws(CommandFailure) -> ClientRequest {
        let input = InputFile(file)
        let source: ClientRequest.SecretSource = input.isStandardInput ? .standardInput : .file(file)
        let field = ClientRequest.FormField("token", onlyShown ? Secret([]) : try input.readSecret(), from: source)
        return ClientRequest(.POST, path, body: .form([field]))
    }
}
