// Numbers (RFC 8259 §6), exact: what fits an Int64 becomes one, everything else keeps its text.
extension Reader {
    /// Reads a number whose first byte (a digit or a minus) is the next one.
    mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = offset
        let isNegative = bytes[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let integer = try integerPart(bytes, isNegative: isNegative)
        let isFraction = try fraction(bytes)
        let isPower = try exponent(bytes)
        // Minus zero is a number, but no integer is minus zero: its text says what it is.
        if !isFraction, !isPower, let integer, !(isNegative && integer == 0) { return .integer(integer) }
        return .number(JSONNumber(unchecked: try utf8(bytes, start..<offset)))
    }

    /// The digits before a fraction; `nil` when they do not fit. Summed on the negative side, which has one more.
    private mutating func integerPart(_ bytes: Span<UInt8>, isNegative: Bool) throws(JSONError) -> Int64? {
        let first = try digit(bytes)
        if first == 0 {
            if offset < bytes.count, Self.isDigit(bytes[offset]) { throw JSONError(.badNumber, at: offset) }
            return 0
        }
        var sum: Int64? = -Int64(first)
        while offset < bytes.count, Self.isDigit(bytes[offset]) {
            sum = Self.appending(bytes[offset] - UInt8(ascii: "0"), to: sum)
            offset += 1
        }
        guard let sum, !isNegative else { return sum }
        return sum == .min ? nil : -sum
    }

    private static func appending(_ digit: UInt8, to sum: Int64?) -> Int64? {
        guard let sum else { return nil }
        let (product, tooBig) = sum.multipliedReportingOverflow(by: 10)
        let (result, tooBigToo) = product.subtractingReportingOverflow(Int64(digit))
        return tooBig || tooBigToo ? nil : result
    }

    private mutating func fraction(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: ".") else { return false }
        offset += 1
        try digits(bytes)
        return true
    }

    private mutating func exponent(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        guard offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") else { return false }
        offset += 1
        let sign = try peek(bytes)
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { offset += 1 }
        try digits(bytes)
        return true
    }

    /// One digit or more.
    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError) {
        _ = try digit(bytes)
        while offset < bytes.count, Self.isDigit(bytes[offset]) { offset += 1 }
    }

    private mutating func digit(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        let byte = try peek(bytes)
        guard Self.isDigit(byte) else { throw JSONError(.badNumber, at: offset) }
        offset += 1
        return byte - UInt8(ascii: "0")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
