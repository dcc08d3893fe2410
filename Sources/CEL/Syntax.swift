enum ArithmeticOperator: String, Sendable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", remainder = "%"
}

enum OrderOperator: String, Sendable {
    case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
}

enum BinaryOperator: Hashable, Sendable {
    case equal, notEqual, membership
    case order(OrderOperator)
    case arithmetic(ArithmeticOperator)

    var text: String {
        switch self {
        case .equal: "=="
        case .notEqual: "!="
        case .membership: "in"
        case .order(let order): order.rawValue
        case .arithmetic(let arithmetic): arithmetic.rawValue
        }
    }
}

enum LogicalOperator: String, Sendable { case and = "&&", or = "||" }

/// The macros over lists and maps (CEL language definition, "Macros").
enum Macro: String, Sendable {
    case all, exists, existsOne = "exists_one", map, filter
}

/// A node of the syntax tree, as parsed. A class, so that sharing a subtree costs nothing.
final class Syntax: Sendable {
    struct Loop: Sendable {
        let macro: Macro
        let range: Syntax
        let variable: String
        /// What `all`, `exists`, `exists_one` and `filter` test; `map` may have one too.
        let predicate: Syntax?
        /// What `map` makes of an element.
        let transform: Syntax?
    }

    enum Kind: Sendable {
        case literal(CELValue)
        case identifier(String)
        case select(Syntax, field: String)
        case has(Syntax, field: String)
        case index(Syntax, Syntax)
        case call(String, receiver: Syntax?, arguments: [Syntax])
        case list([Syntax])
        case map([Entry])
        case not(Syntax)
        case negate(Syntax)
        case binary(BinaryOperator, Syntax, Syntax)
        /// A whole chain of the same operator: its length costs no depth.
        case logical(LogicalOperator, [Syntax])
        case conditional(Syntax, then: Syntax, otherwise: Syntax)
        case loop(Loop)
    }

    struct Entry: Sendable {
        let key: Syntax
        let value: Syntax
    }

    let kind: Kind
    let span: SourceSpan
    /// Where a message points: the operator, the field, the name of the function.
    let anchor: Int
    /// How deep the tree below is, itself included. Bounded, because checking and evaluating recurse.
    let height: Int

    init(_ kind: Kind, _ span: SourceSpan, anchor: Int? = nil) {
        self.kind = kind
        self.span = span
        self.anchor = anchor ?? span.start
        height = 1 + (kind.children.map(\.height).max() ?? 0)
    }

    /// The same with other bounds: parentheses belong to the text of what they enclose.
    func spanning(_ span: SourceSpan) -> Syntax { Syntax(kind, span, anchor: anchor) }
}

extension Syntax.Kind {
    var children: [Syntax] {
        switch self {
        case .literal, .identifier: []
        case .select(let operand, _), .has(let operand, _), .not(let operand), .negate(let operand): [operand]
        case .index(let left, let right), .binary(_, let left, let right): [left, right]
        case .call(_, let receiver, let arguments): (receiver.map { [$0] } ?? []) + arguments
        case .list(let elements), .logical(_, let elements): elements
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        case .loop(let loop): [loop.range] + [loop.predicate, loop.transform].compactMap(\.self)
        }
    }
}
