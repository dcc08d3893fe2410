import Broker

/// Times as people read them.
enum HumanTime {
    /// `4m52s`, `15m`, `2h`, `30d`: the two largest units that are not zero.
    static func duration(_ seconds: Int64) -> String {
        guard seconds > 0 else { return "0s" }
        let units: [(String, Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
        var rest = seconds
        var parts: [String] = []
        for (name, length) in units where parts.count < 2 {
            let count = rest / length
            rest %= length
            if count > 0 {
                parts.append("\(count)\(name)")
            } else if !parts.isEmpty {
                break  // "1d5s" would read as if nothing had been left out
            }
        }
        return parts.joined()
    }

    /// `in 30d`, `2h ago`, `just now`.
    static func relative(_ moment: Int64, to now: Int64) -> String {
        let (difference, overflow) = moment.subtractingReportingOverflow(now)
        guard !overflow else { return moment < now ? "long ago" : "never" }
        if difference > -60, difference < 60 { return difference > 0 ? "in \(difference)s" : "just now" }
        return difference > 0 ? "in \(coarse(difference))" : "\(coarse(0 &- difference)) ago"
    }

    private static func coarse(_ seconds: Int64) -> String {
        switch seconds {
        case ..<3570: "\(rounded(seconds, 60))m"
        case ..<171_000: "\(rounded(seconds, 3600))h"
        default: "\(rounded(seconds, 86_400))d"
        }
    }

    private static func rounded(_ seconds: Int64, _ unit: Int64) -> Int64 {
        seconds / unit + (seconds % unit >= unit / 2 ? 1 : 0)
    }

    /// Days in a text like `10d`, `4w` or `48h`; `nil` when it is no whole number of days.
    static func days(_ text: String) -> Int64? {
        guard let unit = text.utf8.last, let count = Int64(text.dropLast()), count >= 0,
            text.utf8.first.map({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) == true
        else { return nil }
        switch unit {
        case UInt8(ascii: "d"): return count
        case UInt8(ascii: "w"):
            let (days, overflow) = count.multipliedReportingOverflow(by: 7)
            return overflow ? nil : days
        case UInt8(ascii: "h"): return count % 24 == 0 ? count / 24 : nil
        default: return nil
        }
    }

    /// Seconds in a text like `90s`, `30m`, `24h`, `7d` or `2w`; also `0`.
    static func span(_ text: String) -> Int64? {
        let units: [UInt8: Int64] = [
            UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3600, UInt8(ascii: "d"): 86_400,
            UInt8(ascii: "w"): 604_800,
        ]
        guard let last = text.utf8.last else { return nil }
        guard let unit = units[last], let count = count(text.dropLast()) else { return text == "0" ? 0 : nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : seconds
    }

    /// A number of digits alone: no sign.
    static func count(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int64(text)
    }

    /// Seconds since 1970 of a UTC time as our server writes it (RFC 3339): `2026-11-24T01:02:03.004Z`.
    static func seconds(ofRFC3339 text: String) -> Int64? { RFC3339.parse(text)?.seconds }
}
