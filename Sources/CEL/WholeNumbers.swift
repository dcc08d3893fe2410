// From doubles to integers without a trap. `Int64(exactly:)` and `rounded()` would do, but on Linux they call the C
// mathematics library, which nothing else here needs. Both bounds are exact powers of two, so the guards are exact.
extension Int64 {
    /// The number without its fraction; `nil` outside of the range and for NaN.
    init?(truncating number: Double) {
        guard number >= -0x1p63, number < 0x1p63 else { return nil }
        self = Int64(number)
    }

    init?(whole number: Double) {
        guard let value = Int64(truncating: number), Double(value) == number else { return nil }
        self = value
    }
}

extension UInt64 {
    /// The number without its fraction; `nil` below zero, outside of the range and for NaN.
    init?(truncating number: Double) {
        guard number >= 0, number < 0x1p64 else { return nil }
        self = UInt64(number)
    }

    init?(whole number: Double) {
        guard let value = UInt64(truncating: number), Double(value) == number else { return nil }
        self = value
    }
}
