/// Text from outside as it may go to a terminal: an escape sequence in a claim or in a server's message must not move
/// the cursor, set a title or hide a line.
enum Printable {
    /// One line: every control and format character becomes U+FFFD.
    static func line(_ text: String) -> String { clean(text, keeping: []) }

    /// Several lines: line feeds stay.
    static func lines(_ text: String) -> String { clean(text, keeping: ["\n"]) }

    /// At most so many characters.
    static func shortened(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > limit else { return line(text) }
        return line(String(String.UnicodeScalarView(scalars.prefix(max(0, limit - 1))))) + "…"
    }

    private static func clean(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
        guard text.unicodeScalars.contains(where: { isControl($0) && !kept.contains($0) }) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) && !kept.contains($0) ? "\u{FFFD}" : $0 }))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
