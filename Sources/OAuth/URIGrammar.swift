/// The parts of RFC 3986 that several values of this module need, over bytes.
extension ArraySlice<UInt8> {
    /// RFC 3986 §3.1
    var isURIScheme: Bool {
        guard let first, first.isASCIILetter else { return false }
        return allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0) }
    }

    /// What is wrong with these characters of a URI, or `nil`: unreserved, sub-delims and the separators may stand, and
    /// whole percent escapes (RFC 3986 §2).
    func uriFault(allowing more: String = "") -> String? {
        var index = startIndex
        while index < endIndex {
            let byte = self[index]
            if byte == UInt8(ascii: "%") {
                guard escapedByte(at: index) != nil else { return "has a broken percent escape" }
                index += 2
            } else if !byte.isUnreserved, !"!$&'()*+,;=:@/?".utf8.contains(byte), !more.utf8.contains(byte) {
                return "has a character that is not allowed in a URI"
            }
            index += 1
        }
        return nil
    }

    /// The byte that the percent escape at `index` stands for (RFC 3986 §2.1); `nil` for a broken one.
    func escapedByte(at index: Index) -> UInt8? {
        guard endIndex - index > 2, let high = self[index + 1].hexDigitValue, let low = self[index + 2].hexDigitValue
        else { return nil }
        return high << 4 | low
    }
}

extension UInt8 {
    /// RFC 3986 §2.3; also the alphabet of a code verifier (RFC 7636 §4.1).
    var isUnreserved: Bool { isASCIILetter || isASCIIDigit || "-._~".utf8.contains(self) }
}

extension String {
    /// This URI with parameters added to its query, which is kept (RFC 6749 §3.1.2). All but unreserved characters are
    /// escaped, so that a value can end neither its parameter nor the URI.
    package func addingQuery(_ parameters: [(String, String)]) -> String {
        var text = self
        var separator = utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        if let last = utf8.last, "?&".utf8.contains(last) { separator = "" }
        for (name, value) in parameters {
            text += separator + name.percentEncoded + "=" + value.percentEncoded
            separator = "&"
        }
        return text
    }

    private var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            if byte.isUnreserved {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
