/// Resolves names, finds what cannot work, and makes the runnable tree. Goes on after a finding, so that one run tells all.
struct Checker {
    /// A checked part with what is known of its type.
    struct Typed {
        let node: Node
        let type: CELType
    }

    let environment: Environment
    let source: SourceText
    private(set) var issues: [CELIssue] = []
    private(set) var warnings: [CELIssue] = []
    private var locals: [(name: String, type: CELType)] = []
    private let hasDottedNames: Bool

    init(_ environment: Environment, _ source: SourceText) {
        self.environment = environment
        self.source = source
        hasDottedNames = environment.variables.keys.contains { $0.utf8.contains(UInt8(ascii: ".")) }
    }

    // MARK: findings

    mutating func report(_ kind: CELIssue.Kind, at offset: Int, _ message: String) {
        issues.append(CELIssue(kind: kind, position: source.position(at: offset), message: message))
    }

    mutating func reportType(at offset: Int, _ message: String) {
        if environment.checksTypes { report(.typeMismatch, at: offset, message) }
    }

    mutating func warn(_ kind: CELIssue.Kind, at offset: Int, _ message: String) {
        warnings.append(CELIssue(kind: kind, position: source.position(at: offset), message: message))
    }

    func typed(_ code: Node.Code, _ syntax: Syntax, _ type: CELType) -> Typed {
        Typed(node: Node(code, syntax.span, anchor: syntax.anchor, isTest: code.isTest), type: type)
    }

    // MARK: expressions

    mutating func check(_ syntax: Syntax) -> Typed {
        switch syntax.kind {
        case .literal(let value): return typed(.constant(value), syntax, CELType(value.kind))
        case .identifier(let name): return checkName(name, syntax)
        case .select(let operand, let field): return checkSelect(operand, field, syntax)
        case .has(let operand, let field):
            let operand = check(operand)
            requireFields(operand, at: syntax.anchor)
            return typed(.has(operand.node, field), syntax, .bool)
        case .index(let operand, let index): return checkIndex(operand, index, syntax)
        case .call(let name, let receiver, let arguments): return checkCall(name, receiver, arguments, syntax)
        case .list(let elements):
            let elements = elements.map { check($0) }
            let type = CELType.list(.common(elements.map(\.type)))
            // A list of constants is a constant: made once, and shown as what a test compares with.
            let constants = elements.compactMap { $0.node.constant }
            if constants.count == elements.count { return typed(.constant(.list(constants)), syntax, type) }
            return typed(.list(elements.map(\.node)), syntax, type)
        case .map(let entries): return checkMap(entries, syntax)
        case .not(let operand):
            let operand = check(operand)
            requireCondition(operand, "what '!' negates")
            return typed(.not(operand.node.asCondition), syntax, .bool)
        case .negate(let operand):
            let operand = check(operand)
            if let kind = operand.type.kind, kind != .int, kind != .double {
                reportType(at: syntax.anchor, "'-' cannot negate \(kind.phrase); it takes an int or a double")
            }
            return typed(.negate(operand.node), syntax, operand.type)
        case .binary(let operation, let left, let right): return checkBinary(operation, left, right, syntax)
        case .logical(let operation, let operands):
            let operands = operands.map { check($0) }
            for operand in operands { requireCondition(operand, "an operand of '\(operation.rawValue)'") }
            return typed(.logical(operation, operands.map(\.node.asCondition)), syntax, .bool)
        case .conditional(let condition, let then, let otherwise):
            let (condition, then, otherwise) = (check(condition), check(then), check(otherwise))
            requireCondition(condition, "the condition of '?'")
            let code = Node.Code.conditional(
                condition.node.asCondition, then.node.asCondition, otherwise.node.asCondition)
            return typed(code, syntax, .common([then.type, otherwise.type]))
        case .loop(let loop): return checkLoop(loop, syntax)
        }
    }

    mutating func requireCondition(_ operand: Typed, _ what: String) {
        guard let kind = operand.type.kind, kind != .bool else { return }
        reportType(
            at: operand.node.span.start,
            "\(what) must be a bool, this is \(kind.phrase); compare it, for example with ==")
    }

    private mutating func requireFields(_ operand: Typed, at offset: Int) {
        guard let kind = operand.type.kind, kind != .map else { return }
        reportType(at: offset, "only a map has fields, this is \(kind.phrase)")
    }

    // MARK: names

    private mutating func checkName(_ name: String, _ syntax: Syntax) -> Typed {
        if let depth = locals.lastIndex(where: { $0.name == name }) {
            return typed(.local(depth), syntax, locals[depth].type)
        }
        if let type = environment.variables[name] { return typed(.variable(name), syntax, type) }
        if let kind = CELKind(rawValue: name) { return typed(.constant(.type(kind)), syntax, .type) }
        let known = locals.map(\.name) + environment.variables.keys.sorted()
        let isFunction = Function(rawValue: name) != nil
        let hint =
            isFunction
            ? "'\(name)' is a function and needs parentheses"
            : Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'?" }
                ?? "known here: \(known.joined(separator: ", ")); text stands between quotes"
        report(.unknownIdentifier, at: syntax.anchor, "unknown name '\(name)': \(hint)")
        return typed(.constant(.null), syntax, .dyn)
    }

    private mutating func checkSelect(_ operand: Syntax, _ field: String, _ syntax: Syntax) -> Typed {
        if hasDottedNames, let name = dottedName(syntax), let type = environment.variables[name] {
            return typed(.variable(name), syntax, type)
        }
        let operand = check(operand)
        requireFields(operand, at: syntax.anchor)
        if case .map(_, let value) = operand.type { return typed(.select(operand.node, field), syntax, value) }
        return typed(.select(operand.node, field), syntax, .dyn)
    }

    private func dottedName(_ syntax: Syntax) -> String? {
        switch syntax.kind {
        case .identifier(let name): locals.contains { $0.name == name } ? nil : name
        case .select(let operand, let field): dottedName(operand).map { $0 + "." + field }
        default: nil
        }
    }

    // MARK: loops

    private mutating func checkLoop(_ loop: Syntax.Loop, _ syntax: Syntax) -> Typed {
        let range = check(loop.range)
        let element: CELType
        switch range.type {
        case .list(let type): element = type
        case .map(let key, _): element = key
        case .dyn: element = .dyn
        default:
            element = .dyn
            reportType(
                at: syntax.anchor,
                "\(loop.macro.rawValue) runs over a list or a map, this is \(range.type.kind?.phrase ?? "unknown")")
        }
        locals.append((loop.variable, element))
        let predicate = loop.predicate.map { check($0) }
        let transform = loop.transform.map { check($0) }
        locals.removeLast()
        if let predicate { requireCondition(predicate, "the condition of \(loop.macro.rawValue)") }
        let result: CELType =
            switch loop.macro {
            case .all, .exists, .existsOne: .bool
            case .filter: .list(element)
            case .map: .list(transform?.type ?? .dyn)
            }
        let code = Node.Loop(
            macro: loop.macro, range: range.node, predicate: predicate?.node, transform: transform?.node)
        return typed(.loop(code), syntax, result)
    }
}
