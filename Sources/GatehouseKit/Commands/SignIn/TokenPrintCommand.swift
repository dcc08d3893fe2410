import ArgumentParser
import Secrets

/// `gatehouse token`: the access token, for other programs.
struct TokenPrintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print", abstract: "Print your access token, renewed when it has to be.",
        discussion: """
            The token that commands would use. For example: curl -H "$(gatehouse token --header)" URL. It is good for at \
            least a minute.
            """)

    @OptionGroup var client: ClientOptions

    @Flag(name: .long, help: "Prints it as a header field: 'Authorization: Bearer …'.")
    var header = false

    @Flag(name: .long, help: "Prints it without a line feed.")
    var bare = false

    func validate() throws {
        guard !header || !bare else { throw ValidationError("--header or --bare, not both") }
        guard !client.curl else { throw ValidationError("there is no call for --curl to show") }
    }

    func run() async throws {
        guard let token = try await client.source(Environment.all).credential() else {
            throw CommandFailure(.notSignedIn, "not signed in", hint: "run gatehouse login")
        }
        Console.write(Array(text(token).utf8))
    }

    func text(_ token: Secret) -> String {
        let token = Printable.line(token.revealText())
        return bare ? token : (header ? "Authorization: Bearer \(token)" : token) + "\n"
    }
}
