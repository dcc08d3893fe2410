package import Identifiers

/// Where the answer to an authorization request is sent (RFC 6749 §3.1.2).
///
/// The answer holds a code, so whoever controls this address controls the sign-in. There is one spelling of everything
/// that readers could take differently: lower-case scheme, plain host, ASCII, no user information, no fragment.
package struct RedirectURI: ByteIdentifier {
    package let rawValue: String
    /// The source for the `form-action` of a Content-Security-Policy: scheme, host and port, or a private scheme alone.
    /// Of what was asked for, not of what is registered: the port may differ. CSP has no way to write an IPv6 literal
    /// (Content Security Policy Level 3 §2.3.1), so browsers may ignore that of `[::1]`.
    package let origin: String
    /// Only of `http` URIs of a loopback IP literal.
    private let loopback: Loopback?

    /// What is left of a loopback URI without its port.
    private struct Loopback: Hashable {
        let host: String
        let rest: Key
    }

    private static let longest = 2048
    private static let loopbackLiterals = ["127.0.0.1", "[::1]"]

    package init(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.longest else { throw Self.invalid("longer than \(Self.longest) bytes") }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[..<colon].isURIScheme else {
            throw Self.invalid("not an absolute URI")
        }
        guard !bytes[..<colon].contains(where: { (0x41...0x5A).contains($0) }) else {
            throw Self.invalid("the scheme must be in lower case")
        }
        let (scheme, rest) = (String(decoding: bytes[..<colon], as: UTF8.self), bytes[colon...].dropFirst())
        guard !rest.contains(UInt8(ascii: "#")) else { throw Self.invalid("has a fragment") }
        guard !rest.isEmpty else { throw Self.invalid("nothing after the scheme") }
        switch scheme {
        case "https", "http": (origin, loopback) = try Self.web(scheme, rest)
        // RFC 8252 §7.1: a reversed domain name. That leaves out `javascript`, `data`, `file` and all registered ones.
        case _ where scheme.utf8.contains(UInt8(ascii: ".")):
            try Self.checkPrivate(rest)
            (origin, loopback) = (scheme + ":", nil)
        default: throw Self.invalid("must be https, http on loopback, or a private-use scheme with a dot")
        }
        rawValue = text
    }

    /// Whether this registered URI covers the one that was asked for: the same bytes, but any port on a loopback IP
    /// literal, because an installed app takes the port that is free (RFC 8252 §7.3). `localhost` is not covered: it is
    /// a name, and may resolve elsewhere (RFC 8252 §8.3).
    package func admits(_ asked: RedirectURI) -> Bool {
        if self == asked { return true }
        guard let loopback, let other = asked.loopback else { return false }
        return loopback == other
    }

    /// The URI with parameters added to its query, which is kept (RFC 6749 §3.1.2).
    package func adding(_ parameters: [(String, String)]) -> String { rawValue.addingQuery(parameters) }

    private static func web(
        _ scheme: String, _ rest: ArraySlice<UInt8>
    ) throws(InvalidValue) -> (origin: String, loopback: Loopback?) {
        guard rest.starts(with: "//".utf8) else { throw invalid("no // after the scheme") }
        let (authority, path) = try split(rest.dropFirst(2))
        let isLiteral = loopbackLiterals.contains(authority.host)
        guard scheme == "https" || isLiteral || authority.host == "localhost" else {
            throw invalid("http only for 127.0.0.1, [::1] and localhost")
        }
        let port = authority.port.map { ":" + $0 } ?? ""
        let host = String(
            decoding: authority.host.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        let isLoopback = scheme == "http" && isLiteral
        let rest = Key(String(decoding: path, as: UTF8.self))
        return ("\(scheme)://\(host)\(port)", isLoopback ? Loopback(host: host, rest: rest) : nil)
    }

    /// `com.example.app:/callback`; an authority is not needed and may be empty.
    private static func checkPrivate(_ rest: ArraySlice<UInt8>) throws(InvalidValue) {
        guard rest.starts(with: "//".utf8), let first = rest.dropFirst(2).first, !"/?".utf8.contains(first) else {
            return try checkCharacters(rest)
        }
        _ = try split(rest.dropFirst(2))
    }

    private static func split(
        _ bytes: ArraySlice<UInt8>
    ) throws(InvalidValue) -> (authority: URIAuthority, path: ArraySlice<UInt8>) {
        let end = bytes.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? bytes.endIndex
        try checkCharacters(bytes[end...])
        do { return (try URIAuthority(bytes[..<end]), bytes[end...]) } catch { throw invalid(error.reason) }
    }

    private static func checkCharacters(_ bytes: ArraySlice<UInt8>) throws(InvalidValue) {
        if let fault = bytes.uriFault() { throw invalid(fault) }
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("redirect URI", reason) }
}
