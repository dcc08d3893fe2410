/// The punctuation of the grammar.
enum Symbol: String, Sendable {
    case leftParenthesis = "(", rightParenthesis = ")"
    case leftBracket = "[", rightBracket = "]"
    case leftBrace = "{", rightBrace = "}"
    case dot = ".", comma = ",", colon = ":", question = "?"
    case or = "||", and = "&&", not = "!"
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case plus = "+", minus = "-", star = "*", slash = "/", percent = "%"
    case `in`
}

struct Token: Sendable {
    enum Kind: Sendable {
        case symbol(Symbol)
        case identifier(String)
        /// A field name in back quotes: `` claims.`content-type` ``.
        case quotedField(String)
        /// Without its sign: the magnitude of the smallest integer is no `Int64`.
        case integer(UInt64)
        /// A literal whose value is complete.
        case literal(CELValue)
        case end
    }

    let kind: Kind
    let span: SourceSpan

    /// How a message names it.
    var phrase: String {
        switch kind {
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .identifier(let name): "'\(name)'"
        case .quotedField: "a field name"
        case .integer: "a number"
        case .literal(let value): value.kind == .null ? "null" : "a \(value.kind.rawValue) literal"
        case .end: "the end of the expression"
        }
    }
}

/// Words that the language keeps for itself; they may still follow a dot, as in `claims.namespace`.
let reservedWords: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
]
