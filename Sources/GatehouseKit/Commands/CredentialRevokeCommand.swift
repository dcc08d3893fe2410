import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

struct CredentialRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a credential, at once and for good.",
        discussion: "Asks for the name again before it does; without a terminal --yes must be given.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: NamespaceOption

    @Argument(help: "The name that the server gave it.")
    var name: String

    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    func run() async throws {
        let path = try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/revoke/api_credentials", place.namespace))
        let request = ClientRequest(
            .POST, path, body: .json(["name": JSONValue(name), "namespace": JSONValue(place.namespace)]))
        if !client.curl, !yes { try confirm() }
        do {
            guard try await client.call(request) != nil else { return }
        } catch let failure as ClientFailure {
            throw CommandFailure(revoking: failure, "credential")
        }
        Console.print("\(Style.standardOutput.tick) revoked \(Printable.line(name))")
    }

    private func confirm() throws(CommandFailure) {
        guard Console.hasTerminals else {
            throw CommandFailure(.usage, "there is no terminal to confirm on; nothing was changed", hint: "add --yes")
        }
        let answer = Console.ask("Revoking ends the credential for good. Type its name to go on: ")
        guard let answer, answer.utf8.elementsEqual(name.utf8) else {
            throw CommandFailure(.usage, "that is not the name; nothing was changed")
        }
    }
}
