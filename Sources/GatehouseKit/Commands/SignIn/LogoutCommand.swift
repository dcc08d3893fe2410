import ArgumentParser

/// `gatehouse logout`: ends the sign-in at the server and forgets it here.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "End a sign-in, at the server and here.",
        discussion: "While the server cannot be reached the sign-in stays (exit code 3), unless with --local.")

    @OptionGroup var options: ContextOptions

    @Flag(name: .long, help: "Forgets the sign-in here alone. At the server it stays alive until it expires.")
    var local = false

    func run() async throws {
        let environment = Environment.all
        let folder = try options.folder(environment)
        let context = try options.find(folder, environment)
        let hadSignIn = try await StoredSignIn.console(folder, context).signOut(isLocal: local)
        let tick = Style.standardOutput.tick
        switch (local, hadSignIn) {
        case (true, _):
            Console.print("\(tick) forgotten here; at \(context.server) the sign-in is alive until it expires")
        case (false, true): Console.print("\(tick) signed out of \(context.server)")
        case (false, false): Console.print("\(tick) not signed in at \(context.server): nothing to end")
        }
    }
}
