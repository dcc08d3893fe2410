/// Before what cannot be undone: the answer is typed, or `--yes` was given.
struct Confirmation {
    let hasTerminal: Bool
    let ask: (String) -> String?

    static var console: Confirmation { Confirmation(hasTerminal: Console.hasTerminals, ask: Console.ask) }

    /// Refuses without a terminal before anything is asked or called.
    func requireTerminal() throws(CommandFailure) {
        guard hasTerminal else {
            throw CommandFailure(.usage, "there is no terminal to confirm on; nothing was changed", hint: "add --yes")
        }
    }

    /// `what` names the answer: "name", "count".
    func require(_ answer: String, what: String, _ question: String) throws(CommandFailure) {
        try requireTerminal()
        guard let typed = ask(question), typed.utf8.elementsEqual(answer.utf8) else {
            throw CommandFailure(.usage, "that is not the \(what); nothing was changed")
        }
    }
}
