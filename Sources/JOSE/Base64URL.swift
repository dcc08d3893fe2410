/// Unpadded base64url (RFC 7515 §2, RFC 4648 §5), in its canonical form only.
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let notADigit: UInt8 = 0xFF
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: notADigit, count: 256)
        for (value, character) in alphabet.enumerated() { digits[Int(character)] = UInt8(truncatingIfNeeded: value) }
        return digits
    }()

    package static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8).span) }
    package static func decode(_ text: [UInt8]) -> [UInt8]? { decode(text.span) }

    /// `nil` for padding, white space, another alphabet, an impossible length, and left-over bits that are set: two
    /// texts never decode to the same bytes, so a token has one spelling.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let rest = text.count % 4
        guard rest != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        let digits = Self.digits
        var seen: UInt8 = 0  // a digit is below 64; anything else sets the top bit
        var index = 0
        while index < text.count - rest {
            let (a, b) = (digits[Int(text[index])], digits[Int(text[index + 1])])
            let (c, d) = (digits[Int(text[index + 2])], digits[Int(text[index + 3])])
            seen |= a | b | c | d
            bytes.append(a << 2 | b >> 4)
            bytes.append(b << 4 | c >> 2)
            bytes.append(c << 6 | d)
            index += 4
        }
        if rest > 0 {
            let (a, b) = (digits[Int(text[index])], digits[Int(text[index + 1])])
            let c = rest == 3 ? digits[Int(text[index + 2])] : 0
            seen |= a | b | c
            bytes.append(a << 2 | b >> 4)
            if rest == 3 { bytes.append(b << 4 | c >> 2) }
            guard rest == 3 ? c & 0x03 == 0 : b & 0x0F == 0 else { return nil }
        }
        return seen & 0x80 == 0 ? bytes : nil
    }

    package static func encode(_ bytes: [UInt8]) -> String { String(decoding: encodeBytes(bytes), as: UTF8.self) }

    package static func encodeBytes(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        let alphabet = Self.alphabet
        var (window, bits): (UInt32, UInt32) = (0, 0)
        for byte in bytes {
            (window, bits) = (window << 8 | UInt32(byte), bits + 8)
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(window >> bits & 0x3F)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(window << (6 - bits) & 0x3F)]) }
        return text
    }
}
