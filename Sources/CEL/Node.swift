/// A checked expression, ready to run: names are resolved, functions chosen, chains flat.
final class Node: Sendable {
    struct Loop: Sendable {
        let macro: Macro
        let range: Node
        let predicate: Node?
        let transform: Node?
    }

    struct Entry: Sendable {
        let key: Node
        let value: Node
    }

    enum Code: Sendable {
        case constant(CELValue)
        case variable(String)
        /// The element of a loop, by the number of loops around it.
        case local(Int)
        case select(Node, String)
        case has(Node, String)
        case index(Node, Node)
        case equal(Node, Node, negated: Bool)
        case order(OrderOperator, Node, Node)
        case membership(Node, Node)
        case arithmetic(ArithmeticOperator, Node, Node)
        case not(Node)
        case negate(Node)
        case logical(LogicalOperator, [Node])
        case conditional(Node, Node, Node)
        case list([Node])
        case map([Entry])
        case call(Function, [Node])
        case loop(Loop)
    }

    let code: Code
    let span: SourceSpan
    let anchor: Int
    /// Whether an explanation has a line for it: it tests something and is not made of other tests.
    let isTest: Bool

    init(_ code: Code, _ span: SourceSpan, anchor: Int, isTest: Bool) {
        self.code = code
        self.span = span
        self.anchor = anchor
        self.isTest = isTest
    }

    var constant: CELValue? { if case .constant(let value) = code { value } else { nil } }

    /// As an operand of `&&`, `||`, `!`, `?:`, or as the whole expression, a plain value is a test too.
    var asCondition: Node {
        switch code {
        case .variable, .local, .select, .index, .call: Node(code, span, anchor: anchor, isTest: true)
        default: self
        }
    }
}

extension Node.Code {
    /// Whether the construct itself is a test, wherever it stands.
    var isTest: Bool {
        switch self {
        case .equal, .order, .membership, .has: true
        case .call(let function, _): function.isTest
        case .loop(let loop): loop.macro == .all || loop.macro == .exists || loop.macro == .existsOne
        default: false
        }
    }
}
