/// What a scalar is by the core schema of YAML 1.2 (§10.3.2).
package enum CoreValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Any other number: its text, in JSON's grammar.
    case decimal(String)
    /// `.inf` and `.nan`.
    case notFinite
    case text
}

extension YAMLScalar {
    /// `yes`, `no`, `on` and `off` are text: the core schema knows `true` and `false` only.
    package var value: CoreValue {
        guard isPlain else { return .text }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .notFinite
        default: return number ?? .text
        }
    }

    private var number: CoreValue? {
        let bytes = Array(text.utf8)
        if bytes.starts(with: "0x".utf8) { return Self.integer(text.dropFirst(2), radix: 16) }
        if bytes.starts(with: "0o".utf8) { return Self.integer(text.dropFirst(2), radix: 8) }
        let isNegative = bytes.first == UInt8(ascii: "-")
        let unsigned = isNegative || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
        switch String(decoding: unsigned, as: UTF8.self) {
        case ".inf", ".Inf", ".INF": return .notFinite
        default: return Self.number(unsigned, sign: isNegative ? "-" : "")
        }
    }

    /// `([0-9]+ ("." [0-9]*)? | "." [0-9]+) ([eE] [-+]? [0-9]+)?`, written again as JSON would.
    private static func number(_ bytes: ArraySlice<UInt8>, sign: String) -> CoreValue? {
        var rest = bytes
        let whole = digits(&rest)
        var fraction: ArraySlice<UInt8>?
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits(&rest)
        }
        guard !whole.isEmpty || fraction?.isEmpty == false else { return nil }
        var exponent = ""
        if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            exponent = "e"
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                exponent += sign == UInt8(ascii: "-") ? "-" : ""
                rest = rest.dropFirst()
            }
            let power = digits(&rest)
            guard !power.isEmpty else { return nil }
            exponent += String(decoding: power, as: UTF8.self)
        }
        guard rest.isEmpty else { return nil }
        let significant = whole.drop { $0 == UInt8(ascii: "0") }
        let integer = sign + (significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self))
        if fraction == nil, exponent.isEmpty, let exact = Int64(integer) { return .integer(exact) }
        let decimals = fraction.map { $0.isEmpty ? ".0" : "." + String(decoding: $0, as: UTF8.self) } ?? ""
        return .decimal(integer + decimals + exponent)
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return digits
    }

    private static func integer(_ digits: Substring, radix: Int) -> CoreValue? {
        guard let first = digits.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: "+") else { return nil }
        return Int64(digits, radix: radix).map(CoreValue.integer)
    }
}
