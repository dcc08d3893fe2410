internal import Identifiers

/// The grammar of a resource indicator: an absolute URI without a fragment (RFC 8707 §2, RFC 3986 §4.3).
///
/// It is a name that is compared by bytes, never fetched, so this checks the form and takes nothing apart.
enum ResourceURI {
    static func check(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), isScheme(bytes[..<colon]) else {
            throw invalid("not an absolute URI")
        }
        let rest = bytes[colon...].dropFirst()
        guard !rest.isEmpty else { throw invalid("nothing after the scheme") }
        guard !rest.contains(UInt8(ascii: "#")) else { throw invalid("has a fragment") }
        guard rest.starts(with: "//".utf8) else {
            // `https:a` and `https:/a` are written by mistake and read as `https://a` by lenient parsers.
            guard !isWeb(bytes[..<colon]) else { throw invalid("no // after the scheme") }
            return try checkCharacters(rest, allowing: "")
        }
        let afterSlashes = rest.dropFirst(2)
        let end = afterSlashes.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = afterSlashes[..<(end ?? afterSlashes.endIndex)]
        guard !authority.isEmpty || !isWeb(bytes[..<colon]) else { throw invalid("no host") }
        guard !authority.contains(UInt8(ascii: "@")) else { throw invalid("has user information") }
        try checkCharacters(authority, allowing: "[]")
        try checkCharacters(afterSlashes[authority.endIndex...], allowing: "")
    }

    /// RFC 3986 §3.1
    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, first.isASCIILetter else { return false }
        return bytes.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0) }
    }

    private static func isWeb(_ scheme: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: scheme, as: UTF8.self)
        return text.equalsIgnoringASCIICase("https") || text.equalsIgnoringASCIICase("http")
    }

    /// Unreserved, sub-delims and the separators, and whole percent escapes (RFC 3986 §2).
    private static func checkCharacters(_ bytes: ArraySlice<UInt8>, allowing more: String) throws(InvalidValue) {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard bytes.endIndex - index > 2, bytes[index + 1].hexDigitValue != nil,
                    bytes[index + 2].hexDigitValue != nil
                else { throw invalid("has a broken percent escape") }
                index += 2
            } else if !byte.isASCIILetter, !byte.isASCIIDigit, !"-._~!$&'()*+,;=:@/?".utf8.contains(byte),
                !more.utf8.contains(byte)
            {
                throw invalid("has a character that is not allowed in a URI")
            }
            index += 1
        }
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("resource", reason) }
}
