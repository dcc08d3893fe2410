// Texts (RFC 8259 §7). The usual text has no escape and is made from its bytes in one step.
extension Reader {
    /// Reads a text whose opening quote is the next byte.
    mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> String {
        offset += 1
        let start = offset
        guard try nextSpecial(bytes) == UInt8(ascii: "\"") else { return try escapedString(bytes, from: start) }
        let text = try utf8(bytes, start..<offset)
        offset += 1
        return text
    }

    /// Goes to the next quote or backslash and answers which it is.
    private mutating func nextSpecial(_ bytes: Span<UInt8>) throws(JSONError) -> UInt8 {
        var index = offset
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                offset = index
                return byte
            }
            guard byte >= 0x20 else { throw JSONError(.controlCharacter, at: index) }
            index += 1
        }
        throw JSONError(.unexpectedEnd, at: bytes.count)
    }

    /// A text with at least one escape: the runs between escapes are checked where they stand, so that an error has
    /// its place in the document. No valid sequence crosses a backslash.
    private mutating func escapedString(_ bytes: Span<UInt8>, from start: Int) throws(JSONError) -> String {
        var text = try utf8(bytes, start..<offset)
        while try peek(bytes) != UInt8(ascii: "\"") {
            text.unicodeScalars.append(try escape(bytes))
            let run = offset
            _ = try nextSpecial(bytes)
            if run < offset { text += try utf8(bytes, run..<offset) }
        }
        offset += 1
        return text
    }

    /// Reads one escape, or two that make one scalar above U+FFFF.
    private mutating func escape(_ bytes: Span<UInt8>) throws(JSONError) -> Unicode.Scalar {
        let start = offset
        offset += 1
        let letter = try peek(bytes)
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError(.badEscape, at: start)
        }
        let first = try fourHexDigits(bytes, of: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A surrogate: only high then low make a scalar (RFC 8259 §7, §8.2).
        let second = offset
        guard first < 0xDC00, try peek(bytes) == UInt8(ascii: "\\") else { throw JSONError(.loneSurrogate, at: start) }
        offset += 1
        guard try peek(bytes) == UInt8(ascii: "u") else { throw JSONError(.loneSurrogate, at: start) }
        offset += 1
        let low = try fourHexDigits(bytes, of: second)
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (low - 0xDC00))
        else { throw JSONError(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func fourHexDigits(_ bytes: Span<UInt8>, of escape: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek(bytes)
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.badEscape, at: escape)
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    /// The bytes as text when they are UTF-8 without overlong forms, surrogates and values above U+10FFFF.
    func utf8(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(JSONError) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONError(.notUTF8, at: range.lowerBound + error.byteOffsets.lowerBound)
        }
    }
}
