import ArgumentParser
import GatehouseClient
import HTTPFetch
import Secrets

/// Which server, with which credential: the same for every command that talks to one.
struct ClientOptions: ParsableArguments {
    static let defaultServer = "http://127.0.0.1:8080"

    @Option(
        name: .long, help: ArgumentHelp("The server (GATEHOUSE_URL; \(ClientOptions.defaultServer)).", valueName: "url")
    )
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Reads the credential from a file, - for standard input (GATEHOUSE_TOKEN, GATEHOUSE_TOKEN_FILE).",
            valueName: "file"))
    var tokenFile: String?

    @Flag(name: .long, help: "Prints the call as a curl command, without secrets, and does not make it.")
    var curl = false

    func serverText(_ environment: [String: String]) -> String {
        server ?? environment["GATEHOUSE_URL"].flatMap { $0.isEmpty ? nil : $0 } ?? Self.defaultServer
    }

    /// The credential, if there is one. A value and a file at once are an error: which one was meant?
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
        let address = try ServerAddress(serverText(Environment.all))
        Console.print(CurlCommand(request, server: address, sendsCredential: authenticated).description)
    }

    /// For several calls: the credential is read once, it may come from standard input.
    func session(authenticated: Bool = true) throws -> ClientSession {
        let environment = Environment.all
        let address = try ServerAddress(serverText(environment))
        let credential = authenticated ? try self.credential(environment) : nil
        return ClientSession(try Self.client(address.description, credential))
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
