import ArgumentParser
import Broker
import GatehouseClient
import HTTPFetch
import StrictJSON

/// Which family, and in which namespace. Clients of the original API keep their credentials in `system`.
struct CredentialPlace: ParsableArguments {
    @Option(name: .shortAndLong, help: "The namespace of the credential.")
    var namespace = "system"

    @Flag(name: .long, help: "Credentials of services, with roles of their own, instead of those of people.")
    var service = false

    var family: CredentialFamily { service ? .service : .personal }

    /// Where the family is listed and made.
    func collection() throws(CommandFailure) -> String {
        try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/\(family.rawValue)", namespace))
    }

    func item(_ name: String) throws(CommandFailure) -> String {
        try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/\(family.rawValue)/{}", namespace, name))
    }

    /// Where one of the family's verbs is: "renew", "revoke".
    func verb(_ verb: String) throws(CommandFailure) -> String {
        try CredentialCommand.path(
            ClientRequest.path("/api/web/namespaces/{}/\(verb)/\(family.rawValue)", namespace))
    }

    /// A call of a verb about one credential.
    func request(_ verb: String, _ name: String, _ more: JSONObject = [:]) throws(CommandFailure) -> ClientRequest {
        var body: JSONObject = ["name": JSONValue(name), "namespace": JSONValue(namespace)]
        for member in more.members { body[member.name.rawValue] = member.value }
        return ClientRequest(.POST, try self.verb(verb), body: .json(.object(body)))
    }

    /// The row of a credential's own answer: the two families have different ones.
    func row(_ response: ClientResponse) throws(ClientFailure) -> CredentialRow {
        let row =
            switch family {
            case .personal: response.json?["object"].flatMap(CredentialRow.init(object:))
            case .service: response.json.flatMap(CredentialRow.init(item:))
            }
        guard let row else { throw .notUnderstood(status: response.status) }
        return row
    }
}

/// The credential's name, as an argument of the verbs about one.
struct CredentialName: ParsableArguments {
    @Argument(help: "The name that the server gave it.")
    var name: String
}

/// How the answer of a verb that has nothing but a yes to answer is printed.
enum DoneFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json

    func print(_ response: ClientResponse, _ line: String) {
        switch self {
        case .text: Console.print("\(Style.standardOutput.tick) \(Printable.line(line))")
        case .json: Console.printBody(response.body)
        }
    }
}

/// A call of the command line: the session's, or a test's.
typealias APICall = (ClientRequest) async throws -> ClientResponse

extension ClientOptions {
    /// A call about credentials, whose refusals say what helps with these.
    func callCredentials(_ request: ClientRequest) async throws -> ClientResponse? {
        do {
            return try await call(request)
        } catch let failure as ClientFailure {
            throw CommandFailure(credential: failure)
        }
    }
}
