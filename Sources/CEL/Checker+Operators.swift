// Operators, indexing, literals and calls.
extension Checker {
    mutating func checkBinary(_ operation: BinaryOperator, _ left: Syntax, _ right: Syntax, _ syntax: Syntax) -> Typed {
        let (left, right) = (check(left), check(right))
        switch operation {
        case .equal, .notEqual:
            warnWhenNeverEqual(left, right, operation, syntax)
            return typed(.equal(left.node, right.node, negated: operation == .notEqual), syntax, .bool)
        case .order(let order):
            requireOrder(left, right, operation, syntax)
            return typed(.order(order, left.node, right.node), syntax, .bool)
        case .membership:
            if let kind = right.type.kind, kind != .list, kind != .map {
                let hint = kind == .string ? "; for a part of a text use text.contains(part)" : ""
                reportType(at: syntax.anchor, "'in' needs a list or a map on its right, this is \(kind.phrase)\(hint)")
            }
            return typed(.membership(left.node, right.node), syntax, .bool)
        case .arithmetic(let arithmetic):
            let type = arithmeticType(arithmetic, left.type, right.type, syntax)
            return typed(.arithmetic(arithmetic, left.node, right.node), syntax, type)
        }
    }

    /// Legal and false: the language compares any two values. Still, nobody means it.
    private mutating func warnWhenNeverEqual(
        _ left: Typed, _ right: Typed, _ operation: BinaryOperator, _ syntax: Syntax
    ) {
        guard let one = left.type.kind, let other = right.type.kind, one != other, !(one.isNumber && other.isNumber)
        else { return }
        warn(
            .neverEqual, at: syntax.anchor,
            "\(one.phrase) never equals \(other.phrase): this is always \(operation == .equal ? "false" : "true"); convert one side, for example with string()"
        )
    }

    private mutating func requireOrder(_ left: Typed, _ right: Typed, _ operation: BinaryOperator, _ syntax: Syntax) {
        let ordered: Set<CELKind> = [.bool, .int, .uint, .double, .string, .bytes]
        let kinds = [left.type.kind, right.type.kind].compactMap(\.self)
        if let kind = kinds.first(where: { !ordered.contains($0) }) {
            reportType(at: syntax.anchor, "'\(operation.text)' has no meaning for \(kind.phrase)")
        } else if kinds.count == 2, kinds[0] != kinds[1], !(kinds[0].isNumber && kinds[1].isNumber) {
            reportType(
                at: syntax.anchor,
                "'\(operation.text)' cannot order \(kinds[0].phrase) and \(kinds[1].phrase); convert one side, for example with int()"
            )
        }
    }

    private mutating func arithmeticType(
        _ operation: ArithmeticOperator, _ left: CELType, _ right: CELType, _ syntax: Syntax
    ) -> CELType {
        let operands: [CELKind] =
            switch operation {
            case .add: [.int, .uint, .double, .string, .bytes, .list]
            case .subtract, .multiply, .divide: [.int, .uint, .double]
            case .remainder: [.int, .uint]
            }
        if left.kind == .list, right.kind == .list, operation == .add { return left == right ? left : .list(.dyn) }
        let possible = operands.filter { (left.kind ?? $0) == $0 && (right.kind ?? $0) == $0 }
        if possible.count == 1 { return CELType(possible[0]) }
        if possible.isEmpty {
            let (one, other) = (left.kind?.phrase ?? "this", right.kind?.phrase ?? "this")
            let hint =
                left.kind != nil && right.kind != nil && left.kind != right.kind
                ? "both sides must be of one type; convert one, for example with string() or int()"
                : "it takes \(operands.map(\.phrase).joined(separator: ", "))"
            reportType(at: syntax.anchor, "'\(operation.rawValue)' cannot combine \(one) and \(other): \(hint)")
        }
        return .dyn
    }

