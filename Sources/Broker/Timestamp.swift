package import JOSE  // NumericDate

/// A moment in milliseconds since 1970-01-01T00:00:00Z: what the API shows (RFC 3339 with a fraction) and the stores keep.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Saturates: nothing from outside can overflow it.
    package init(seconds: Int64) {
        let (value, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        milliseconds = overflow ? (seconds < 0 ? .min : .max) : value
    }

    package init(_ date: NumericDate) { self.init(seconds: date.seconds) }

    package var seconds: Int64 { milliseconds / 1000 }
    package var numericDate: NumericDate { NumericDate(seconds: seconds) }

    package func adding(seconds: Int64) -> Timestamp {
        let (value, overflow) = milliseconds.addingReportingOverflow(Timestamp(seconds: seconds).milliseconds)
        return Timestamp(milliseconds: overflow ? (seconds < 0 ? .min : .max) : value)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.milliseconds < rhs.milliseconds }
}

/// Where the time of day comes from. Only `Serve` makes the real one.
package struct TimeSource: Sendable {
    package let now: @Sendable () -> Timestamp
    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }
}
