/// Why a text is no expression of its environment: everything that was found, in source order, never empty.
package struct CELError: Error, Hashable, Sendable, CustomStringConvertible {
    package let issues: [CELIssue]

    package var description: String { issues.map(\.description).joined(separator: "\n") }
}

/// One finding: where, what, and how to mend it.
package struct CELIssue: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case tooLong, tooDeep, syntax, invalidLiteral
        case unknownIdentifier, unknownFunction, wrongArguments, typeMismatch
        /// Legal, but surely not meant. Only in `CELExpression.warnings`.
        case neverEqual
    }

    package let kind: Kind
    package let position: SourcePosition
    package let message: String

    package var description: String { "\(position): \(message)" }
}

/// An issue whose place is still an offset; the parser stops at the first one.
struct SyntaxFailure: Error {
    let kind: CELIssue.Kind
    let offset: Int
    let message: String

    init(_ kind: CELIssue.Kind = .syntax, at offset: Int, _ message: String) {
        self.kind = kind
        self.offset = offset
        self.message = message
    }

    func issue(in source: SourceText) -> CELIssue {
        CELIssue(kind: kind, position: source.position(at: offset), message: message)
    }
}
