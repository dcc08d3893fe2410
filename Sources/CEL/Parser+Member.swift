// Operands: literals, names, brackets, and what follows them.
extension Parser {
    /// `Member = Primary { "." SELECTOR ["(" [ExprList] ")"] | "[" Expr "]" }`
    mutating func member(of primary: Syntax) throws(SyntaxFailure) -> Syntax {
        var operand = primary
        while true {
            if take(.dot) != nil {
                operand = try selection(of: operand)
            } else if let bracket = take(.leftBracket) {
                if at(.question) { throw optionalsUnsupported() }
                let index = try nested { (parser: inout Parser) throws(SyntaxFailure) in try parser.expression() }
                let end = try expect(.rightBracket, "to close the index")
                operand = try node(
                    .index(operand, index), operand.span.joined(with: end.span), anchor: bracket.span.start)
            } else {
                return operand
            }
        }
    }

    private func optionalsUnsupported() -> SyntaxFailure {
        SyntaxFailure(at: current.span.start, "optional selection with '?' is not supported; test with has() first")
    }

    private mutating func selection(of operand: Syntax) throws(SyntaxFailure) -> Syntax {
        if at(.question) { throw optionalsUnsupported() }
        let token = advance()
        let name: String
        switch token.kind {
        case .identifier(let text): name = text
        case .quotedField(let text):
            return try node(
                .select(operand, field: text), operand.span.joined(with: token.span), anchor: token.span.start)
        default:
            throw SyntaxFailure(at: token.span.start, "expected a field name after '.', found \(token.phrase)")
        }
        guard at(.leftParenthesis) else {
            return try node(
                .select(operand, field: name), operand.span.joined(with: token.span), anchor: token.span.start)
        }
        let (arguments, end) = try argumentList()
        let span = operand.span.joined(with: end)
        if let macro = Macro(rawValue: name) {
            return try node(.loop(try loop(macro, over: operand, arguments, at: token)), span, anchor: token.span.start)
        }
        return try node(.call(name, receiver: operand, arguments: arguments), span, anchor: token.span.start)
    }

    private func loop(
        _ macro: Macro, over range: Syntax, _ arguments: [Syntax], at token: Token
    ) throws(SyntaxFailure) -> Syntax.Loop {
        let hasTransform = macro == .map
        guard arguments.count == 2 || (hasTransform && arguments.count == 3) else {
            throw SyntaxFailure(
                .wrongArguments, at: token.span.start,
                "\(macro.rawValue) takes a name and \(hasTransform ? "an expression" : "a condition"), as in list.\(macro.rawValue)(x, \(hasTransform ? "x + 1" : "x == 1")); it was given \(arguments.count) arguments"
            )
        }
        guard case .identifier(let variable) = arguments[0].kind else {
            throw SyntaxFailure(
                .wrongArguments, at: arguments[0].span.start,
                "the first argument of \(macro.rawValue) is a new name for the element, such as x")
        }
        let isMap = macro == .map
        return Syntax.Loop(
            macro: macro, range: range, variable: variable,
            predicate: isMap && arguments.count == 2 ? nil : arguments[1],
            transform: isMap ? arguments[arguments.count - 1] : nil)
    }

