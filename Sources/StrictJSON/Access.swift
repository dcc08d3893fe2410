// Reading a value as what it should be. Each answers `nil` for another type: nothing is converted, so the string "1"
// is never the number 1, and absent is never a match.
extension JSONValue {
    public var stringValue: String? { if case .string(let text) = self { text.rawValue } else { nil } }
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var arrayValue: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    public var objectValue: JSONObject? { if case .object(let object) = self { object } else { nil } }
    public var isNull: Bool { self == .null }

    /// The member of an object; `nil` when this is no object or has no such member.
    public subscript(name: String) -> JSONValue? { objectValue?[name] }

    /// What kind of value this is, for messages: "a string", "null".
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(JSONString(value)) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(nilLiteral: ()) { self = .null }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in elements { object[name] = value }
        self = .object(object)
    }

    /// A text, or `null` for none.
    public init(_ text: String?) { self = text.map { .string(JSONString($0)) } ?? .null }
    public init(_ texts: [String]) { self = .array(texts.map { .string(JSONString($0)) }) }
}
