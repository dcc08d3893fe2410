/// A place in a configuration file. Line and column count from 1; a column is a code point, as an editor shows it.
package struct ConfigurationPosition: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.file, lhs.line, lhs.column) < (rhs.file, rhs.line, rhs.column)
    }

    package var description: String { line > 0 ? "\(file):\(line):\(column)" : file }
}

/// One thing that is wrong in the configuration: where it is, what it is, how to mend it.
///
/// A message may quote a key or a word of a closed list, never the value of a secret field and never text that came
/// out of the environment or another file: it could be a secret in the wrong place.
package struct ConfigurationProblem: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let file: String
    /// 0 when the problem is the file itself: it is missing or unreadable.
    package let line: Int
    package let column: Int
    package let message: String
    package let suggestion: String?

    package init(_ message: String, at position: ConfigurationPosition, suggestion: String? = nil) {
        (file, line, column) = (position.file, position.line, position.column)
        self.message = message
        self.suggestion = suggestion
    }

    package var position: ConfigurationPosition { ConfigurationPosition(file: file, line: line, column: column) }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.position == rhs.position ? lhs.message < rhs.message : lhs.position < rhs.position
    }

    /// `gatehouse.yaml:14:7: unknown key 'client_idd' (did you mean 'client_id'?)`
    package var description: String {
        "\(position): \(message)" + (suggestion.map { " (did you mean '\($0)'?)" } ?? "")
    }
}

/// Everything that is wrong with the configuration, of all files at once.
package struct ConfigurationProblems: Error, Hashable, Sendable, CustomStringConvertible {
    /// Sorted by place; never empty.
    package let problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) { self.problems = Set(problems).sorted() }

    /// One line for each problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
