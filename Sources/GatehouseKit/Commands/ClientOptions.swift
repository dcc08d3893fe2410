import ArgumentParser
import GatehouseClient
import HTTPFetch
import Secrets

/// Which server, with which credential: the same for every command that talks to one.
struct ClientOptions: ParsableArguments {
    static let defaultServer = "http://127.0.0.1:8080"

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The server (GATEHOUSE_URL; else the context's, else \(ClientOptions.defaultServer)).", valueName: "url"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The server and the sign-in of that name (GATEHOUSE_CONTEXT; else the current one).", valueName: "name"))
    var context: ContextName?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Reads the credential from a file, - for standard input (GATEHOUSE_TOKEN, GATEHOUSE_TOKEN_FILE; else the sign-in).",
            valueName: "file"))
    var tokenFile: String?

    @Flag(name: .long, help: "Prints the call as a curl command, without secrets, and does not make it.")
    var curl = false

    /// The credential that was given, if there is one. A value and a file at once are an error: which one was meant?
    func credential(_ environment: [String: String]) throws(CommandFailure) -> Secret? {
        if let tokenFile { return try InputFile(tokenFile).readSecret() }
        let value = environment["GATEHOUSE_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        let file = environment["GATEHOUSE_TOKEN_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        switch (value, file) {
        case (nil, nil): return nil
        case (let value?, nil): return Secret(InputFile.trimmed(Array(value.utf8)))
        case (nil, let file?): return try InputFile(file).readSecret()
        case (_?, _?):
            throw CommandFailure(
                .usage, "both GATEHOUSE_TOKEN and GATEHOUSE_TOKEN_FILE are set", hint: "unset one of them")
        }
    }

    /// The server and the context. The stored contexts are read only where they can matter: a job that names both server
    /// and credential needs no home.
    func target(_ environment: [String: String], needsSignIn: Bool = true) throws -> ClientTarget {
        let naming = try ServerNaming(server: server, context: context, environment)
        let isWhole = naming.server != nil && naming.context == nil && !needsSignIn
        return try ClientTarget(naming, try isWhole ? Contexts() : SignInFolder(environment)?.contexts() ?? Contexts())
    }

    /// Where the credential of the calls comes from.
    func source(_ environment: [String: String], authenticated: Bool = true) throws -> CredentialSource {
        let given = authenticated ? try credential(environment) : nil
        let target = try target(environment, needsSignIn: authenticated && given == nil)
        let origin: CredentialSource.Origin =
            if let given {
                .given(given)
            } else if authenticated, let context = target.context, let folder = SignInFolder(environment) {
                .stored(try .console(folder, context))
            } else {
                .none
            }
        return CredentialSource(server: target.server, origin: origin)
    }

    /// Makes the call; `nil` when it was only printed.
    func call(_ request: ClientRequest, authenticated: Bool = true) async throws -> ClientResponse? {
        guard !curl else {
            try show(request, authenticated: authenticated)
            return nil
        }
        return try await session(authenticated: authenticated).call(request)
    }

    /// Prints the call as a command for a shell.
    func show(_ request: ClientRequest, authenticated: Bool = true) throws {
        let server = try target(Environment.all, needsSignIn: false).server
        Console.print(CurlCommand(request, server: server, sendsCredential: authenticated).description)
    }

    /// For several calls: a given credential is read once, it may come from standard input.
    func session(authenticated: Bool = true) throws -> ClientSession {
        let source = try source(Environment.all, authenticated: authenticated)
        return ClientSession(try Self.client(source.server.description, nil), source)
    }

    static func client(_ server: String, _ credential: Secret?) throws -> GatehouseClient {
        let fetcher: HTTPFetcher
        do throws(FetchFailure) {
            fetcher = try HTTPFetcher(maximumInFlight: 4)
        } catch {
            throw ClientFailure.unreachable(error)
        }
        return try GatehouseClient(server: server, credential: credential, fetcher: fetcher)
    }
}
