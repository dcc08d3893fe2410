/// Why an expression has no value for some bindings.
package struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Error, Hashable, Sendable {
        /// A map has no such key; the key as CEL text, shortened.
        case noSuchKey(String)
        case unboundVariable(String)
        case indexOutOfRange(count: Int)
        case divisionByZero
        case overflow
        case noMatchingOverload(String, [CELKind])
        /// The text or number is outside of what the type can hold.
        case invalidConversion(from: CELKind, to: CELKind)
        case invalidUTF8
        case duplicateKey(String)
        case unsupportedKeyType(CELKind)
        case notABool(CELKind)
        /// The evaluation used up its budget of steps or bytes. `&&` and `||` do not absorb it.
        case tooExpensive
    }

    package let reason: Reason
    package let position: SourcePosition

    package init(reason: Reason, position: SourcePosition) {
        self.reason = reason
        self.position = position
    }

    package var description: String { "\(position): \(reason)" }
}

extension EvaluationError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchKey(let key): "no such key: \(key); test it first with has() or in"
        case .unboundVariable(let name): "no value for variable \(name)"
        case .indexOutOfRange(let count): "index out of range: the list has \(count) elements"
        case .divisionByZero: "division by zero"
        case .overflow: "the result is outside the range of its type"
        case .noMatchingOverload(let operation, let operands):
            "no such overload: \(operation) does not take (\(operands.map(\.rawValue).joined(separator: ", ")))"
        case .invalidConversion(let source, let target):
            "range error: this \(source.rawValue) cannot become \(target.article) \(target.rawValue)"
        case .invalidUTF8: "invalid UTF-8: these bytes are no text"
        case .duplicateKey(let key): "the map literal has the key \(key) twice"
        case .unsupportedKeyType(let kind): "no such overload: \(kind.article) \(kind.rawValue) cannot be a map key"
        case .notABool(let kind):
            "no such overload: a condition must be a bool, this is \(kind.article) \(kind.rawValue)"
        case .tooExpensive: "the evaluation is too expensive; make the expression or its input smaller"
        }
    }
}

/// A failure inside the evaluator: the position is computed only for the one that leaves it.
struct Failure: Error {
    let reason: EvaluationError.Reason
    let offset: Int
}
