/// The byte classes of RFC 6749 Appendix A. All are ASCII, so a text made of them has one spelling and may be compared
/// with `==` as well as by bytes.
extension UInt8 {
    /// VSCHAR: printable ASCII and space; client identifiers and secrets (A.1, A.2).
    var isVSCHAR: Bool { self >= 0x20 && self <= 0x7E }
    /// NQCHAR: scope tokens (A.4).
    var isNQCHAR: Bool { isNQSCHAR && self != 0x20 }
    /// NQSCHAR: error descriptions (A.8).
    var isNQSCHAR: Bool { isVSCHAR && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\") }

    var isASCIILetter: Bool { self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z") }
    var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    /// The value of a hexadecimal digit of either case.
    var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension String {
    /// RFC 6749 Appendix A.1, and of a length that fits every table.
    var isClientID: Bool { (1...255).contains(utf8.count) && utf8.allSatisfy(\.isVSCHAR) }

    /// Equality without regard to the case of ASCII letters, for schemes and media types; other bytes must be the same.
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.elementsEqual(other.utf8) { one, two in one == two || (one.isASCIILetter && one ^ two == 0x20) }
    }

    /// Without spaces and tabs at both ends (RFC 9110 §5.6.3).
    func trimmingOptionalSpace() -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        let bytes = utf8.drop(while: isSpace)
        guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(Substring(bytes[...last]))
    }
}
