import Foundation
import Glibc

/// What the terminal can do, by what its owner says of it.
enum Terminal {
    /// Colour only on a terminal, and never against NO_COLOR (https://no-color.org).
    static var standardOutputTakesColour: Bool {
        if Environment.all["NO_COLOR"].map({ !$0.isEmpty }) ?? false { return false }
        return isatty(STDOUT_FILENO) == 1
    }
}

enum Environment {
    static var all: [String: String] { ProcessInfo.processInfo.environment }
}

enum Version {
    static let text = "0.1.0"
}

/// Standard output is buffered when it is a pipe; whoever waits for our line must get it.
func flushOutput() { fflush(nil) }
