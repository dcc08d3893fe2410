package import Identifiers

/// An issuer identifier: an `https` URL without query or fragment (OpenID Connect Core §2, RFC 8414 §2).
///
/// Kept and compared exactly as given: eight of 39 real issuers end in `/`, so nothing is stripped or normalised.
package struct Issuer: ByteIdentifier {
    package static let largestLength = 2048

    package let rawValue: String

    /// `plainHTTPOrigins` are the origins ("http://127.0.0.1:9001") whose issuers may be plain http: those of
    /// `outbound.allow_origins` and our own loopback `public_url`. Nothing else may.
    package init(_ text: String, allowingPlainHTTPOrigins plainHTTPOrigins: Set<Key> = []) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.largestLength else { throw Self.invalid("longer than 2048 bytes") }
        let rest: ArraySlice<UInt8>
        let isPlain: Bool
        if bytes.starts(with: "https://".utf8) {
            (rest, isPlain) = (bytes.dropFirst(8), false)
        } else if bytes.starts(with: "http://".utf8) {
            (rest, isPlain) = (bytes.dropFirst(7), true)
        } else {
            throw Self.invalid("does not begin with https://")
        }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let path = rest.dropFirst(authority.count)
        if path.contains(UInt8(ascii: "?")) { throw Self.invalid("has a query") }
        if path.contains(UInt8(ascii: "#")) { throw Self.invalid("has a fragment") }
        guard Self.isAuthority(authority) else {
            throw Self.invalid("has no plain host name or address, or a bad port")
        }
        guard path.allSatisfy(Self.isPathByte) else {
            throw Self.invalid("has a character that a URL cannot have; write it percent-encoded")
        }
        if isPlain {
            let origin = Key("http://" + String(decoding: authority, as: UTF8.self))
            guard plainHTTPOrigins.contains(origin) else {
                throw Self.invalid("is http, and its origin is not allowed")
            }
        }
        rawValue = text
    }

    private static func invalid(_ reason: String) -> InvalidValue { InvalidValue("issuer", reason) }

    /// `host [":" port]` without user information: a name, an IPv4 address, or an IPv6 address in brackets.
    private static func isAuthority(_ authority: ArraySlice<UInt8>) -> Bool {
        let host: ArraySlice<UInt8>
        if authority.first == UInt8(ascii: "[") {
            guard let end = authority.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = authority[...end]
            let address = host.dropFirst().dropLast()
            guard !address.isEmpty,
                address.allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
        } else {
            host = authority.prefix { $0 != UInt8(ascii: ":") }
            guard !host.isEmpty,
                host.allSatisfy({
                    isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                })
            else { return false }
        }
        let port = authority.dropFirst(host.count)
        guard !port.isEmpty else { return true }
        let digits = port.dropFirst()
        guard port.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy(isDigit) else {
            return false
        }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }  // five digits at most
        return (1...65535).contains(number)
    }

    /// The bytes of RFC 3986's `pchar`, `/` and `%`.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "-._~!$&'()*+,;=:@/%".utf8.contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