    mutating func checkIndex(_ operand: Syntax, _ index: Syntax, _ syntax: Syntax) -> Typed {
        let (operand, index) = (check(operand), check(index))
        var type = CELType.dyn
        switch operand.type {
        case .dyn: break
        case .list(let element):
            type = element
            if let kind = index.type.kind, !kind.isNumber {
                reportType(at: index.node.span.start, "the index of a list must be an int, this is \(kind.phrase)")
            }
        case .map(_, let value):
            type = value
            requireKey(index)
        default:
            reportType(
                at: syntax.anchor,
                "only a list or a map has an index, this is \(operand.type.kind?.phrase ?? "unknown")")
        }
        return typed(.index(operand.node, index.node), syntax, type)
    }

    private mutating func requireKey(_ key: Typed, isLiteral: Bool = false) {
        let allowed: Set<CELKind> = isLiteral ? [.bool, .int, .uint, .string] : [.bool, .int, .uint, .double, .string]
        guard let kind = key.type.kind, !allowed.contains(kind) else { return }
        reportType(
            at: key.node.span.start, "a map key must be a bool, an int, a uint or a string, this is \(kind.phrase)")
    }

    mutating func checkMap(_ entries: [Syntax.Entry], _ syntax: Syntax) -> Typed {
        let keys = entries.map { check($0.key) }
        let values = entries.map { check($0.value) }
        for key in keys { requireKey(key, isLiteral: true) }
        let code = zip(keys, values).map { Node.Entry(key: $0.node, value: $1.node) }
        return typed(.map(code), syntax, .map(.common(keys.map(\.type)), .common(values.map(\.type))))
    }

    // MARK: calls

    mutating func checkCall(_ name: String, _ receiver: Syntax?, _ arguments: [Syntax], _ syntax: Syntax) -> Typed {
        let operands = ((receiver.map { [$0] } ?? []) + arguments).map { check($0) }
        let isMethod = receiver != nil
        guard let function = Function(rawValue: name) else {
            report(.unknownFunction, at: syntax.anchor, Self.unknown(name, isMethod: isMethod))
            return typed(.constant(.null), syntax, .dyn)
        }
        let forms = function.forms.filter { $0.isMethod == isMethod }
        guard let form = forms.first else {
            let use = isMethod ? "\(name)(x)" : "x.\(name)(…)"
            report(
                .unknownFunction, at: syntax.anchor,
                "'\(name)' is \(isMethod ? "a function, not a method" : "a method, not a function"): write \(use)")
            return typed(.constant(.null), syntax, .dyn)
        }
        guard form.accepts(count: operands.count) else {
            report(.wrongArguments, at: syntax.anchor, Self.wrongCount(name, form, given: arguments.count))
            return typed(.constant(.null), syntax, form.result)
        }
        for (operand, parameter) in zip(operands, form.parameters) where !parameter.accepts(operand.type) {
            let kind = operand.type.kind?.phrase ?? "this"
            reportType(at: operand.node.span.start, "\(name) takes \(parameter.phrase) here, this is \(kind)")
        }
        let result = function == .dyn ? CELType.dyn : form.result
        return typed(.call(function, operands.map(\.node)), syntax, result)
    }

    private static func wrongCount(_ name: String, _ form: Function.Form, given: Int) -> String {
        let receiver = form.isMethod ? 1 : 0
        let (least, most) = (form.parameters.count - form.optional - receiver, form.parameters.count - receiver)
        let wanted = least == most ? "\(most)" : "\(least) to \(most)"
        return "\(name) takes \(wanted) argument\(wanted == "1" ? "" : "s"), it was given \(given)"
    }

    private static func unknown(_ name: String, isMethod: Bool) -> String {
        let what = isMethod ? "method" : "function"
        if name == "matches" {
            return
                "unknown \(what) 'matches': regular expressions are not available here; use startsWith, endsWith, contains or =="
        }
        if !isMethod, let macro = Macro(rawValue: name) {
            return "'\(macro.rawValue)' runs over a list: write list.\(macro.rawValue)(x, …)"
        }
        if isMethod, name == "has" { return "'has' is no method: write has(claims.ref)" }
        let macros = isMethod ? ["all", "exists", "exists_one", "map", "filter"] : ["has"]
        let known = Function.allCases.filter { $0.forms.contains { $0.isMethod == isMethod } }.map(\.rawValue) + macros
        let hint =
            Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
            ?? "known: \(known.joined(separator: ", "))"
        return "unknown \(what) '\(name)': \(hint)"
    }
}
