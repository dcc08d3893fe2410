/// A moment as year, month and day in UTC, for log lines (RFC 3339) and the `Date` field (RFC 9110 §5.6.7).
package struct CivilTime: Hashable, Sendable {
    package let year, month, day, hour, minute, second, millisecond, weekday: Int

    /// Milliseconds since 1970; what lies outside the years 1970 to 9999 becomes the nearest moment inside.
    package init(milliseconds: Int64) {
        let bounded = Int(min(max(milliseconds, 0), 253_402_300_799_999))
        let seconds = bounded / 1000
        millisecond = bounded % 1000
        (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
        let days = seconds / 86400
        weekday = (days + 4) % 7  // 1970-01-01 was a Thursday
        // Years that begin in March put the leap day last; 400 of them have 146,097 days.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// `2026-11-24T02:16:33.120Z`
    package func writeRFC3339(into bytes: inout [UInt8]) {
        Self.write(year, digits: 4, into: &bytes)
        Self.write("-", month, into: &bytes)
        Self.write("-", day, into: &bytes)
        Self.write("T", hour, into: &bytes)
        Self.write(":", minute, into: &bytes)
        Self.write(":", second, into: &bytes)
        bytes.append(UInt8(ascii: "."))
        Self.write(millisecond, digits: 3, into: &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// `Tue, 24 Nov 2026 02:16:33 GMT`
    package var imfFixdate: String {
        var bytes: [UInt8] = []
        bytes.append(contentsOf: Self.name(weekday, of: "SunMonTueWedThuFriSat"))
        bytes.append(contentsOf: ", ".utf8)
        Self.write(day, digits: 2, into: &bytes)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: Self.name(month - 1, of: "JanFebMarAprMayJunJulAugSepOctNovDec"))
        bytes.append(UInt8(ascii: " "))
        Self.write(year, digits: 4, into: &bytes)
        Self.write(" ", hour, into: &bytes)
        Self.write(":", minute, into: &bytes)
        Self.write(":", second, into: &bytes)
        bytes.append(contentsOf: " GMT".utf8)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func name(_ index: Int, of names: String) -> some Sequence<UInt8> {
        names.utf8.dropFirst(index * 3).prefix(3)
    }

    private static func write(_ separator: Unicode.Scalar, _ value: Int, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: separator))
        write(value, digits: 2, into: &bytes)
    }

    private static func write(_ value: Int, digits: Int, into bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }
}
