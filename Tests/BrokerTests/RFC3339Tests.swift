import Broker
import Testing

/// Texts whose milliseconds were computed with GNU date.
struct RFC3339Tests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_456_000_000, "2100-02-28T00:00:00.000Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_795_482_123_004, "2026-11-24T01:02:03.004Z"), (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (253_402_300_800_000, "9999-12-31T23:59:59.999Z"),
            (.max, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (-62_167_219_200_001, "0000-01-01T00:00:00.000Z"), (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func text(_ milliseconds: Int64, _ expected: String) {
        let text = RFC3339.text(Timestamp(milliseconds: milliseconds))
        #expect(text.utf8.elementsEqual(expected.utf8), "\(text)")
    }

    /// Every day of 800 years follows the one before it, by the calendar's own rules.
    @Test func everyDay() {
        var (year, month, day) = (1600, 1, 1)
        var milliseconds: Int64 = -11_676_096_000_000
        func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        while year < 2400 {
            let expected = "\(year)-\(twoDigits(month))-\(twoDigits(day))T00:00:00.000Z"
            guard RFC3339.text(Timestamp(milliseconds: milliseconds)) == expected else {
                return #expect(Bool(false), "\(milliseconds) is not \(expected)")
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            milliseconds += 86_400_000
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
