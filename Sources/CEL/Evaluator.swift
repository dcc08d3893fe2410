/// Runs a checked tree: a pure function of the tree and the bindings, within a budget.
///
/// Recursion is bounded by `CELLimits.height`; each construct has its own function, so that frames stay small.
struct Evaluator {
    let bindings: Bindings
    var meter = Meter()
    /// The elements of the loops around the node that runs, outermost first.
    var locals: [CELValue] = []
    /// Only when someone asked for an explanation.
    var recorder: Recorder?

    init(_ bindings: Bindings, recorder: Recorder? = nil) {
        self.bindings = bindings
        self.recorder = recorder
    }

    mutating func evaluate(_ node: Node) throws(Failure) -> CELValue {
        if recorder != nil, node.isTest { return try observe(node) }
        return try run(node)
    }

    /// Runs what throws a bare reason and says where.
    @inline(__always)
    mutating func at<Result>(
        _ node: Node, _ body: (inout Meter) throws(EvaluationError.Reason) -> Result
    ) throws(Failure) -> Result {
        do throws(EvaluationError.Reason) {
            return try body(&meter)
        } catch {
            throw Failure(reason: error, offset: node.anchor)
        }
    }

    mutating func run(_ node: Node) throws(Failure) -> CELValue {
        try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in try meter.step() }
        switch node.code {
        case .constant(let value): return value
        case .variable(let name):
            guard let value = bindings[name] else { throw Failure(reason: .unboundVariable(name), offset: node.anchor) }
            return value
        case .local(let depth):
            // The checker counted the loops; a missing one would be our mistake, not the caller's.
            guard locals.indices.contains(depth) else {
                throw Failure(reason: .unboundVariable("?"), offset: node.anchor)
            }
            return locals[depth]
        case .select(let operand, let field): return try select(operand, field, node)
        case .has(let operand, let field): return try has(operand, field, node)
        case .index(let operand, let index): return try element(operand, index, node)
        case .equal(let left, let right, let negated): return try equal(left, right, negated, node)
        case .order(let operation, let left, let right): return try order(operation, left, right, node)
        case .membership(let element, let container): return try membership(element, container, node)
        case .arithmetic(let operation, let left, let right): return try arithmetic(operation, left, right, node)
        case .not(let operand): return try not(operand)
        case .negate(let operand): return try negate(operand, node)
        case .logical(let operation, let operands): return try logical(operation, operands)
        case .conditional(let condition, let then, let otherwise):
            return try evaluate(try bool(condition) ? then : otherwise)
        case .list(let elements): return try list(elements, node)
        case .map(let entries): return try map(entries, node)
        case .call(let function, let arguments): return try call(function, arguments, node)
        case .loop(let loop): return try run(loop, node)
        }
    }

    // MARK: conditions

    /// The value of a condition.
    mutating func bool(_ node: Node) throws(Failure) -> Bool {
        let value = try evaluate(node)
        guard case .bool(let bool) = value else {
            throw Failure(reason: .notABool(value.kind), offset: node.span.start)
        }
        return bool
    }

    private mutating func not(_ operand: Node) throws(Failure) -> CELValue { .bool(!(try bool(operand))) }

    /// Either side decides: `false && error` and `error && false` are both false (CEL language definition, "Logical
    /// Operators"). Only an exhausted budget is never absorbed.
    private mutating func logical(_ operation: LogicalOperator, _ operands: [Node]) throws(Failure) -> CELValue {
        let deciding = operation == .or
        var failure: Failure?
        for (index, operand) in operands.enumerated() {
            do throws(Failure) {
                if try bool(operand) == deciding {
                    if recorder != nil { observeUnreached(operands.dropFirst(index + 1)) }
                    return .bool(deciding)
                }
            } catch {
                if error.reason == .tooExpensive { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return .bool(!deciding)
    }

    // MARK: fields

    private mutating func select(_ operand: Node, _ field: String, _ node: Node) throws(Failure) -> CELValue {
        let container = try evaluate(operand)
        guard case .map(let map) = container else {
            throw Failure(reason: .noMatchingOverload("field selection", [container.kind]), offset: node.anchor)
        }
        guard let value = map[field] else {
            throw Failure(reason: .noSuchKey(CELValue.string(field).display(limit: 64)), offset: node.anchor)
        }
        return value
    }

    private mutating func has(_ operand: Node, _ field: String, _ node: Node) throws(Failure) -> CELValue {
        let container = try evaluate(operand)
        guard case .map(let map) = container else {
            throw Failure(reason: .noMatchingOverload("has", [container.kind]), offset: node.anchor)
        }
        if recorder != nil { noteOperand(operand, container) }
        return .bool(map.contains(field))
    }

    private mutating func element(_ operand: Node, _ index: Node, _ node: Node) throws(Failure) -> CELValue {
        let container = try evaluate(operand)
        let key = try evaluate(index)
        switch container {
        case .list(let list):
            guard key.kind.isNumber else { break }
            guard case .integer(let offset)? = MapKey(key), let offset = Int(exactly: offset),
                let value = list.element(offset)
            else { throw Failure(reason: .indexOutOfRange(count: list.count), offset: node.anchor) }
            return value
        case .map(let map):
            guard key.kind == .double || MapKey(key) != nil else {
                throw Failure(reason: .unsupportedKeyType(key.kind), offset: node.anchor)
            }
            guard let value = map[key: key] else {
                throw Failure(reason: .noSuchKey(key.display(limit: 64)), offset: node.anchor)
            }
            return value
        default: break
        }
        throw Failure(reason: .noMatchingOverload("_[_]", [container.kind, key.kind]), offset: node.anchor)
    }

    // MARK: operators

    private mutating func equal(_ left: Node, _ right: Node, _ negated: Bool, _ node: Node) throws(Failure) -> CELValue
    {
        let (one, other) = (try evaluate(left), try evaluate(right))
        if recorder != nil { noteOperands((left, one), (right, other)) }
        let isEqual = try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in
            try Comparison.equal(one, other, &meter)
        }
        return .bool(isEqual != negated)
    }

    private mutating func order(
        _ operation: OrderOperator, _ left: Node, _ right: Node, _ node: Node
    ) throws(Failure) -> CELValue {
        let (one, other) = (try evaluate(left), try evaluate(right))
        if recorder != nil { noteOperands((left, one), (right, other)) }
        let ordering = try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in
            try Comparison.order(one, other, &meter)
        }
        if let ordering { return .bool(ordering.satisfies(operation)) }
        // NaN is a number without an order: every comparison is false.
        if one.kind.isNumber, other.kind.isNumber { return .bool(false) }
        throw Failure(
            reason: .noMatchingOverload("_\(operation.rawValue)_", [one.kind, other.kind]), offset: node.anchor)
    }

    private mutating func membership(_ element: Node, _ container: Node, _ node: Node) throws(Failure) -> CELValue {
        let (value, whole) = (try evaluate(element), try evaluate(container))
        if recorder != nil { noteOperands((element, value), (container, whole)) }
        switch whole {
        case .list(let list):
            for index in 0..<list.count {
                guard let candidate = list.element(index) else { break }
                let isEqual = try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in
                    try meter.step()
                    return try Comparison.equal(candidate, value, &meter)
                }
                if isEqual { return .bool(true) }
            }
            return .bool(false)
        case .map(let map): return .bool(map[key: value] != nil)
        default: throw Failure(reason: .noMatchingOverload("in", [value.kind, whole.kind]), offset: node.anchor)
        }
    }

    private mutating func arithmetic(
        _ operation: ArithmeticOperator, _ left: Node, _ right: Node, _ node: Node
    ) throws(Failure) -> CELValue {
        let (one, other) = (try evaluate(left), try evaluate(right))
        let value = try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in
            try Arithmetic.apply(operation, one, other, &meter)
        }
        return try bounded(value, node)
    }

    private mutating func negate(_ operand: Node, _ node: Node) throws(Failure) -> CELValue {
        let value = try evaluate(operand)
        return try at(node) { (_: inout Meter) throws(EvaluationError.Reason) in try Arithmetic.negate(value) }
    }

    // MARK: aggregates and calls

    private mutating func list(_ elements: [Node], _ node: Node) throws(Failure) -> CELValue {
        try produceElements(elements.count, node)
        var values: [CELValue] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try evaluate(element)) }
        return try bounded(.list(values), node)
    }

    private mutating func map(_ entries: [Node.Entry], _ node: Node) throws(Failure) -> CELValue {
        try produceElements(2 * entries.count, node)
        var values: [(key: CELValue, value: CELValue)] = []
        for entry in entries { values.append((key: try evaluate(entry.key), value: try evaluate(entry.value))) }
        let map = try at(node) { (_: inout Meter) throws(EvaluationError.Reason) in try CELMap(values) }
        return try bounded(.map(map), node)
    }

    mutating func produceElements(_ count: Int, _ node: Node) throws(Failure) {
        try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in try meter.produceElements(count) }
    }

    /// A value nested too deep would make comparing it, or only freeing it, recurse too deep.
    func bounded(_ value: CELValue, _ node: Node) throws(Failure) -> CELValue {
        guard value.depth <= CELLimits.valueDepth else { throw Failure(reason: .tooExpensive, offset: node.anchor) }
        return value
    }

    private mutating func call(_ function: Function, _ arguments: [Node], _ node: Node) throws(Failure) -> CELValue {
        var values: [CELValue] = []
        values.reserveCapacity(arguments.count)
        for argument in arguments { values.append(try evaluate(argument)) }
        if recorder != nil, node.code.isTest {
            for (argument, value) in zip(arguments, values) { noteOperand(argument, value) }
        }
        return try at(node) { (meter: inout Meter) throws(EvaluationError.Reason) in
            try Library.call(function, values, &meter)
        }
    }
}
