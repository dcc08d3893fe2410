import Glibc

/// Standard output and standard error.
enum Console {
    /// Whole bytes, as they are.
    static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }

    static func print(_ line: String) { write(Array((line + "\n").utf8)) }

    static func printError(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    /// Bytes from elsewhere, with a line feed at their end.
    static func printBody(_ bytes: [UInt8]) { write(ListFormat.whole(bytes)) }

    static var hasTerminals: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// A line from the keyboard, without its line feed.
    static func ask(_ question: String) -> String? {
        printError(question)
        return readLine(strippingNewline: true)
    }

    /// A line from the keyboard that the terminal does not show. Keys that would end or stop the program are off
    /// until then, so that no ending leaves the terminal mute; Ctrl-C becomes a character, which no password may have.
    static func askHidden(_ question: String) -> String? {
        var before = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var hidden = before
        hidden.c_lflag &= ~tcflag_t(ECHO | ISIG)
        guard unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
        defer {
            unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            printError("\n")
        }
        return ask(question)
    }

    /// Unbuffered: whoever drives us through pipes gets each answer at once. A reader that went away is no error.
    private static func write(_ bytes: [UInt8], to descriptor: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Colour, where it may be: on a terminal, and never against NO_COLOR (https://no-color.org).
struct Style: Hashable, Sendable {
    let isColoured: Bool

    static let plain = Style(isColoured: false)
    static var standardOutput: Style { of(STDOUT_FILENO) }
    static var standardError: Style { of(STDERR_FILENO) }

    static func of(_ descriptor: CInt) -> Style {
        Style(isColoured: permitsColour(Environment.all) && isatty(descriptor) == 1)
    }

    static func permitsColour(_ environment: [String: String]) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    func good(_ text: String) -> String { wrapped(text, 32) }
    func bad(_ text: String) -> String { wrapped(text, 31) }
    func faint(_ text: String) -> String { wrapped(text, 2) }
    func strong(_ text: String) -> String { wrapped(text, 1) }

    var tick: String { good("✓") }
    var cross: String { bad("✗") }

    private func wrapped(_ text: String, _ code: Int) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
