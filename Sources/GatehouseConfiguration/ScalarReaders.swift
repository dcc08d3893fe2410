extension SettingsValue {
    /// Text that is not empty. A plain number or `true` is refused where text is wanted: `client_id: 123` loses leading
    /// zeros in other readers, so it has to be quoted.
    package func text(maximum: Int = 4096) -> String? {
        guard let (scalar, isExpanded) = scalar(expecting: "text") else { return nil }
        // What the environment says is text, whatever it looks like.
        if !isExpanded, scalar.value != .text { return refuse("must be text, not \(node.kind); put it into quotes") }
        guard !scalar.text.isEmpty else { return refuse("is empty") }
        guard scalar.text.utf8.count <= maximum else { return refuse("is longer than \(maximum) bytes") }
        guard scalar.text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            return refuse("has a control character or a line break")
        }
        return scalar.text
    }

    package func bool() -> Bool? {
        guard let (scalar, _) = scalar(expecting: "true or false") else { return nil }
        if case .bool(let value) = scalar.value { return value }
        let hint =
            switch scalar.text.lowercased() {
            case "yes", "y", "on": "; write true"
            case "no", "n", "off": "; write false"
            case "true", "false": "; without quotes"
            default: ""
            }
        return refuse("must be true or false" + hint)
    }

    package func integer(in range: ClosedRange<Int64>) -> Int64? {
        guard let (scalar, _) = scalar(expecting: "a whole number") else { return nil }
        guard case .integer(let value) = scalar.value else {
            return refuse(scalar.isPlain ? "must be a whole number" : "must be a whole number, without quotes")
        }
        guard range.contains(value) else { return refuse("must be \(range.lowerBound) to \(range.upperBound)") }
        return value
    }

    /// Seconds from `30s`, `15m`, `1h` or `90d`.
    package func duration(in range: ClosedRange<Int64>) -> Int64? {
        quantity(
            in: range, units: Quantity.durations, expecting: "a duration such as 30s, 15m, 1h or 90d",
            show: Quantity.duration)
    }

    /// Bytes from `512B`, `64KiB`, `1MiB` or `1GiB`.
    package func bytes(in range: ClosedRange<Int64>) -> Int64? {
        quantity(
            in: range, units: Quantity.sizes, expecting: "a size such as 512B, 64KiB or 1MiB", show: Quantity.size)
    }

    private func quantity(
        in range: ClosedRange<Int64>, units: [(String, Int64)], expecting expected: String, show: (Int64) -> String
    ) -> Int64? {
        guard let (scalar, _) = scalar(expecting: expected) else { return nil }
        guard let value = Quantity.parse(scalar.text, units: units) else { return refuse("must be \(expected)") }
        guard range.contains(value) else {
            return refuse("must be \(show(range.lowerBound)) to \(show(range.upperBound))")
        }
        return value
    }

    /// One word of a closed list.
    package func choice<Choice>(
        _: Choice.Type = Choice.self
    ) -> Choice? where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        guard let (scalar, isExpanded) = scalar(expecting: "one of " + words.joined(separator: ", ")) else {
            return nil
        }
        if let choice = Choice.allCases.first(where: { $0.rawValue.utf8.elementsEqual(scalar.text.utf8) }) {
            return choice
        }
        return refuse(
            "must be one of " + words.joined(separator: ", "),
            suggestion: isExpanded ? nil : Suggestion.nearest(to: scalar.text, among: words))
    }

    /// A path, from the folder of the file it is written in.
    package func path() -> String? {
        text().map { FilePath.resolve($0, in: FilePath.folder(of: position.file)) }
    }
}

/// Numbers with a unit.
package enum Quantity {
    static let durations: [(String, Int64)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
    static let sizes: [(String, Int64)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

    static func parse(_ text: String, units: [(String, Int64)]) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.utf8.count <= 15, let number = Int64(digits),
            let unit = units.first(where: { $0.0.utf8.elementsEqual(text.dropFirst(digits.count).utf8) })
        else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit.1)
        return overflow ? nil : value
    }

    /// `90d` for 7,776,000 seconds.
    package static func duration(_ seconds: Int64) -> String { show(seconds, durations) }
    /// `64KiB` for 65,536 bytes.
    package static func size(_ bytes: Int64) -> String { show(bytes, sizes) }

    private static func show(_ value: Int64, _ units: [(String, Int64)]) -> String {
        let unit = units.first { value != 0 && value.isMultiple(of: $0.1) } ?? units[units.count - 1]
        return "\(value / unit.1)\(unit.0)"
    }
}
