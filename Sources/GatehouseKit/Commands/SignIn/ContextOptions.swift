import ArgumentParser

/// Of commands about a stored sign-in.
struct ContextOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("The name of the sign-in (GATEHOUSE_CONTEXT; else the current one).", valueName: "name"))
    var context: ContextName?

    func folder(_ environment: [String: String]) throws(CommandFailure) -> SignInFolder { try .required(environment) }

    /// The context that commands would use.
    func find(_ folder: SignInFolder, _ environment: [String: String]) throws -> Context {
        let target = try ClientTarget(try ServerNaming(context: context, environment), try folder.contexts())
        guard let context = target.context else {
            throw CommandFailure(
                .notSignedIn, "not signed in at \(target.server)",
                hint:
                    "run gatehouse login --server \(target.server); gatehouse context list shows where you are signed in"
            )
        }
        return context
    }
}
