import StrictJSON

/// JSON as block YAML, for reading. Texts that YAML might take for something else are quoted.
enum YAMLWriter {
    static func text(_ value: JSONValue) -> String {
        var lines: [String] = []
        write(value, indent: "", to: &lines)
        return lines.map { $0 + "\n" }.joined()
    }

    private static func write(_ value: JSONValue, indent: String, to lines: inout [String]) {
        switch value {
        case .object(let object) where !object.isEmpty:
            for member in object.members {
                let name = indent + scalar(.string(member.name)) + ":"
                if isBlock(member.value) {
                    lines.append(name)
                    write(member.value, indent: indent + "  ", to: &lines)
                } else {
                    lines.append(name + " " + scalar(member.value))
                }
            }
        case .array(let values) where !values.isEmpty:
            for value in values {
                guard isBlock(value) else {
                    lines.append(indent + "- " + scalar(value))
                    continue
                }
                // The first line of what is inside stands behind the dash.
                var inner: [String] = []
                write(value, indent: indent + "  ", to: &inner)
                if let first = inner.first { inner[0] = indent + "- " + first.dropFirst(indent.count + 2) }
                lines += inner
            }
        default: lines.append(indent + scalar(value))
        }
    }

    private static func isBlock(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let object): !object.isEmpty
        case .array(let values): !values.isEmpty
        default: false
        }
    }

    private static func scalar(_ value: JSONValue) -> String {
        guard case .string(let text) = value else { return value.encodedText() }
        return isPlain(text.rawValue) ? text.rawValue : quoted(value)
    }

    /// Begins with a letter and has nothing with a meaning; no word that some YAML reads as a truth or as nothing.
    private static func isPlain(_ text: String) -> Bool {
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        guard let first = text.utf8.first, isLetter(first), !words.contains(text.lowercased()) else { return false }
        return text.utf8.allSatisfy {
            isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "_-./@".utf8.contains($0)
        }
    }

    /// A JSON text is a double-quoted YAML text, but for the characters that YAML 1.2 §5.1 does not print.
    private static func quoted(_ value: JSONValue) -> String {
        value.encodedText().unicodeScalars.map { scalar in
            switch scalar.value {
            case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                let digits = String(scalar.value, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: return String(scalar)
            }
        }.joined()
    }
}
