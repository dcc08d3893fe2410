import ArgumentParser
import GatehouseClient
import HTTPFetch
import OAuth
import Secrets
import StrictJSON

/// `gatehouse exchange`: an outside token in, a token of ours out (RFC 8693).
struct ExchangeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange", abstract: "Exchange an outside token for a token of this server.",
        discussion: """
            In a GitHub Actions job with 'permissions: id-token: write' the job's own token is found without --from-file. \
            Without --namespace and --role, everything that the policies grant is asked for.
            """)

    enum TokenType: String, CaseIterable, ExpressibleByArgument {
        case accessToken = "access_token"
        case apiToken = "API_TOKEN"

        var urn: TokenTypeURN { self == .accessToken ? .accessToken : .apiToken }
    }

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, token }

    @OptionGroup var client: ClientOptions

    @Option(name: .long, help: ArgumentHelp("The token to exchange, - for standard input.", valueName: "file"))
    var fromFile: String?

    @Option(name: .long, help: "A namespace to ask for. May be repeated.")
    var namespace: [String] = []

    @Option(name: .long, help: "A role to ask for. May be repeated.")
    var role: [String] = []

    @Option(name: .long, help: "Whom the new token is for. May be repeated.")
    var audience: [String] = []

    @Option(name: .long, help: "What to get: a signed access token, or a token kept in the credential store.")
    var type = TokenType.accessToken

    @Option(name: .long, help: ArgumentHelp("The token of who acts for the subject.", valueName: "file"))
    var actorFile: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The audience to ask GitHub Actions for (the server's URL).", valueName: "audience"))
    var sourceAudience: String?

    @Option(name: .shortAndLong, help: "text, json for the server's answer as it is, or token alone.")
    var output = Format.text

    func run() async throws {
        let environment = Environment.all
        let source = try SubjectSource.find(file: fromFile, environment: environment)
        let server = try client.target(environment, needsSignIn: false).server.description
        let subject =
            client.curl
            ? Secret([]) : try await source.token(audience: sourceAudience ?? server, environment: environment)
        let actor = try client.curl ? nil : actorFile.map { try InputFile($0).readSecret() }
        let request = request(subject, from: source.shown, actor: actor)
        guard let response = try await client.call(request, authenticated: false) else { return }
        guard let token = response.json?["access_token"]?.stringValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        switch output {
        case .json: Console.printBody(response.body)
        case .token:
            Console.printError(ExchangeSummary(response.json ?? .null).line(.standardError) + "\n")
            Console.print(Printable.line(token))
        case .text:
            Console.print(ExchangeSummary(response.json ?? .null).line(.standardOutput))
            Console.print("  token  " + Printable.line(token))
        }
    }

    /// The form of RFC 8693 §2.1.
    func request(
        _ subject: Secret, from source: ClientRequest.SecretSource, actor: Secret?
    ) -> ClientRequest {
        typealias Field = ClientRequest.FormField
        var form = [
            Field("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            Field("subject_token", subject, from: source),
            Field("subject_token_type", TokenTypeURN.jwt.rawValue),
            Field("requested_token_type", type.urn.rawValue),
        ]
        if let actorFile {
            let shown: ClientRequest.SecretSource =
                InputFile(actorFile).isStandardInput ? .standardInput : .file(actorFile)
            form.append(Field("actor_token", actor ?? Secret([]), from: shown))
            form.append(Field("actor_token_type", TokenTypeURN.jwt.rawValue))
        }
        form += audience.map { Field("audience", $0) }
        let scope = namespace.map { "namespace:" + $0 } + role.map { "role:" + $0 }
        if !scope.isEmpty { form.append(Field("scope", scope.joined(separator: " "))) }
        return ClientRequest(.POST, "/oauth/token", body: .form(form))
    }

    func validate() throws {
        guard fromFile != "-" || actorFile != "-" else {
            throw ValidationError("--from-file and --actor-file cannot both be standard input")
        }
        guard (namespace + role).allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw ValidationError("--namespace and --role must be names without blanks")
        }
    }
}

/// The line that says what was got: `✓ exchanged  namespace payments  role deployer  expires in 15m`.
struct ExchangeSummary: Hashable, Sendable {
    let namespaces: [String]
    let roles: [String]
    let expiresIn: Int64?

    /// From the answer of the token endpoint (RFC 8693 §2.2.1).
    init(_ answer: JSONValue) {
        let scope = (answer["scope"]?.stringValue ?? "").utf8.split(separator: UInt8(ascii: " ")).map {
            String($0) ?? ""
        }
        func values(_ prefix: String) -> [String] {
            scope.filter { $0.utf8.starts(with: prefix.utf8) }.map { String($0.dropFirst(prefix.count)) }
        }
        namespaces = values("namespace:")
        roles = values("role:")
        expiresIn = answer["expires_in"]?.integerValue
    }

    func line(_ style: Style) -> String {
        var parts = ["\(style.tick) exchanged"]
        if !namespaces.isEmpty { parts.append(Printable.line("namespace " + namespaces.joined(separator: ", "))) }
        if !roles.isEmpty { parts.append(Printable.line("role " + roles.joined(separator: ", "))) }
        if let expiresIn { parts.append("expires in " + HumanTime.duration(expiresIn)) }
        return parts.joined(separator: "  ")
    }
}
