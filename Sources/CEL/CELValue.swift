package import StrictJSON

/// A value of the language (CEL language definition, "Values").
///
/// Claims stay the JSON that they are: a list or map made from JSON looks through to it and converts what is read.
package enum CELValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list(CELList)
    case map(CELMap)
    case type(CELKind)

    package var kind: CELKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list: .list
        case .map: .map
        case .type: .type
        }
    }

    package var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    package static func list(_ elements: [CELValue]) -> CELValue { .list(CELList(elements)) }
    package static func map(_ object: JSONObject) -> CELValue { .map(CELMap(object)) }

    /// How deep lists and maps stand in each other. JSON counts as what its reader allows.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .map(let map): map.depth
        default: 0
        }
    }
}

/// The same kind and the same value. `1`, `1u` and `1.0` differ here; the language's `==` is `isEqual`.
extension CELValue: Equatable {
    package static func == (lhs: CELValue, rhs: CELValue) -> Bool {
        var meter = Meter.unlimited
        return (try? Comparison.equal(lhs, rhs, sameKinds: true, &meter)) ?? false
    }
}

/// A list: elements, or a view of a JSON array.
package struct CELList: Sendable {
    private enum Storage: Sendable {
        case values([CELValue])
        case json([JSONValue])
    }

    private let storage: Storage
    let depth: Int

    package init(_ elements: [CELValue]) {
        storage = .values(elements)
        depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
    }

    package init(_ array: [JSONValue]) {
        storage = .json(array)
        depth = jsonDepth
    }

    package var count: Int {
        switch storage {
        case .values(let values): values.count
        case .json(let values): values.count
        }
    }

    /// The element there; `nil` outside.
    package func element(_ index: Int) -> CELValue? {
        switch storage {
        case .values(let values): values.indices.contains(index) ? values[index] : nil
        case .json(let values): values.indices.contains(index) ? CELValue(values[index]) : nil
        }
    }

    package var elements: [CELValue] {
        switch storage {
        case .values(let values): values
        case .json(let values): values.map { CELValue($0) }
        }
    }
}

/// What the strict JSON reader allows; views do not measure.
let jsonDepth = 32
