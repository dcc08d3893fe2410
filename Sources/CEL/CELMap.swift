internal import Identifiers
package import StrictJSON

/// A map: entries in the order of the literal, or a view of a JSON object.
package struct CELMap: Sendable {
    private enum Storage: Sendable {
        case entries(keys: [CELValue], values: [CELValue], index: [MapKey: Int])
        case json(JSONObject)
    }

    private let storage: Storage
    let depth: Int

    package init(_ object: JSONObject) {
        storage = .json(object)
        depth = jsonDepth
    }

    /// Keys are bool, int, uint or string; 1 and 1u are one key (CEL language definition, "Aggregate Values").
    package init(_ entries: [(key: CELValue, value: CELValue)]) throws(EvaluationError.Reason) {
        var keys: [CELValue] = []
        var values: [CELValue] = []
        var index: [MapKey: Int] = [:]
        for (key, value) in entries {
            guard key.kind != .double, let mapKey = MapKey(key) else { throw .unsupportedKeyType(key.kind) }
            guard index.updateValue(keys.count, forKey: mapKey) == nil else {
                throw .duplicateKey(key.display(limit: 64))
            }
            keys.append(key)
            values.append(value)
        }
        storage = .entries(keys: keys, values: values, index: index)
        depth = 1 + (values.lazy.map(\.depth).max() ?? 0)
    }

    package var count: Int {
        switch storage {
        case .entries(let keys, _, _): keys.count
        case .json(let object): object.members.count
        }
    }

    /// The value of a text key, compared by bytes.
    package subscript(name: String) -> CELValue? {
        switch storage {
        case .entries(_, let values, let index): index[.text(Key(name))].map { values[$0] }
        case .json(let object):
            object.members.first { ByteText.equal($0.name.rawValue, name) }.map { CELValue($0.value) }
        }
    }

    func contains(_ name: String) -> Bool {
        switch storage {
        case .entries(_, _, let index): index[.text(Key(name))] != nil
        case .json(let object): object.members.contains { ByteText.equal($0.name.rawValue, name) }
        }
    }

    /// The value of any key; numbers match across their kinds.
    package subscript(key key: CELValue) -> CELValue? {
        if case .string(let name) = key { return self[name] }
        guard case .entries(_, let values, let index) = storage, let mapKey = MapKey(key) else { return nil }
        return index[mapKey].map { values[$0] }
    }

    package var keys: [CELValue] {
        switch storage {
        case .entries(let keys, _, _): keys
        case .json(let object): object.members.map { .string($0.name.rawValue) }
        }
    }

    package var entries: [(key: CELValue, value: CELValue)] {
        switch storage {
        case .entries(let keys, let values, _): Array(zip(keys, values)).map { (key: $0.0, value: $0.1) }
        case .json(let object): object.members.map { (key: .string($0.name.rawValue), value: CELValue($0.value)) }
        }
    }
}

/// A key as maps compare it: all numbers on one line, texts by bytes.
enum MapKey: Hashable {
    case bool(Bool)
    case integer(Int64)
    /// More than any `Int64`.
    case large(UInt64)
    case text(Key)

    /// `nil` for what can be no key; a double is one when it is a whole number in range.
    init?(_ value: CELValue) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .integer(value)
        case .uint(let value): self = Int64(exactly: value).map { .integer($0) } ?? .large(value)
        case .double(let value):
            if let integer = Int64(whole: value) {
                self = .integer(integer)
            } else if let large = UInt64(whole: value) {
                self = .large(large)
            } else {
                return nil
            }
        case .string(let value): self = .text(Key(value))
        case .null, .bytes, .list, .map, .type: return nil
        }
    }
}
