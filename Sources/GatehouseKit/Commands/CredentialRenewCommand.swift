import ArgumentParser
import GatehouseClient
import StrictJSON

/// `gatehouse credential renew`: the same secret, a later end.
struct CredentialRenewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew", abstract: "Give a token a new end, counted from now. Its secret stays.",
        discussion: "Tokens only: certificates and kubeconfigs carry their end inside; make new ones.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName
    @OptionGroup var lifetime: LifetimeOptions

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func run() async throws {
        guard let response = try await client.callCredentials(try request()) else { return }
        let until = lifetime.wanted.map { ", for \($0)d from now" } ?? ""
        output.print(response, "renewed \(credential.name)\(until)")
    }

    func request() throws(CommandFailure) -> ClientRequest {
        try place.request(
            "renew", credential.name, lifetime.wanted.map { ["expiration_days": .integer($0)] } ?? [:])
    }
}