    /// `Primary = ["."] IDENT ["(" [ExprList] ")"] | "(" Expr ")" | "[" [ExprList] "]" | "{" [MapInits] "}" | LITERAL`
    mutating func primary() throws(SyntaxFailure) -> Syntax {
        let token = current
        switch token.kind {
        case .literal(let value):
            advance()
            return try node(.literal(value), token.span)
        case .integer(let magnitude):
            guard let value = Int64(exactly: magnitude) else {
                throw SyntaxFailure(
                    .invalidLiteral, at: token.span.start,
                    "this number is outside the range of an int; end it with u for a uint")
            }
            advance()
            return try node(.literal(.int(value)), token.span)
        case .symbol(.leftParenthesis):
            advance()
            let inner = try nested { (parser: inout Parser) throws(SyntaxFailure) in try parser.expression() }
            let end = try expect(.rightParenthesis, "to close the parenthesis")
            return inner.spanning(token.span.joined(with: end.span))
        case .symbol(.leftBracket): return try listLiteral()
        case .symbol(.leftBrace): return try mapLiteral()
        case .symbol(.dot):
            advance()
            return try name(from: token.span)
        case .identifier: return try name(from: token.span)
        case .quotedField:
            throw SyntaxFailure(
                at: token.span.start, "back quotes are for fields after a dot; text stands between \" or '")
        case .symbol, .end:
            throw SyntaxFailure(at: token.span.start, "expected an expression, found \(token.phrase)")
        }
    }

    private mutating func name(from start: SourceSpan) throws(SyntaxFailure) -> Syntax {
        let token = advance()
        guard case .identifier(let name) = token.kind else {
            throw SyntaxFailure(at: token.span.start, "expected a name, found \(token.phrase)")
        }
        guard !reservedWords.contains(name) else {
            throw SyntaxFailure(
                at: token.span.start, "'\(name)' is a reserved word of the language and cannot be a name here")
        }
        let span = start.joined(with: token.span)
        guard at(.leftParenthesis) else { return try node(.identifier(name), span, anchor: token.span.start) }
        let (arguments, end) = try argumentList()
        if name == "has" { return try has(arguments, span.joined(with: end), at: token) }
        return try node(
            .call(name, receiver: nil, arguments: arguments), span.joined(with: end), anchor: token.span.start)
    }

    private func has(_ arguments: [Syntax], _ span: SourceSpan, at token: Token) throws(SyntaxFailure) -> Syntax {
        guard arguments.count == 1, case .select(let operand, let field) = arguments[0].kind else {
            throw SyntaxFailure(
                .wrongArguments, at: token.span.start,
                "has takes one field selection, as in has(claims.ref); for any key write \"key\" in claims")
        }
        return try node(.has(operand, field: field), span, anchor: arguments[0].anchor)
    }

    private mutating func argumentList() throws(SyntaxFailure) -> ([Syntax], SourceSpan) {
        advance()
        return try elements(until: .rightParenthesis, "to close the arguments", mayEndWithComma: false)
    }

    private mutating func listLiteral() throws(SyntaxFailure) -> Syntax {
        let start = advance()
        let (elements, end) = try elements(until: .rightBracket, "to close the list", mayEndWithComma: true)
        return try node(.list(elements), start.span.joined(with: end))
    }

    private mutating func elements(
        until close: Symbol, _ purpose: String, mayEndWithComma: Bool
    ) throws(SyntaxFailure) -> ([Syntax], SourceSpan) {
        var elements: [Syntax] = []
        if let end = take(close) { return (elements, end.span) }
        while true {
            if at(.question) { throw optionalsUnsupported() }
            elements.append(try nested { (parser: inout Parser) throws(SyntaxFailure) in try parser.expression() })
            if take(.comma) == nil { break }
            if mayEndWithComma, at(close) { break }
        }
        return (elements, try expect(close, purpose).span)
    }

    private mutating func mapLiteral() throws(SyntaxFailure) -> Syntax {
        let start = advance()
        var entries: [Syntax.Entry] = []
        while !at(.rightBrace) {
            if at(.question) { throw optionalsUnsupported() }
            let key = try nested { (parser: inout Parser) throws(SyntaxFailure) in try parser.expression() }
            _ = try expect(.colon, "between a key and its value")
            let value = try nested { (parser: inout Parser) throws(SyntaxFailure) in try parser.expression() }
            entries.append(Syntax.Entry(key: key, value: value))
            if take(.comma) == nil { break }
        }
        let end = try expect(.rightBrace, "to close the map")
        return try node(.map(entries), start.span.joined(with: end.span))
    }
}
