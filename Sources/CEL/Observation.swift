/// One test of an expression and what it saw: a line of an explanation.
package struct Observation: Hashable, Sendable {
    package struct Operand: Hashable, Sendable {
        /// The operand as written: `claims.ref`.
        package let source: String
        /// Its value as CEL text on one line, at most `CELLimits.shownBytes` long.
        package let value: String
        /// Whether it stands in the expression as a constant, so that showing it twice tells nothing.
        package let isConstant: Bool
        /// The text itself when it is one and short enough, for hints that compare.
        package let text: String?
    }

    package enum Outcome: Hashable, Sendable {
        case hit
        case miss
        case error(EvaluationError)
    }

    /// The test as written: `claims.ref == "refs/heads/main"`.
    package let source: String
    package let position: SourcePosition
    package let operands: [Operand]
    package let outcome: Outcome
    /// `false` for a test that `&&` or `||` did not need any more; it was run for the explanation only.
    package let wasReached: Bool
}

/// Collects observations while the one evaluator runs.
struct Recorder {
    let source: SourceText
    var suspensions = 0
    var isReached = true
    private var pending: [[Observation.Operand]] = []
    private var found: [(offset: Int, observation: Observation)] = []

    init(_ source: SourceText) { self.source = source }

    var isSuspended: Bool { suspensions > 0 || found.count >= CELLimits.observations }

    /// In source order; where one test contains another, the outer first.
    var observations: [Observation] {
        found.enumerated().sorted { ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset) }
            .map(\.element.observation)
    }

    mutating func begin() { pending.append([]) }

    mutating func note(_ node: Node, _ value: CELValue) {
        guard !pending.isEmpty, !isSuspended else { return }
        var text: String?
        if case .string(let whole) = value, whole.utf8.count <= 4 * CELLimits.shownBytes { text = whole }
        let operand = Observation.Operand(
            source: source.text(of: node.span), value: value.display(limit: CELLimits.shownBytes),
            isConstant: node.constant != nil, text: text)
        pending[pending.count - 1].append(operand)
    }

    mutating func end(_ node: Node, _ outcome: Observation.Outcome?) {
        let operands = pending.popLast() ?? []
        guard let outcome, !isSuspended else { return }
        let observation = Observation(
            source: source.text(of: node.span), position: source.position(at: node.span.start), operands: operands,
            outcome: outcome, wasReached: isReached)
        found.append((node.span.start, observation))
    }
}

extension Evaluator {
    /// Runs a test between the recorder's begin and end.
    mutating func observe(_ node: Node) throws(Failure) -> CELValue {
        guard let isSuspended = recorder?.isSuspended, !isSuspended else { return try run(node) }
        recorder?.begin()
        do throws(Failure) {
            let value = try run(node)
            if !node.code.isTest { noteOperand(node, value) }
            let outcome: Observation.Outcome? = value.boolValue.map { $0 ? .hit : .miss }
            recorder?.end(node, outcome)
            return value
        } catch {
            let position = recorder?.source.position(at: error.offset) ?? SourcePosition(line: 1, column: 1)
            recorder?.end(node, .error(EvaluationError(reason: error.reason, position: position)))
            throw error
        }
    }

    mutating func noteOperand(_ node: Node, _ value: CELValue) { recorder?.note(node, value) }

    mutating func noteOperands(_ left: (Node, CELValue), _ right: (Node, CELValue)) {
        recorder?.note(left.0, left.1)
        recorder?.note(right.0, right.1)
    }

    /// What a decided `&&` or `||` skips is still worth telling. It runs on a small budget
    /// of its own and its result is dropped: the explained value cannot differ from the plain one.
    mutating func observeUnreached(_ operands: ArraySlice<Node>) {
        guard let recorder, !recorder.isSuspended, recorder.isReached else { return }
        let saved = meter
        meter = Meter(steps: CELLimits.steps / 100, bytes: CELLimits.producedBytes / 16)
        self.recorder?.isReached = false
        for operand in operands {
            guard (try? evaluate(operand)) != nil || meter.hasSteps else { break }
        }
        self.recorder?.isReached = true
        meter = saved
    }
}
