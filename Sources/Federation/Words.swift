internal import JOSE

// How things from a token are shown to a person: short, on one line, and never so that they could be taken for ours.

extension Duration {
    /// "45 s", "3 min 20 s", "2 h 5 min", "12 d 3 h".
    package var inWords: String {
        let total = max(0, components.seconds)
        let parts = [(total / 86_400, "d"), (total / 3_600 % 24, "h"), (total / 60 % 60, "min"), (total % 60, "s")]
        let shown = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
        return shown.isEmpty ? "0 s" : shown.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}

extension NumericDate {
    /// The distance to a later time in words; saturates.
    func distanceInWords(to later: NumericDate) -> String {
        let (difference, overflow) = later.seconds.subtractingReportingOverflow(seconds)
        return Duration.seconds(overflow ? Int64.max >> 8 : max(0, difference)).inWords
    }
}

/// Outside text in quotes: control characters and quotes escaped, at most 120 bytes of it.
func shown(_ text: String) -> String {
    var result = "\""
    var count = 0
    for scalar in text.unicodeScalars {
        count += UTF8.width(scalar)
        if count > 120 {
            result += "..."
            break
        }
        // Anything that is not plainly visible could reorder or hide the rest of the line.
        let isVisible = (0x20...0x7E).contains(scalar.value) && scalar != "\"" && scalar != "\\"
        result += isVisible ? String(scalar) : "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
    return result + "\""
}
