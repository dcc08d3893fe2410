import Identifiers
package import ServerPlugin
import StrictJSON

/// A request body as clients of the original API send it: protobuf's JSON (contract README 2.2).
///
/// Names in snake_case or lowerCamelCase, integers as numbers or texts, enums by name or number, empty texts as unset,
/// unknown members ignored, whatever the content type. Still one strict reader underneath: no member twice, no garbage.
package struct RequestBody: Sendable {
    private let object: JSONObject
    /// Where in the body, for messages: `spec.` or nothing.
    private let prefix: String

    package init(_ bytes: [UInt8]) throws(APIError) {
        prefix = ""
        guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }) else {
            object = JSONObject()
            return
        }
        do {
            object = try JSONValue.parseObject(bytes)
        } catch {
            throw APIError(.invalidArgument, "The body is not a JSON object: \(error).")
        }
    }

    private init(_ object: JSONObject, prefix: String) {
        self.object = object
        self.prefix = prefix
    }

    /// The member in either spelling; both at once are an error, `null` is absent.
    private func member(_ name: String) throws(APIError) -> JSONValue? {
        let camel = Self.camelCase(name)
        let first = object[name]
        let second = camel.hasSameBytes(as: name) ? nil : object[camel]
        guard first == nil || second == nil else { throw invalid(name, "is given twice, as '\(name)' and '\(camel)'") }
        guard let value = first ?? second, !value.isNull else { return nil }
        return value
    }

    /// A text; empty is unset.
    package func text(_ name: String) throws(APIError) -> String? {
        guard let value = try member(name) else { return nil }
        guard let text = value.stringValue else { throw invalid(name, "must be a string, not \(value.kind)") }
        return text.isEmpty ? nil : text
    }

    /// An integer, as a number or a text of digits; empty text is unset.
    package func integer(_ name: String) throws(APIError) -> Int64? {
        guard let value = try member(name) else { return nil }
        if let integer = value.integerValue { return integer }
        if case .number(let number) = value {
            guard let integer = Int64(exactly: number.double) else {
                throw invalid(name, "must be a whole number in range")
            }
            return integer
        }
        guard let text = value.stringValue else { throw invalid(name, "must be a number, not \(value.kind)") }
        if text.isEmpty { return nil }
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let integer = Int64(text)
        else {
            throw invalid(name, "must be a whole number in range")
        }
        return integer
    }

    /// One of an enum, by name or by number in the order of `cases`.
    package func enumeration<Value: RawRepresentable>(_ name: String, _ cases: [Value]) throws(APIError) -> Value?
    where Value.RawValue == String {
        guard let value = try member(name) else { return nil }
        if let number = value.integerValue {
            guard let index = Int(exactly: number), cases.indices.contains(index) else {
                throw invalid(name, "must be 0 to \(cases.count - 1) or a name")
            }
            return cases[index]
        }
        guard let text = value.stringValue else { throw invalid(name, "must be a name, not \(value.kind)") }
        if text.isEmpty { return nil }
        guard let found = cases.first(where: { $0.rawValue.hasSameBytes(as: text) }) else {
            throw invalid(name, "must be one of \(cases.map(\.rawValue).joined(separator: ", "))")
        }
        return found
    }

    package func object(_ name: String) throws(APIError) -> RequestBody? {
        guard let value = try member(name) else { return nil }
        guard let object = value.objectValue else { throw invalid(name, "must be an object, not \(value.kind)") }
        return RequestBody(object, prefix: prefix + name + ".")
    }

    /// A list of texts; absent is empty.
    package func texts(_ name: String) throws(APIError) -> [String] {
        guard let value = try member(name) else { return [] }
        guard let elements = value.arrayValue else { throw invalid(name, "must be an array, not \(value.kind)") }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue, !text.isEmpty else {
                throw invalid("\(name)[\(index)]", "must be a string that is not empty")
            }
            texts.append(text)
        }
        return texts
    }

    /// A list of objects; absent is empty.
    package func objects(_ name: String) throws(APIError) -> [RequestBody] {
        guard let value = try member(name) else { return [] }
        guard let elements = value.arrayValue else { throw invalid(name, "must be an array, not \(value.kind)") }
        var objects: [RequestBody] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else {
                throw invalid("\(name)[\(index)]", "must be an object, not \(element.kind)")
            }
            objects.append(RequestBody(object, prefix: prefix + "\(name)[\(index)]."))
        }
        return objects
    }

    /// A map from names to objects, in order; its keys are data, not spellings. Absent is empty.
    package func map(_ name: String) throws(APIError) -> [(key: String, value: RequestBody)] {
        guard let value = try member(name) else { return [] }
        guard let object = value.objectValue else { throw invalid(name, "must be an object, not \(value.kind)") }
        var entries: [(key: String, value: RequestBody)] = []
        for element in object.members {
            let key = element.name.rawValue
            guard let inner = element.value.objectValue else {
                throw invalid("\(name).\(key)", "must be an object, not \(element.value.kind)")
            }
            entries.append((key, RequestBody(inner, prefix: prefix + "\(name).\(key).")))
        }
        return entries
    }

    /// A map from names to texts, in order. Absent is empty.
    package func textMap(_ name: String) throws(APIError) -> [(key: String, value: String)] {
        guard let value = try member(name) else { return [] }
        guard let object = value.objectValue else { throw invalid(name, "must be an object, not \(value.kind)") }
        var entries: [(key: String, value: String)] = []
        for element in object.members {
            let key = element.name.rawValue
            guard let text = element.value.stringValue else {
                throw invalid("\(name).\(key)", "must be a string, not \(element.value.kind)")
            }
            entries.append((key, text))
        }
        return entries
    }

    package func boolean(_ name: String) throws(APIError) -> Bool? {
        guard let value = try member(name) else { return nil }
        if let flag = value.boolValue { return flag }
        switch value.stringValue {
        case ""?: return nil
        case "true"?: return true
        case "false"?: return false
        default: throw invalid(name, "must be true or false, not \(value.kind)")
        }
    }

    package func has(_ name: String) throws(APIError) -> Bool { try member(name) != nil }

    package func required<Value>(_ name: String, _ value: Value?) throws(APIError) -> Value {
        guard let value else { throw invalid(name, "is required") }
        return value
    }

    package func invalid(_ name: String, _ reason: String) -> APIError {
        APIError(.invalidArgument, "Field \(prefix)\(name) \(reason).")
    }

    /// `expiration_days` to `expirationDays`.
    private static func camelCase(_ name: String) -> String {
        var result: [UInt8] = []
        var raise = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") {
                raise = true
            } else {
                result.append(raise && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte)
                raise = false
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
