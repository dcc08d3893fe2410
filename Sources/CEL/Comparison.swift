enum Ordering { case less, same, greater }

/// Equality and order (CEL language definition, "Equality" and "Ordering"): int, uint and double on one number line,
/// text and bytes by bytes, different kinds never equal and not ordered.
enum Comparison {
    static func equal(
        _ lhs: CELValue, _ rhs: CELValue, sameKinds: Bool = false, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> Bool {
        switch (lhs, rhs) {
        case (.string(let left), .string(let right)):
            try meter.read(left.utf8.count)
            return ByteText.equal(left, right)
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.int(let left), .int(let right)): return left == right
        case (.type(let left), .type(let right)): return left == right
        case (.bytes(let left), .bytes(let right)):
            try meter.read(left.count)
            return left == right
        case (.list(let left), .list(let right)): return try equal(left, right, sameKinds, &meter)
        case (.map(let left), .map(let right)): return try equal(left, right, sameKinds, &meter)
        default:
            if sameKinds, lhs.kind != rhs.kind { return false }
            return numbers(lhs, rhs) == .same
        }
    }

    private static func equal(
        _ left: CELList, _ right: CELList, _ sameKinds: Bool, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count {
            try meter.step()
            guard let one = left.element(index), let other = right.element(index),
                try equal(one, other, sameKinds: sameKinds, &meter)
            else { return false }
        }
        return true
    }

    private static func equal(
        _ left: CELMap, _ right: CELMap, _ sameKinds: Bool, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> Bool {
        guard left.count == right.count else { return false }
        for entry in left.entries {
            try meter.step()
            try meter.read(right.count)  // a look-up in a JSON object is a search
            guard let other = right[key: entry.key], try equal(entry.value, other, sameKinds: sameKinds, &meter) else {
                return false
            }
            if sameKinds, !right.keys.contains(where: { $0.kind == entry.key.kind && MapKey($0) == MapKey(entry.key) })
            {
                return false
            }
        }
        return true
    }

    /// `nil` when the two have no order: NaN, or kinds that do not compare.
    static func order(
        _ lhs: CELValue, _ rhs: CELValue, _ meter: inout Meter
    ) throws(EvaluationError.Reason) -> Ordering? {
        switch (lhs, rhs) {
        case (.bool(let left), .bool(let right)): return left == right ? .same : (right ? .less : .greater)
        case (.string(let left), .string(let right)):
            try meter.read(min(left.utf8.count, right.utf8.count))
            if ByteText.equal(left, right) { return .same }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? .less : .greater
        case (.bytes(let left), .bytes(let right)):
            try meter.read(min(left.count, right.count))
            if left == right { return .same }
            return left.lexicographicallyPrecedes(right) ? .less : .greater
        default: return numbers(lhs, rhs)
        }
    }

    /// Exact: no integer is rounded to a double.
    static func numbers(_ lhs: CELValue, _ rhs: CELValue) -> Ordering? {
        switch (lhs, rhs) {
        case (.int(let left), .int(let right)): ordering(left, right)
        case (.uint(let left), .uint(let right)): ordering(left, right)
        case (.int(let left), .uint(let right)): integers(left, right)
        case (.uint(let left), .int(let right)): integers(right, left).reversed
        case (.double(let left), .double(let right)):
            left.isNaN || right.isNaN ? nil : ordering(left, right)
        case (.int(let left), .double(let right)): integer(left, right)
        case (.double(let left), .int(let right)): integer(right, left)?.reversed
        case (.uint(let left), .double(let right)): integer(left, right)
        case (.double(let left), .uint(let right)): integer(right, left)?.reversed
        default: nil
        }
    }

    private static func ordering<Number: Comparable>(_ left: Number, _ right: Number) -> Ordering {
        left < right ? .less : (left == right ? .same : .greater)
    }

    private static func integers(_ left: Int64, _ right: UInt64) -> Ordering {
        guard let left = UInt64(exactly: left) else { return .less }
        return ordering(left, right)
    }

    private static func integer(_ left: Int64, _ right: Double) -> Ordering? {
        guard let whole = Int64(truncating: right) else { return right.isNaN ? nil : (right < 0 ? .greater : .less) }
        return left == whole ? ordering(Double(whole), right) : ordering(left, whole)
    }

    private static func integer(_ left: UInt64, _ right: Double) -> Ordering? {
        guard let whole = UInt64(truncating: right) else { return right.isNaN ? nil : (right < 0 ? .greater : .less) }
        return left == whole ? ordering(Double(whole), right) : ordering(left, whole)
    }
}

extension Ordering {
    var reversed: Ordering {
        switch self {
        case .less: .greater
        case .same: .same
        case .greater: .less
        }
    }

    func satisfies(_ operation: OrderOperator) -> Bool {
        switch operation {
        case .less: self == .less
        case .lessOrEqual: self != .greater
        case .greater: self == .greater
        case .greaterOrEqual: self != .less
        }
    }
}
