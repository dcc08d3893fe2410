/// What `type(x)` answers: the kinds of values, named as the language names them (CEL language definition, "Values").
package enum CELKind: String, Hashable, Sendable, CaseIterable {
    case null = "null_type"
    case bool, int, uint, double, string, bytes, list, map, type

    var isNumber: Bool { self == .int || self == .uint || self == .double }
    var article: String { self == .int ? "an" : "a" }
    var phrase: String { self == .null ? "null" : "\(article) \(rawValue)" }
}

/// A declared or inferred type. `dyn` is what the checker knows nothing of, such as claims.
package indirect enum CELType: Hashable, Sendable {
    case dyn, null, bool, int, uint, double, string, bytes, type
    case list(CELType)
    case map(CELType, CELType)

    /// The kind of every value of this type; `nil` when it can be any.
    var kind: CELKind? {
        switch self {
        case .dyn: nil
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .type: .type
        case .list: .list
        case .map: .map
        }
    }

    init(_ kind: CELKind) {
        self =
            switch kind {
            case .null: .null
            case .bool: .bool
            case .int: .int
            case .uint: .uint
            case .double: .double
            case .string: .string
            case .bytes: .bytes
            case .type: .type
            case .list: .list(.dyn)
            case .map: .map(.dyn, .dyn)
            }
    }

    /// The one type of all; `dyn` when they differ or there are none.
    static func common(_ types: some Sequence<CELType>) -> CELType {
        var common: CELType?
        for type in types {
            guard let known = common else {
                common = type
                continue
            }
            if known != type { return .dyn }
        }
        return common ?? .dyn
    }
}

extension CELType: CustomStringConvertible {
    package var description: String {
        switch self {
        case .dyn: "dyn"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .null, .bool, .int, .uint, .double, .string, .bytes, .type: kind?.rawValue ?? "dyn"
        }
    }
}

/// What an expression may speak of.
package struct Environment: Sendable {
    /// Variables by name. A name may have dots (`request.audience`); the longest declared prefix wins.
    package let variables: [String: CELType]

    /// Off, only names are checked and type errors wait for the evaluation, as CEL calls "parse only".
    package let checksTypes: Bool

    package init(_ variables: [String: CELType], checksTypes: Bool = true) {
        self.variables = variables
        self.checksTypes = checksTypes
    }
}
