import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// `gatehouse credential replace`: other rights for a service credential.
struct CredentialReplaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace", abstract: "Give a service credential other roles and groups, in place of all it has.",
        discussion: """
            What is not named is taken away, from the next request on. Shows what is and what will be, and asks for the \
            name; without a terminal --yes must be given.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var place: CredentialPlace
    @OptionGroup var credential: CredentialName
    @OptionGroup var rights: ServiceRights

    @Flag(name: .long, help: "Takes every role and group away.")
    var clear = false

    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func validate() throws {
        guard place.service else {
            throw ValidationError("only service credentials have roles of their own: add --service")
        }
        guard rights.isEmpty == clear else {
            throw ValidationError("give what it shall have with --role and --group, or --clear for nothing")
        }
    }

    func run() async throws {
        guard !client.curl else {
            try client.show(try request())
            return
        }
        let confirmation = yes ? nil : Confirmation.console
        try confirmation?.requireTerminal()
        let session = try client.session()
        let response = try await replace(confirmation, show: Console.printError, session.call)
        output.print(response, "replaced the rights of \(credential.name)   \(Self.text(rights.role, rights.group))")
    }

    func replace(
        _ confirmation: Confirmation?, show: (String) -> Void, _ call: APICall
    ) async throws -> ClientResponse {
        do {
            if let confirmation {
                let row = try place.row(try await call(ClientRequest(.GET, try place.item(credential.name))))
                show(Printable.line("is       \(Self.text(row.roles, row.groups))") + "\n")
                show(Printable.line("will be  \(Self.text(rights.role, rights.group))") + "\n")
                try confirmation.require(
                    credential.name, what: "name", "This replaces everything. Type the credential's name to go on: ")
            }
            return try await call(try request())
        } catch let failure as ClientFailure {
            throw CommandFailure(credential: failure)
        }
    }

    static func text(_ roles: [RoleInNamespace], _ groups: [String]) -> String {
        "roles \(RoleInNamespace.text(roles))  groups \(RoleInNamespace.text(groups))"
    }

    func request() throws(CommandFailure) -> ClientRequest {
        ClientRequest(
            .PUT, try place.item(credential.name),
            body: .json([
                "name": JSONValue(credential.name), "namespace": JSONValue(place.namespace),
                "namespace_access": RoleInNamespace.access(rights.role), "user_group_names": JSONValue(rights.group),
            ]))
    }
}
