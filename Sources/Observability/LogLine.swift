/// One line of JSON, member by member. Names are ours, values may be anybody's.
package struct LogLine: ~Copyable {
    private var bytes: [UInt8] = []

    /// Begins with the time, `2026-11-24T02:16:33.120Z`, and the level.
    package init(at milliseconds: Int64, level: String) {
        bytes.reserveCapacity(512)
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        CivilTime(milliseconds: milliseconds).writeRFC3339(into: &bytes)
        bytes.append(contentsOf: "\",\"level\":\"".utf8)
        bytes.append(contentsOf: level.utf8)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Adds a text as it is, escaped: for texts of our own.
    package mutating func add(_ name: String, trusted value: String) {
        addName(name)
        addQuoted(value)
    }

    /// Adds a text from outside: redacted, one line, shortened.
    package mutating func add(_ name: String, _ value: String, limit: Int = Redaction.valueLimit) {
        addName(name)
        addQuoted(Redaction.isSecretName(name) ? Redaction.replacement : Redaction.clean(value, limit: limit))
    }

    /// Adds a text from outside under a name of ours, which is known to be no secret's: redacted, one line, shortened.
    package mutating func add(_ name: String, outside value: String, limit: Int = Redaction.valueLimit) {
        addName(name)
        addQuoted(Redaction.clean(value, limit: limit))
    }

    package mutating func add(_ name: String, _ value: some FixedWidthInteger) {
        addName(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// The line with its line feed.
    package consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// Names are ours and have nothing to escape.
    private mutating func addName(_ name: String) {
        bytes.append(contentsOf: ",\"".utf8)
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "\":".utf8)
    }

    /// RFC 8259 §7. A control character is a space: nobody needs one in a log, and a terminal may obey it.
    private mutating func addQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy(Self.isPlain) {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { addEscaped(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func addEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0..<0x20, 0x7F:
            bytes.append(UInt8(ascii: " "))
        default:
            bytes.append(byte)
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F
    }
}
