import ArgumentParser

/// What asks before it ends something.
struct EndingOptions: ParsableArguments {
    @Flag(name: .long, help: "Do not ask.")
    var yes = false

    @Option(name: .shortAndLong, help: "text, or json for the server's answer as it is.")
    var output = DoneFormat.text

    func confirm(_ name: String, _ what: String) throws(CommandFailure) {
        guard !yes else { return }
        try Confirmation.console.require(name, what: "name", "\(what) Type its name to go on: ")
    }
}
