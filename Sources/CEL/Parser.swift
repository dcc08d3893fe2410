/// Tokens to a tree, by precedence climbing (CEL language definition, "Syntax").
struct Parser {
    private let tokens: [Token]
    private var index = 0
    private var nesting = 0

    static func parse(_ source: SourceText) throws(SyntaxFailure) -> Syntax {
        guard source.bytes.count <= CELLimits.sourceBytes else {
            throw SyntaxFailure(
                .tooLong, at: 0,
                "the expression is longer than \(CELLimits.sourceBytes) bytes; split it into several policies")
        }
        var parser = Parser(tokens: try Lexer.tokens(of: source.bytes))
        if case .end = parser.current.kind {
            throw SyntaxFailure(at: 0, "the expression is empty; write true for \"always\"")
        }
        let syntax = try parser.expression()
        guard case .end = parser.current.kind else { throw parser.unexpectedTail() }
        return syntax
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    // MARK: tokens

    /// The lexer ends every list with `.end`, and nothing advances past it.
    var current: Token { tokens[min(index, tokens.count - 1)] }
    func peek() -> Token { tokens[min(index + 1, tokens.count - 1)] }

    @discardableResult
    mutating func advance() -> Token {
        let token = current
        if index < tokens.count - 1 { index += 1 }
        return token
    }

    func at(_ symbol: Symbol) -> Bool {
        if case .symbol(symbol) = current.kind { true } else { false }
    }

    mutating func take(_ symbol: Symbol) -> Token? { at(symbol) ? advance() : nil }

    mutating func expect(_ symbol: Symbol, _ purpose: String) throws(SyntaxFailure) -> Token {
        guard let token = take(symbol) else {
            throw SyntaxFailure(
                at: current.span.start, "expected '\(symbol.rawValue)' \(purpose), found \(current.phrase)")
        }
        return token
    }

    private func unexpectedTail() -> SyntaxFailure {
        let hint =
            switch current.kind {
            case .identifier("and"), .identifier("AND"): "use '&&' for and"
            case .identifier("or"), .identifier("OR"): "use '||' for or"
            case .symbol(.leftBrace): "message literals are not supported"
            case .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.rightBrace):
                "nothing here was opened with its partner"
            default: "the expression should end here; an operator such as && may be missing"
            }
        return SyntaxFailure(at: current.span.start, "unexpected \(current.phrase): \(hint)")
    }

    // MARK: depth

    /// Runs `body` one bracket deeper.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(SyntaxFailure) -> Result
    ) throws(SyntaxFailure) -> Result {
        guard nesting < CELLimits.nesting else {
            throw SyntaxFailure(
                .tooDeep, at: current.span.start,
                "brackets are nested deeper than \(CELLimits.nesting); make the expression flatter")
        }
        nesting += 1
        defer { nesting -= 1 }
        return try body(&self)
    }

    func node(_ kind: Syntax.Kind, _ span: SourceSpan, anchor: Int? = nil) throws(SyntaxFailure) -> Syntax {
        let node = Syntax(kind, span, anchor: anchor)
        guard node.height <= CELLimits.height else {
            throw SyntaxFailure(
                .tooDeep, at: node.anchor,
                "this chain of operators is longer than \(CELLimits.height); only && and || may be longer")
        }
        return node
    }

    // MARK: operators

    /// `Expr = ConditionalOr ["?" ConditionalOr ":" Expr]`, the chain to the right as a loop.
    mutating func expression() throws(SyntaxFailure) -> Syntax {
        var branches: [(condition: Syntax, then: Syntax, anchor: Int)] = []
        var last = try binary(atLeast: .or)
        while let question = take(.question) {
            let then = try binary(atLeast: .or)
            _ = try expect(.colon, "between the two results of '?'")
            branches.append((last, then, question.span.start))
            last = try binary(atLeast: .or)
        }
        for branch in branches.reversed() {
            let span = branch.condition.span.joined(with: last.span)
            last = try node(
                .conditional(branch.condition, then: branch.then, otherwise: last), span, anchor: branch.anchor)
        }
        return last
    }

    private enum Precedence: Int { case or, and, relation, addition, multiplication, unary }
    private enum Infix { case logical(LogicalOperator), binary(BinaryOperator) }

    private func infix() -> (Infix, Precedence)? {
        guard case .symbol(let symbol) = current.kind else { return nil }
        switch symbol {
        case .or: return (.logical(.or), .or)
        case .and: return (.logical(.and), .and)
        case .equal: return (.binary(.equal), .relation)
        case .notEqual: return (.binary(.notEqual), .relation)
        case .in: return (.binary(.membership), .relation)
        case .less: return (.binary(.order(.less)), .relation)
        case .lessOrEqual: return (.binary(.order(.lessOrEqual)), .relation)
        case .greater: return (.binary(.order(.greater)), .relation)
        case .greaterOrEqual: return (.binary(.order(.greaterOrEqual)), .relation)
        case .plus: return (.binary(.arithmetic(.add)), .addition)
        case .minus: return (.binary(.arithmetic(.subtract)), .addition)
        case .star: return (.binary(.arithmetic(.multiply)), .multiplication)
        case .slash: return (.binary(.arithmetic(.divide)), .multiplication)
        case .percent: return (.binary(.arithmetic(.remainder)), .multiplication)
        default: return nil
        }
    }

    private mutating func binary(atLeast minimum: Precedence) throws(SyntaxFailure) -> Syntax {
        guard let above = Precedence(rawValue: minimum.rawValue + 1) else { return try unary() }
        var left = try binary(atLeast: above)
        var chain: [Syntax] = []
        var anchor = left.span.start
        while let (infix, precedence) = infix(), precedence == minimum {
            anchor = advance().span.start
            let right = try binary(atLeast: above)
            switch infix {
            case .binary(let operation):
                left = try node(.binary(operation, left, right), left.span.joined(with: right.span), anchor: anchor)
            case .logical:
                if chain.isEmpty { chain.append(left) }
                chain.append(right)
            }
        }
        guard let last = chain.last else { return left }
        let operation: LogicalOperator = minimum == .or ? .or : .and
        return try node(.logical(operation, chain), left.span.joined(with: last.span), anchor: anchor)
    }

    /// `Unary = Member | "!" {"!"} Member | "-" {"-"} Member`; the sign of a number belongs to the number.
    private mutating func unary() throws(SyntaxFailure) -> Syntax {
        var signs: [Token] = []
        while at(.not) || at(.minus) { signs.append(advance()) }
        var operand: Syntax
        if case .symbol(.minus)? = signs.last?.kind, let number = try negativeNumber(sign: signs.last) {
            signs.removeLast()
            operand = try member(of: number)
        } else {
            operand = try member(of: try primary())
        }
        for sign in signs.reversed() {
            let span = sign.span.joined(with: operand.span)
            if case .symbol(.not) = sign.kind {
                operand = try node(.not(operand), span)
            } else {
                operand = try node(.negate(operand), span)
            }
        }
        return operand
    }

    private mutating func negativeNumber(sign: Token?) throws(SyntaxFailure) -> Syntax? {
        guard let sign else { return nil }
        let span = sign.span.joined(with: current.span)
        switch current.kind {
        case .integer(let magnitude):
            guard magnitude <= UInt64(Int64.max) + 1 else {
                throw SyntaxFailure(.invalidLiteral, at: sign.span.start, "this number is outside the range of an int")
            }
            advance()
            return try node(.literal(.int(Int64(truncatingIfNeeded: 0 &- magnitude))), span)
        case .literal(.double(let value)):
            advance()
            return try node(.literal(.double(-value)), span)
        default: return nil
        }
    }
}
