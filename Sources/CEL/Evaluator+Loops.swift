// The macros over lists and the keys of maps (CEL language definition, "Macros").
extension Evaluator {
    mutating func run(_ loop: Node.Loop, _ node: Node) throws(Failure) -> CELValue {
        let range = try evaluate(loop.range)
        if recorder != nil, node.code.isTest { noteOperand(loop.range, range) }
        let elements: [CELValue]
        switch range {
        case .list(let list):
            try produceElements(list.count, node)
            elements = list.elements
        case .map(let map):
            try produceElements(map.count, node)
            elements = map.keys
        default: throw Failure(reason: .noMatchingOverload(loop.macro.rawValue, [range.kind]), offset: node.anchor)
        }
        // The loop is one line of an explanation, its elements are not.
        recorder?.suspensions += 1
        defer { recorder?.suspensions -= 1 }
        switch loop.macro {
        case .all: return .bool(try decide(loop, elements, deciding: false, node))
        case .exists: return .bool(try decide(loop, elements, deciding: true, node))
        case .existsOne: return .bool(try filtered(loop, elements, node).count == 1)
        case .filter: return .list(try filtered(loop, elements, node))
        case .map: return try bounded(.list(try mapped(loop, elements, node)), node)
        }
    }

    /// Evaluates part of the body with the loop's variable set.
    private mutating func with<Result>(
        _ element: CELValue, _ body: (inout Evaluator) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        locals.append(element)
        defer { locals.removeLast() }
        return try body(&self)
    }

    private mutating func test(_ loop: Node.Loop, _ element: CELValue) throws(Failure) -> Bool {
        guard let predicate = loop.predicate else { return true }
        return try with(element) { (evaluator: inout Evaluator) throws(Failure) in try evaluator.bool(predicate) }
    }

    /// `all` and `exists` are a long `&&` and `||`: one deciding element absorbs the errors of others.
    private mutating func decide(
        _ loop: Node.Loop, _ elements: [CELValue], deciding: Bool, _ node: Node
    ) throws(Failure) -> Bool {
        var failure: Failure?
        for element in elements {
            do throws(Failure) {
                if try test(loop, element) == deciding { return deciding }
            } catch {
                if error.reason == .tooExpensive { throw error }
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        return !deciding
    }

    private mutating func filtered(
        _ loop: Node.Loop, _ elements: [CELValue], _ node: Node
    ) throws(Failure) -> [CELValue] {
        var kept: [CELValue] = []
        for element in elements where try test(loop, element) { kept.append(element) }
        return kept
    }

    private mutating func mapped(
        _ loop: Node.Loop, _ elements: [CELValue], _ node: Node
    ) throws(Failure) -> [CELValue] {
        guard let transform = loop.transform else { return elements }
        var results: [CELValue] = []
        for element in elements where try test(loop, element) {
            results.append(
                try with(element) { (evaluator: inout Evaluator) throws(Failure) in try evaluator.evaluate(transform) })
        }
        return results
    }
}
