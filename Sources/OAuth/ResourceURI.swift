package import Identifiers

/// A resource indicator: an absolute URI without a fragment (RFC 8707 §2, RFC 3986 §4.3).
///
/// It is a name that is compared by bytes, never fetched, so this checks the form and takes nothing apart.
package struct ResourceURI: ByteIdentifier {
    package let rawValue: String

    package init(_ text: String) throws(InvalidValue) {
        try Self.check(text)
        rawValue = text
    }

    static func check(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[..<colon].isURIScheme else {
            throw invalid("not an absolute URI")
        }
        let rest = bytes[colon...].dropFirst()
        guard !rest.isEmpty else { throw invalid("nothing after the scheme") }
        guard !rest.contains(UInt8(ascii: "#")) else { throw invalid("has a fragment") }
        guard rest.starts(with: "//".utf8) else {
            // `https:a` and `https:/a` are written by mistake and read as `https://a` by lenient parsers.
            guard !isWeb(bytes[..<colon]) else { throw invalid("no // after the scheme") }
            return try checkCharacters(rest)
        }
        let afterSlashes = rest.dropFirst(2)
        let end = afterSlashes.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = afterSlashes[..<(end ?? afterSlashes.endIndex)]
        guard !authority.isEmpty || !isWeb(bytes[..<colon]) else { throw invalid("no host") }
        guard !authority.contains(UInt8(ascii: "@")) else { throw invalid("has user information") }
        try checkCharacters(authority, allowing: "[]")
        try checkCharacters(afterSlashes[authority.endIndex...])
    }

    private static func isWeb(_ scheme: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: scheme, as: UTF8.self)
        return text.equalsIgnoringASCIICase("https") || text.equalsIgnoringASCIICase("http")
    }

    private static func checkCharacters(_ bytes: ArraySlice<UInt8>, allowing more: String = "") throws(InvalidValue) {
        if let fault = bytes.uriFault(allowing: more) { throw invalid(fault) }
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("resource", reason) }
}
