/// How a filter compares (RFC 7644 §3.4.2.2, table 3). `pr` is no comparison: see `Filter.Node.present`.
package enum FilterOperator: String, Hashable, Sendable, CaseIterable {
    case equal = "eq"
    case notEqual = "ne"
    case contains = "co"
    case startsWith = "sw"
    case endsWith = "ew"
    case greater = "gt"
    case greaterOrEqual = "ge"
    case less = "lt"
    case lessOrEqual = "le"

    /// Without case.
    init?(word: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.isSameName(as: word) }) else { return nil }
        self = found
    }

    enum Family { case equality, substring, order }

    var family: Family {
        switch self {
        case .equal, .notEqual: .equality
        case .contains, .startsWith, .endsWith: .substring
        case .greater, .greaterOrEqual, .less, .lessOrEqual: .order
        }
    }

    /// Whether a value that stands like this to the operand passes.
    func holds<Value: Comparable>(_ value: Value, _ operand: Value) -> Bool {
        switch self {
        case .equal: value == operand
        case .notEqual: value != operand
        case .greater: value > operand
        case .greaterOrEqual: value >= operand
        case .less: value < operand
        case .lessOrEqual: value <= operand
        case .contains, .startsWith, .endsWith: false
        }
    }
}
