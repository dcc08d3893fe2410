/// What the process says at its end. Few and stable: scripts depend on them (interface.md, "Server").
enum CommandStatus: Int32, CaseIterable, Hashable, Sendable {
    case success = 0
    case failure = 1
    case usage = 2
    case unreachable = 3
    case notSignedIn = 4
    case denied = 5

    var meaning: String {
        switch self {
        case .success: "done, or the answer is yes"
        case .failure: "refused by the server, or a check failed"
        case .usage: "the command line or the configuration is wrong; nothing was done"
        case .unreachable: "the server cannot be reached or cannot do it now; try again"
        case .notSignedIn: "no credential, or one that is not valid any more"
        case .denied: "the policies say no (token explain)"
        }
    }

    static var table: String {
        allCases.map { "  \($0.rawValue)  \($0.meaning)" }.joined(separator: "\n")
    }
}

/// Why a command ended other than well: what went wrong, and what to do next.
struct CommandFailure: Error, Hashable, Sendable {
    let status: CommandStatus
    /// One `error:` line each. Empty when everything has been said on standard output.
    let messages: [String]
    let hint: String?

    init(_ status: CommandStatus, _ message: String, hint: String? = nil) {
        self.init(status, messages: [message], hint: hint)
    }

    init(_ status: CommandStatus, messages: [String], hint: String? = nil) {
        (self.status, self.messages, self.hint) = (status, messages, hint)
    }

    /// The verdict is printed already; only the exit code is left.
    static func verdict(_ status: CommandStatus) -> CommandFailure { CommandFailure(status, messages: []) }

    /// As it goes to standard error.
    var text: String {
        var lines = messages.map { "error: " + $0 }
        if let hint { lines.append("hint: " + hint) }
        return lines.map { Printable.line($0) + "\n" }.joined()
    }
}
