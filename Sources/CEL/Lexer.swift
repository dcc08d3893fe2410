/// Bytes to tokens (CEL language definition, "Syntax").
struct Lexer {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func tokens(of bytes: [UInt8]) throws(SyntaxFailure) -> [Token] {
        var lexer = Lexer(bytes)
        var tokens: [Token] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if case .end = token.kind { return tokens }
        }
    }

    private func byte(_ ahead: Int = 0) -> UInt8? {
        offset + ahead < bytes.count ? bytes[offset + ahead] : nil
    }

    private mutating func next() throws(SyntaxFailure) -> Token {
        skipBlanksAndComments()
        let start = offset
        guard let first = byte() else { return token(.end, from: start) }
        if let prefix = stringPrefix() {
            let (value, end) = try StringLiteral.read(bytes, at: start + prefix, prefix: bytes[start..<start + prefix])
            offset = end
            return token(.literal(value), from: start)
        }
        if first.isDigit || (first == UInt8(ascii: ".") && byte(1)?.isDigit == true) {
            let (kind, end) = try NumberLiteral.read(bytes, at: start)
            offset = end
            return token(kind, from: start)
        }
        if first.isLetter { return word(from: start) }
        if first == UInt8(ascii: "`") { return try quotedField(from: start) }
        let symbol = try symbol(first)
        return token(.symbol(symbol), from: start)
    }

    private func token(_ kind: Token.Kind, from start: Int) -> Token {
        Token(kind: kind, span: SourceSpan(start: start, end: offset))
    }

    private mutating func skipBlanksAndComments() {
        while let next = byte() {
            switch next {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: offset += 1
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "/"):
                while let inside = byte(), inside != 0x0A { offset += 1 }
            default: return
            }
        }
    }

    /// How many of the letters b and r stand before a quote; `nil` when there is no string here.
    private func stringPrefix() -> Int? {
        func isQuote(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
        func isRaw(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "r") || byte == UInt8(ascii: "R") }
        func isBytes(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "b") || byte == UInt8(ascii: "B") }
        if isQuote(byte()) { return 0 }
        if isRaw(byte()) || isBytes(byte()), isQuote(byte(1)) { return 1 }
        if isBytes(byte()), isRaw(byte(1)), isQuote(byte(2)) { return 2 }
        return nil
    }

    private mutating func word(from start: Int) -> Token {
        while let next = byte(), next.isLetter || next.isDigit { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        switch text {
        case "true": return token(.literal(.bool(true)), from: start)
        case "false": return token(.literal(.bool(false)), from: start)
        case "null": return token(.literal(.null), from: start)
        case "in": return token(.symbol(.in), from: start)
        default: return token(.identifier(text), from: start)
        }
    }

    private mutating func quotedField(from start: Int) throws(SyntaxFailure) -> Token {
        offset += 1
        while let next = byte(), next != UInt8(ascii: "`") {
            guard next.isLetter || next.isDigit || "-./ ".utf8.contains(next) else {
                throw SyntaxFailure(
                    at: offset,
                    "only letters, digits and _ - . / and blanks may stand between back quotes; use [\"name\"]")
            }
            offset += 1
        }
        guard byte() != nil, offset > start + 1 else {
            throw SyntaxFailure(at: start, "this back quote has no partner; write `name`, or use [\"name\"]")
        }
        offset += 1
        return token(.quotedField(String(decoding: bytes[start + 1..<offset - 1], as: UTF8.self)), from: start)
    }

    private mutating func symbol(_ first: UInt8) throws(SyntaxFailure) -> Symbol {
        if let second = byte(1), first < 0x80, second < 0x80,
            let double = Symbol(rawValue: String(decoding: [first, second], as: UTF8.self))
        {
            offset += 2
            return double
        }
        if first < 0x80, let single = Symbol(rawValue: String(decoding: [first], as: UTF8.self)) {
            offset += 1
            return single
        }
        switch first {
        case UInt8(ascii: "="): throw SyntaxFailure(at: offset, "a single '=' means nothing here; use '==' to compare")
        case UInt8(ascii: "&"): throw SyntaxFailure(at: offset, "a single '&' means nothing here; use '&&' for and")
        case UInt8(ascii: "|"): throw SyntaxFailure(at: offset, "a single '|' means nothing here; use '||' for or")
        case UInt8(ascii: "#"): throw SyntaxFailure(at: offset, "'#' means nothing here; comments begin with //")
        default:
            throw SyntaxFailure(
                at: offset, "this character means nothing here; text stands between quotes, as in \"text\"")
        }
    }
}

extension UInt8 {
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// A letter or the underscore.
    var isLetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
            || self == UInt8(ascii: "_")
    }

    func digit(radix: UInt8) -> UInt8? {
        let value: UInt8
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = self - UInt8(ascii: "A") + 10
        default: return nil
        }
        return value < radix ? value : nil
    }
}
