/// `12`, `0x1F`, `12u`, `1.5`, `.5`, `1e3` (CEL language definition, "Numeric Literals"). The sign is the parser's.
enum NumberLiteral {
    static func read(_ bytes: [UInt8], at start: Int) throws(SyntaxFailure) -> (Token.Kind, end: Int) {
        func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }
        func isUnsigned(_ index: Int) -> Bool { byte(index) == UInt8(ascii: "u") || byte(index) == UInt8(ascii: "U") }

        var index = start
        var radix: UInt8 = 10
        if byte(start) == UInt8(ascii: "0"),
            byte(start + 1) == UInt8(ascii: "x") || byte(start + 1) == UInt8(ascii: "X")
        {
            (radix, index) = (16, start + 2)
        }
        let digits = index
        while byte(index)?.digit(radix: radix) != nil { index += 1 }

        if radix == 10, let end = endOfFraction(bytes, from: index) {
            try refuseTail(bytes, at: end, start: start)
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            guard let value = Double(text.first == "." ? "0" + text : text), value.isFinite else {
                throw SyntaxFailure(.invalidLiteral, at: start, "this number is outside the range of a double")
            }
            return (.literal(.double(value)), end)
        }
        guard index > digits else {
            throw SyntaxFailure(.invalidLiteral, at: start, "hexadecimal digits must follow 0x")
        }
        let unsigned = isUnsigned(index)
        try refuseTail(bytes, at: unsigned ? index + 1 : index, start: start)
        guard let value = UInt64(String(decoding: bytes[digits..<index], as: UTF8.self), radix: Int(radix)) else {
            throw SyntaxFailure(.invalidLiteral, at: start, "this number needs more than 64 bits")
        }
        return unsigned ? (.literal(.uint(value)), index + 1) : (.integer(value), index)
    }

    /// The end of `.5`, `.5e3` or `e3` at `index`; `nil` when nothing of that is there.
    private static func endOfFraction(_ bytes: [UInt8], from index: Int) -> Int? {
        func isDigit(_ index: Int) -> Bool { index < bytes.count && bytes[index].isDigit }
        var end = index
        if end < bytes.count, bytes[end] == UInt8(ascii: "."), isDigit(end + 1) {
            end += 1
            while isDigit(end) { end += 1 }
        }
        if end < bytes.count, bytes[end] == UInt8(ascii: "e") || bytes[end] == UInt8(ascii: "E") {
            var exponent = end + 1
            if exponent < bytes.count, bytes[exponent] == UInt8(ascii: "+") || bytes[exponent] == UInt8(ascii: "-") {
                exponent += 1
            }
            if isDigit(exponent) {
                while isDigit(exponent) { exponent += 1 }
                end = exponent
            }
        }
        return end > index ? end : nil
    }

    /// `12abc` is neither a number nor a name.
    private static func refuseTail(_ bytes: [UInt8], at end: Int, start: Int) throws(SyntaxFailure) {
        if end < bytes.count, bytes[end].isLetter || bytes[end].isDigit {
            throw SyntaxFailure(
                .invalidLiteral, at: start,
                "a letter follows this number; a name cannot begin with a digit, and text stands between quotes")
        }
    }
}
