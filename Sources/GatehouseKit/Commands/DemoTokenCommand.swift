import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse demo-token`: what a CI system would hand to a job, from the demo provider of `serve --dev`.
struct DemoTokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-token", abstract: "Get a token of the demo identity provider (gatehouse serve --dev).",
        discussion: "Without options the token is that of a job of acme/app on refs/heads/main.")

    @Option(name: .long, help: "The demo provider.")
    var issuer = "http://127.0.0.1:9001"

    @Option(
        name: .long,
        help: ArgumentHelp("The job's repository: sets repository, repository_owner and sub.", valueName: "owner/name"))
    var repo: String?

    @Option(name: .long, help: "The job's ref: sets ref and sub.")
    var ref: String?

    @Option(name: .long, help: "Whom the token is for: sets aud.")
    var audience: String?

    @Option(
        name: .long, help: ArgumentHelp("A claim, as JSON or else as text. May be repeated.", valueName: "name=value"))
    var claim: [String] = []

    @Flag(name: .long, help: "Prints the call as a curl command and does not make it.")
    var curl = false

    func validate() throws { _ = try claims() }

    func run() async throws {
        let request = ClientRequest(.POST, "/token", body: .json(.object(try claims())))
        let address = try ServerAddress(issuer)
        guard !curl else {
            Console.print(CurlCommand(request, server: address, sendsCredential: false).description)
            return
        }
        let response: ClientResponse
        do {
            response = try await ClientOptions.client(address.description, nil).call(request)
        } catch ClientFailure.unreachable(let cause) {
            throw CommandFailure(
                .unreachable, "the demo provider cannot be reached: \(FetchFailureText.describe(cause))",
                hint: "'gatehouse serve --dev' starts it; --issuer names another address")
        }
        guard let token = response.json?["id_token"]?.stringValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        Console.print(Printable.line(token))
    }

    /// Only what was asked for: everything else is the provider's to choose.
    func claims() throws(ValidationError) -> JSONObject {
        var claims = JSONObject()
        if let repo {
            claims["repository"] = JSONValue(repo)
            claims["repository_owner"] = JSONValue(String(repo.prefix { $0 != "/" }))
        }
        if let ref { claims["ref"] = JSONValue(ref) }
        if repo != nil || ref != nil {
            claims["sub"] = JSONValue("repo:\(repo ?? "acme/app"):ref:\(ref ?? "refs/heads/main")")
        }
        if let audience { claims["aud"] = JSONValue(audience) }
        for text in claim {
            guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")), equals != text.utf8.startIndex else {
                throw ValidationError("--claim must be name=value")
            }
            let value = String(text[text.utf8.index(after: equals)...])
            claims[String(text[..<equals])] = (try? JSONValue.parse(Array(value.utf8))) ?? JSONValue(value)
        }
        return claims
    }
}
