/// Decodes padded base64 (RFC 4648 §4) strictly: `nil` for another length, alphabet or padding, and for left-over bits
/// that are set, so that one secret has one spelling.
func decodeBase64(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    let padding = text.count - digits.count
    guard padding <= 2, text.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") }) else { return nil }
    var bytes: [UInt8] = []
    var (window, bits): (UInt32, UInt32) = (0, 0)
    for byte in digits {
        guard let digit = base64Digit(byte) else { return nil }
        (window, bits) = (window << 6 | UInt32(digit), bits + 6)
        guard bits >= 8 else { continue }
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: window >> bits))
    }
    return window & (1 << bits - 1) == 0 ? bytes : nil
}

private func base64Digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
