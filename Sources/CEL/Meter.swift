/// What is left of an evaluation's budget.
struct Meter {
    private var steps: Int
    private var bytes: Int

    init(steps: Int = CELLimits.steps, bytes: Int = CELLimits.producedBytes) {
        self.steps = steps
        self.bytes = bytes
    }

    static var unlimited: Meter { Meter(steps: .max, bytes: .max) }

    var hasSteps: Bool { steps > 0 }

    @inline(__always)
    mutating func step() throws(EvaluationError.Reason) {
        steps -= 1
        if steps < 0 { throw exhausted() }
    }

    /// Reading `count` bytes or elements in a tight loop.
    mutating func read(_ count: Int) throws(EvaluationError.Reason) {
        steps -= count >> 4
        if steps < 0 { throw exhausted() }
    }

    mutating func produce(_ count: Int) throws(EvaluationError.Reason) {
        bytes -= count
        if bytes < 0 { throw exhausted() }
        try read(count)
    }

    /// A list or map of so many elements.
    mutating func produceElements(_ count: Int) throws(EvaluationError.Reason) {
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<CELValue>.stride)
        if overflow { throw exhausted() }
        try produce(size)
    }

    /// Stays exhausted, and far from an underflow.
    private mutating func exhausted() -> EvaluationError.Reason {
        (steps, bytes) = (0, 0)
        return .tooExpensive
    }
}
