/// A place in an expression. Line and column count from 1; a column is a code point, as an editor shows it.
package struct SourcePosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { (lhs.line, lhs.column) < (rhs.line, rhs.column) }
    package var description: String { "\(line):\(column)" }
}

/// A part of the source, in UTF-8 offsets.
struct SourceSpan: Hashable, Sendable {
    let start: Int
    let end: Int

    func joined(with other: SourceSpan) -> SourceSpan {
        SourceSpan(start: min(start, other.start), end: max(end, other.end))
    }
}

/// The text of an expression and the way from an offset to a position.
struct SourceText: Sendable {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Offsets past the end are the end: "1:9" for an expression of eight characters that stops too early.
    func position(at offset: Int) -> SourcePosition {
        var (line, column) = (1, 1)
        for byte in bytes.prefix(max(0, offset)) {
            if byte == 0x0A {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {  // not a continuation byte: a code point begins
                column += 1
            }
        }
        return SourcePosition(line: line, column: column)
    }

    func text(of span: SourceSpan) -> String {
        let range = max(0, span.start)..<min(bytes.count, max(span.start, span.end))
        return String(decoding: bytes[range], as: UTF8.self)
    }
}
