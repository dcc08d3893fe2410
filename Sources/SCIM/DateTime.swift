/// A moment as SCIM writes it (xsd:dateTime, RFC 7643 §2.3.5), compared as an instant whatever its offset was.
package struct DateTime: Hashable, Sendable, Comparable {
    /// Since 1970-01-01T00:00:00Z.
    package let seconds: Int64
    package let nanoseconds: Int64

    /// `2011-05-13T04:42:34Z`, with a fraction (kept to the nanosecond) and with an offset; without one it is UTC. Hour 24
    /// is the end of the day, and a leap second the second after it. `nil` for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (19...48).contains(bytes.count) else { return nil }
        let separators = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")] as [(Int, Unicode.Scalar)]
        guard separators.allSatisfy({ bytes[$0.0] == UInt8(ascii: $0.1) || ($0.0 == 10 && bytes[10] == 0x74) }),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            (1...12).contains(month), (1...Self.daysOfMonth(month, year)).contains(day), minute < 60, second <= 60,
            hour < 24 || (hour == 24 && minute == 0 && second == 0)
        else { return nil }
        var rest = bytes[19...]
        var nanoseconds: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: \.isASCIIDigit)
            guard !digits.isEmpty, hour < 24 || digits.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
            for place in 0..<9 {
                let digit = place < digits.count ? digits[digits.startIndex + place] - UInt8(ascii: "0") : 0
                nanoseconds = nanoseconds * 10 + Int64(digit)
            }
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = Self.offset(rest) else { return nil }
        seconds = Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.nanoseconds = nanoseconds
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy(\.isASCIIDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    }

    /// Seconds east of UTC.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let zone = Array(bytes)
        if zone.isEmpty || zone == [UInt8(ascii: "Z")] || zone == [UInt8(ascii: "z")] { return 0 }
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":"), let hours = number(zone[1..<3]), let minutes = number(zone[4..<6]),
            hours <= 14, minutes < 60
        else { return nil }
        return (zone[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func daysOfMonth(_ month: Int64, _ year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar, whose year is 0 to 9999.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = (month > 2 ? year : year - 1) + 400  // never negative
        let (era, yearOfEra) = (shifted / 400 - 1, shifted % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
