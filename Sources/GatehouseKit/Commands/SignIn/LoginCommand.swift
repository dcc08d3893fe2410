import ArgumentParser
import GatehouseClient

/// `gatehouse login`: a sign-in that the other commands use.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Sign in to a server, in the browser or with a code.",
        discussion: """
            Over SSH and without a display the code is typed on another device. The tokens are kept in a file that only you \
            can read. Without --context the sign-in is kept under the name of its server. There are three minutes to answer \
            in the browser.
            """)

    @Option(
        name: .long,
        help: ArgumentHelp("The server (GATEHOUSE_URL; else the context's).", valueName: "url"))
    var server: String?

    @Option(
        name: .long,
        help: ArgumentHelp("The name under which the sign-in is kept (GATEHOUSE_CONTEXT).", valueName: "name"))
    var context: ContextName?

    @Flag(name: .long, help: "Shows a code to type on another device.")
    var device = false

    @Flag(name: .long, help: "Prints the address for a browser of this machine and opens nothing.")
    var noBrowser = false

    func validate() throws {
        guard !device || !noBrowser else { throw ValidationError("--device needs no browser: leave --no-browser out") }
    }

    func run() async throws {
        let environment = Environment.all
        let folder = try SignInFolder.required(environment)
        let naming = try ServerNaming(server: server, context: context, environment)
        let context = try ClientTarget.toSignIn(naming, try folder.contexts())
        let signIn = SignInWay.choose(device: device, noBrowser: noBrowser, environment).signIn(
            clock: .wall, isAsked: true, environment: environment, tell: { Console.printError($0) })
        let record = try await StoredSignIn.console(folder, context).signIn(signIn) {
            Console.printError("Another command is signing in; waiting for it …\n")
        }
        try await folder.changeContexts { (contexts: inout Contexts) throws(CommandFailure) in
            contexts.put(context)
            contexts.makeCurrent(context.name)
        }
        let style = Style.standardOutput
        Console.print("\(style.tick) signed in at \(context.server)" + Self.whom(record))
        Console.print("  context  \(context.name)")
        for name in ["GATEHOUSE_TOKEN", "GATEHOUSE_TOKEN_FILE"] where environment[name]?.isEmpty == false {
            Console.printError("note: \(name) is set and goes before this sign-in\n")
        }
    }

    private static func whom(_ record: SignInRecord) -> String {
        record.who.map { " as " + Printable.shortened($0, to: 120) } ?? ""
    }
}

extension SignInFolder {
    static func required(_ environment: [String: String]) throws(CommandFailure) -> SignInFolder {
        guard let folder = SignInFolder(environment) else {
            throw CommandFailure(
                .usage, "there is no place for a sign-in", hint: "set HOME or XDG_CONFIG_HOME to an absolute path")
        }
        return folder
    }
}
