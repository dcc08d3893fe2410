import GatehouseClient
import Secrets

/// From the options of a command to the credential of its calls: one that was given, or the stored sign-in.
struct CredentialSource: Sendable {
    enum Origin: Sendable {
        case given(Secret)
        case stored(StoredSignIn)
        case none
    }

    let server: ServerAddress
    let origin: Origin

    /// Asked before each call: a long listing may outlast an access token.
    func credential() async throws(CommandFailure) -> Secret? {
        switch origin {
        case .given(let secret): secret
        case .none: nil
        case .stored(let signIn): try await signIn.accessToken(signIn: Self.prompt(signIn.context))
        }
    }

    /// Asks who sits at the terminal; `nil` when nobody does.
    private static func prompt(_ context: Context) -> StoredSignIn.SignIn? {
        guard Console.hasTerminals else { return nil }
        let environment = Environment.all
        let signIn = SignInWay.choose(environment).signIn(
            clock: .wall, isAsked: false, environment: environment, tell: { Console.printError($0) })
        return { (server: AuthorizationServer) async throws(CommandFailure) -> TokenGrant in
            Console.printError("You are not signed in at \(context.server) (context \(context.name)).\n")
            return try await signIn(server)
        }
    }
}

extension StoredSignIn {
    /// Over the network, without a credential in the calls.
    static func console(_ folder: SignInFolder, _ context: Context) throws -> StoredSignIn {
        let client = try ClientOptions.client(context.server.description, nil)
        return StoredSignIn(
            folder: folder, context: context, clock: .wall,
            call: { (request: ClientRequest) async throws(ClientFailure) in try await client.answer(request) })
    }
}
