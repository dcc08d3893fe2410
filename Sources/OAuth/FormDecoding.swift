extension ArraySlice<UInt8> {
    /// Undoes application/x-www-form-urlencoded (RFC 6749 Appendix B): `+` is a space, `%XX` a byte, the result UTF-8.
    ///
    /// A bare space is accepted, because `curl -d 'scope=a b'` sends it and it can mean nothing else. Other control
    /// characters and bytes above ASCII have to come escaped.
    func formDecoded() throws(FormError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(count)
        var index = startIndex
        while index < endIndex {
            let byte = self[index]
            switch byte {
            case UInt8(ascii: "+"): decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard endIndex - index > 2, let high = self[index + 1].hexDigitValue,
                    let low = self[index + 2].hexDigitValue
                else { throw .badEscape(at: index) }
                decoded.append(high << 4 | low)
                index += 2
            case _ where byte.isVSCHAR: decoded.append(byte)
            default: throw .unexpectedByte(at: index)
            }
            index += 1
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .notUTF8(at: startIndex) }
        guard !decoded.contains(0) else { throw .nul(at: startIndex) }
        return text
    }
}
