/// Text and bytes literals with all their quotes, prefixes and escapes (CEL language definition, "String and Bytes Values").
struct StringLiteral {
    private let bytes: [UInt8]
    private let isRaw: Bool
    private let isBytes: Bool
    private let start: Int
    private var offset: Int
    private var content: [UInt8] = []

    /// Reads the literal whose first quote is at `offset`; answers it with the offset after it.
    static func read(
        _ bytes: [UInt8], at offset: Int, prefix: ArraySlice<UInt8>
    ) throws(SyntaxFailure) -> (CELValue, end: Int) {
        var literal = StringLiteral(bytes, at: offset, prefix: prefix)
        try literal.readContent()
        if literal.isBytes { return (.bytes(literal.content), literal.offset) }
        return (.string(String(decoding: literal.content, as: UTF8.self)), literal.offset)
    }

    private init(_ bytes: [UInt8], at offset: Int, prefix: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.offset = offset
        start = prefix.startIndex
        isRaw = prefix.contains { $0 | 0x20 == UInt8(ascii: "r") }
        isBytes = prefix.contains { $0 | 0x20 == UInt8(ascii: "b") }
    }

    private func byte(_ ahead: Int = 0) -> UInt8? { offset + ahead < bytes.count ? bytes[offset + ahead] : nil }

    private mutating func readContent() throws(SyntaxFailure) {
        guard let quote = byte() else { throw unterminated }
        let isTriple = byte(1) == quote && byte(2) == quote
        offset += isTriple ? 3 : 1
        while let next = byte() {
            if next == quote, !isTriple || (byte(1) == quote && byte(2) == quote) {
                offset += isTriple ? 3 : 1
                return
            }
            if !isTriple, next == 0x0A || next == 0x0D {
                throw SyntaxFailure(
                    .invalidLiteral, at: start,
                    "this literal does not end on its line; close the quote, or use three quotes")
            }
            if next == UInt8(ascii: "\\"), !isRaw {
                try readEscape()
            } else {
                content.append(next)
                offset += 1
            }
        }
        throw unterminated
    }

    private var unterminated: SyntaxFailure {
        SyntaxFailure(.invalidLiteral, at: start, "this literal has no closing quote")
    }

    private mutating func readEscape() throws(SyntaxFailure) {
        let escape = offset
        guard let letter = byte(1) else { throw unterminated }
        offset += 2
        switch letter {
        case UInt8(ascii: "a"): content.append(0x07)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "v"): content.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
            content.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): try append(number(digits: 2, radix: 16, escape), escape)
        case UInt8(ascii: "u") where !isBytes: try append(number(digits: 4, radix: 16, escape), escape)
        case UInt8(ascii: "U") where !isBytes: try append(number(digits: 8, radix: 16, escape), escape)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            offset -= 1
            try append(number(digits: 3, radix: 8, escape), escape)
        default:
            throw SyntaxFailure(
                .invalidLiteral, at: escape, "unknown escape; write \\\\ for a backslash, or use r\"...\"")
        }
    }

    private mutating func number(digits: Int, radix: UInt8, _ escape: Int) throws(SyntaxFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = byte()?.digit(radix: radix) else {
                throw SyntaxFailure(.invalidLiteral, at: escape, "this escape needs \(digits) digits")
            }
            value = value << (radix == 16 ? 4 : 3) | UInt32(digit)  // at most 32 bits: eight hexadecimal digits
            offset += 1
        }
        return value
    }

    /// In bytes an escape is one byte, in text one code point.
    private mutating func append(_ value: UInt32, _ escape: Int) throws(SyntaxFailure) {
        if isBytes, let byte = UInt8(exactly: value) {
            content.append(byte)
        } else if let scalar = Unicode.Scalar(value) {
            content.append(contentsOf: String(Character(scalar)).utf8)
        } else {
            throw SyntaxFailure(.invalidLiteral, at: escape, "this escape is no Unicode code point")
        }
    }
}
