package import StrictJSON

extension CELValue {
    /// Whole numbers that fit become `int`, all others `double`; arrays and objects stay and are looked through.
    package init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .int(value)
        case .number(let number): self = .double(number.double)
        case .string(let text): self = .string(text.rawValue)
        case .array(let elements): self = .list(CELList(elements))
        case .object(let object): self = .map(CELMap(object))
        }
    }

    /// The value as JSON, by the rules of protobuf's JSON mapping: bytes as base64, keys as text, a type as its name.
    /// `nil` when there is none: JSON knows neither infinity nor NaN.
    package func json() -> JSONValue? {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .integer(value)
        case .uint(let value):
            return Int64(exactly: value).map { .integer($0) } ?? .number(JSONNumber(unchecked: String(value)))
        case .double(let value): return value.isFinite ? .number(JSONNumber(unchecked: value.description)) : nil
        case .string(let value): return .string(JSONString(value))
        case .bytes(let value): return .string(JSONString(base64(value)))
        case .type(let kind): return .string(JSONString(kind.rawValue))
        case .list(let list):
            var elements: [JSONValue] = []
            for element in list.elements {
                guard let json = element.json() else { return nil }
                elements.append(json)
            }
            return .array(elements)
        case .map(let map):
            var object = JSONObject()
            for (key, value) in map.entries {
                guard let json = value.json() else { return nil }
                let name = key.stringValue ?? key.display(limit: 64, suffixes: false)
                guard object[name] == nil else { return nil }  // {1: …, "1": …} has no JSON
                object[name] = json
            }
            return .object(object)
        }
    }
}

/// Base64 with padding (RFC 4648 §4).
private func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var window: UInt32 = 0
        for byte in group { window = window << 8 | UInt32(byte) }
        window <<= UInt32(8 * (3 - group.count))
        for digit in 0..<4 {
            let value = Int(window >> UInt32(18 - 6 * digit) & 0x3F)
            text.append(digit <= group.count ? alphabet[value] : UInt8(ascii: "="))
        }
    }
    return String(decoding: text, as: UTF8.self)
}
