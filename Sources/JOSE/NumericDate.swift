package import StrictJSON

/// Whole seconds since 1970-01-01T00:00:00Z (RFC 7519 §2).
package struct NumericDate: Hashable, Comparable, Sendable {
    package let seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.seconds < rhs.seconds }

    /// Which way a fraction goes: always against the token.
    package enum Rounding: Sendable { case down, up }

    /// Reads a number exactly, whatever its spelling (`1.5`, `1e3`); `nil` for a string, a boolean and what does not fit.
    package init?(_ value: JSONValue, rounding: Rounding) {
        switch value {
        case .integer(let seconds): self.seconds = seconds
        case .number(let number):
            guard let seconds = Self.wholeSeconds(number.rawValue.utf8, rounding) else { return nil }
            self.seconds = seconds
        case .null, .bool, .string, .array, .object: return nil
        }
    }

    /// Later, or earlier for a negative number; stays at the end of time instead of passing it.
    package func adding(_ seconds: Int64) -> NumericDate {
        let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
        return NumericDate(seconds: overflow ? (seconds < 0 ? .min : .max) : sum)
    }

    /// The integer below or above a decimal number (RFC 8259 §6), without passing through a `Double`.
    private static func wholeSeconds(_ text: String.UTF8View, _ rounding: Rounding) -> Int64? {
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(1 + fraction.count)
        }
        guard let exponent = Self.exponent(rest) else { return nil }
        let digits = (Array(whole) + Array(fraction)).map { $0 - UInt8(ascii: "0") }
        let leading = digits.prefix { $0 == 0 }.count
        guard leading < digits.count else { return 0 }
        // How many digits stand before the point once the exponent has moved it. Both are small: the text is a token's.
        let point = whole.count + exponent
        guard point - leading <= 19 else { return nil }
        var magnitude: UInt64 = 0
        for index in stride(from: 0, to: max(0, point), by: 1) {
            let digit = index < digits.count ? digits[index] : 0
            let (product, tooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(UInt64(digit))
            guard !tooLarge, !overflow else { return nil }
            magnitude = sum
        }
        let hasFraction = digits.dropFirst(max(0, point)).contains { $0 != 0 }
        let isAwayFromZero = hasFraction && (rounding == .down) == isNegative
        let (rounded, overflow) = magnitude.addingReportingOverflow(isAwayFromZero ? 1 : 0)
        guard !overflow else { return nil }
        guard isNegative else { return Int64(exactly: rounded) }
        if rounded == Int64.min.magnitude { return .min }
        return Int64(exactly: rounded).map { -$0 }
    }

    /// The number after `e`; 0 for none; `nil` when it is no exponent or of a size that no date needs.
    private static func exponent(_ text: Substring.UTF8View) -> Int? {
        guard let mark = text.first else { return 0 }
        guard mark | 0x20 == UInt8(ascii: "e") else { return nil }
        var digits = text.dropFirst()
        let sign = digits.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard (1...6).contains(digits.count), digits.allSatisfy(isDigit) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return sign == UInt8(ascii: "-") ? -value : value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
