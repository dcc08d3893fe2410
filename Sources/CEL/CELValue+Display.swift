extension CELValue {
    /// The value as CEL text on one line, cut to `limit` bytes; for messages and explanations, never for decisions.
    package func display(limit: Int, suffixes: Bool = true) -> String {
        var writer = DisplayWriter(limit: limit, suffixes: suffixes)
        writer.write(self)
        return writer.finished
    }
}

extension CELValue: CustomStringConvertible {
    package var description: String { display(limit: CELLimits.shownBytes) }
}

/// Writes until the limit is reached and then stops looking at the value.
private struct DisplayWriter {
    private let limit: Int
    private let suffixes: Bool
    private var text = ""
    private var isFull = false
    private static let ellipsis = "…"

    init(limit: Int, suffixes: Bool) {
        self.limit = max(limit, Self.ellipsis.utf8.count)
        self.suffixes = suffixes
    }

    var finished: String { isFull ? text + Self.ellipsis : text }

    private mutating func append(_ piece: String) {
        guard !isFull else { return }
        guard text.utf8.count + piece.utf8.count + Self.ellipsis.utf8.count <= limit else {
            isFull = true
            return
        }
        text += piece
    }

    mutating func write(_ value: CELValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .int(let value): append(String(value))
        case .uint(let value): append(suffixes ? "\(value)u" : String(value))
        case .double(let value): append(value.description)
        case .type(let kind): append(kind.rawValue)
        case .string(let value): write(value)
        case .bytes(let value): write(value)
        case .list(let list): write(list)
        case .map(let map): write(map)
        }
    }

    private mutating func write(_ list: CELList) {
        append("[")
        for index in 0..<list.count where !isFull {
            if index > 0 { append(", ") }
            if let element = list.element(index) { write(element) }
        }
        append("]")
    }

    private mutating func write(_ map: CELMap) {
        append("{")
        for (index, entry) in map.entries.enumerated() where !isFull {
            if index > 0 { append(", ") }
            write(entry.key)
            append(": ")
            write(entry.value)
        }
        append("}")
    }

    private mutating func write(_ value: [UInt8]) {
        append("b\"")
        for byte in value where !isFull {
            let digits = String(byte, radix: 16)
            append(digits.utf8.count == 1 ? "\\x0" + digits : "\\x" + digits)
        }
        append("\"")
    }

    /// Controls and invisible characters are written as escapes: the result is one line and cannot fool a terminal.
    private mutating func write(_ value: String) {
        append("\"")
        for scalar in value.unicodeScalars {
            if isFull { return }
            switch scalar {
            case "\"", "\\": append("\\" + String(scalar))
            case "\n": append("\\n")
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
                    let digits = String(scalar.value, radix: 16)
                    append("\\U" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits)
                default: append(String(scalar))
                }
            }
        }
        append("\"")
    }
}
