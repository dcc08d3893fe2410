/// `int(x)`, `uint(x)`, `double(x)`, `string(x)`, `bytes(x)`, `bool(x)` (CEL language definition, "Standard Definitions").
enum Conversion {
    static func int(_ value: CELValue) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .int: return value
        case .uint(let number): if let int = Int64(exactly: number) { return .int(int) }
        case .double(let number):
            // The smallest integer is left out: the double that equals it stands for smaller numbers too.
            if number > -0x1p63, let int = Int64(truncating: number) { return .int(int) }
        case .string(let text): if let int = integer(text, as: Int64.self) { return .int(int) }
        default: throw .noMatchingOverload("int", [value.kind])
        }
        throw .invalidConversion(from: value.kind, to: .int)
    }

    static func uint(_ value: CELValue) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .uint: return value
        case .int(let number): if let uint = UInt64(exactly: number) { return .uint(uint) }
        case .double(let number):
            if let uint = UInt64(truncating: number) { return .uint(uint) }
        case .string(let text): if let uint = integer(text, as: UInt64.self) { return .uint(uint) }
        default: throw .noMatchingOverload("uint", [value.kind])
        }
        throw .invalidConversion(from: value.kind, to: .uint)
    }

    static func double(_ value: CELValue) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            guard let number = decimal(text) else { throw .invalidConversion(from: .string, to: .double) }
            return .double(number)
        default: throw .noMatchingOverload("double", [value.kind])
        }
    }

    static func string(_ value: CELValue, _ meter: inout Meter) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .string: return value
        case .bool(let bool): return .string(bool ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(text(number))
        case .bytes(let bytes):
            try meter.produce(bytes.count)
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
            return .string(text)
        default: throw .noMatchingOverload("string", [value.kind])
        }
    }

    static func bytes(_ value: CELValue, _ meter: inout Meter) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .bytes: return value
        case .string(let text):
            try meter.produce(text.utf8.count)
            return .bytes(Array(text.utf8))
        default: throw .noMatchingOverload("bytes", [value.kind])
        }
    }

    static func bool(_ value: CELValue) throws(EvaluationError.Reason) -> CELValue {
        switch value {
        case .bool: return value
        case .string("true"), .string("True"), .string("TRUE"), .string("t"), .string("1"): return .bool(true)
        case .string("false"), .string("False"), .string("FALSE"), .string("f"), .string("0"): return .bool(false)
        case .string: throw .invalidConversion(from: .string, to: .bool)
        default: throw .noMatchingOverload("bool", [value.kind])
        }
    }

    /// `-?[0-9]+`: Swift's own initialiser would take a plus sign.
    private static func integer<Integer: FixedWidthInteger>(_ text: String, as type: Integer.Type) -> Integer? {
        text.utf8.first == UInt8(ascii: "+") ? nil : Integer(text, radix: 10)
    }

    /// A decimal number, or what `string()` writes for those that are none. No hexadecimal, no rounding to infinity.
    private static func decimal(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "Infinity", "+Infinity", "inf", "+inf": return .infinity
        case "-Infinity", "-inf": return -.infinity
        default:
            let isDecimal = text.utf8.allSatisfy { $0.isDigit || "+-.eE".utf8.contains($0) }
            guard isDecimal, let value = Double(text), value.isFinite else { return nil }
            return value
        }
    }

    /// The shortest text that reads back as the same number; a whole number without ".0".
    private static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
