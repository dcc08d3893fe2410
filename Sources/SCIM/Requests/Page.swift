/// Which part of a result is asked for (RFC 7644 §3.4.2.4).
package struct Page: Hashable, Sendable {
    /// From 1.
    package let startIndex: Int
    /// 0 asks for the number of results alone.
    package let count: Int

    /// How many resources stand before the page.
    package var offset: Int { startIndex - 1 }

    /// A `startIndex` below 1 is 1, a negative `count` is 0, and one over the maximum is the maximum, as is none.
    package init(startIndex: Int64?, count: Int64?, maximum: Int) {
        self.startIndex = Int(clamping: max(startIndex ?? 1, 1))
        self.count = min(Int(clamping: max(count ?? Int64(clamping: maximum), 0)), max(maximum, 0))
    }

    /// A query parameter as a number; one out of the range of `Int64` is the nearest in it.
    static func number(_ text: String, _ parameter: String) throws(SCIMError) -> Int64 {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let digits = text.utf8.dropFirst(isNegative || text.utf8.first == UInt8(ascii: "+") ? 1 : 0)
        guard !digits.isEmpty, digits.count <= 40, digits.allSatisfy(\.isASCIIDigit) else {
            throw SCIMError(.invalidValue, "\(parameter) must be a whole number.")
        }
        return Int64(text) ?? (isNegative ? .min : .max)
    }
}
