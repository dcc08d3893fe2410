/// `+ - * / %` and negation (CEL language definition, "Numeric Values"): same kinds only, overflow is an error.
enum Arithmetic {
    static func apply(
        _ operation: ArithmeticOperator, _ lhs: CELValue, _ rhs: CELValue, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> CELValue {
        switch (lhs, rhs) {
        case (.int(let left), .int(let right)): return .int(try integers(operation, left, right))
        case (.uint(let left), .uint(let right)): return .uint(try integers(operation, left, right))
        case (.double(let left), .double(let right)):
            switch operation {
            case .add: return .double(left + right)
            case .subtract: return .double(left - right)
            case .multiply: return .double(left * right)
            case .divide: return .double(left / right)
            case .remainder: break
            }
        case (.string(let left), .string(let right)) where operation == .add:
            try meter.produce(left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)) where operation == .add:
            try meter.produce(left.count + right.count)
            return .bytes(left + right)
        case (.list(let left), .list(let right)) where operation == .add:
            try meter.produceElements(left.count + right.count)
            return .list(CELList(left.elements + right.elements))
        default: break
        }
        throw .noMatchingOverload("_\(operation.rawValue)_", [lhs.kind, rhs.kind])
    }

    private static func integers<Integer: FixedWidthInteger>(
        _ operation: ArithmeticOperator, _ left: Integer, _ right: Integer
    ) throws(EvaluationError.Reason) -> Integer {
        let (value, overflow): (Integer, Bool)
        switch operation {
        case .add: (value, overflow) = left.addingReportingOverflow(right)
        case .subtract: (value, overflow) = left.subtractingReportingOverflow(right)
        case .multiply: (value, overflow) = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw .divisionByZero }
            (value, overflow) = left.dividedReportingOverflow(by: right)
        case .remainder:
            guard right != 0 else { throw .divisionByZero }
            (value, overflow) = left.remainderReportingOverflow(dividingBy: right)
        }
        guard !overflow else { throw .overflow }
        return value
    }

    static func negate(_ value: CELValue) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .int(let value):
            guard value != .min else { throw .overflow }
            return .int(-value)
        case .double(let value): return .double(-value)
        default: throw .noMatchingOverload("-_", [value.kind])
        }
    }
}
