internal import CCurl
internal import Identifiers

/// A URL taken apart by libcurl's own parser, the one that will also connect: two parsers that disagree are how an
/// address rule is passed by (`http:/127.0.0.1`, `2130706433`).
struct URLParts {
    static let largestLength = 2048

    let isSecure: Bool
    /// Lower case; an IPv6 address stands in brackets.
    let host: String
    let port: UInt16
    let path: String
    let hasQuery: Bool
    /// Whether anything follows the authority in the text.
    let endsAtAuthority: Bool
    /// As libcurl writes it, dot segments resolved.
    let normalized: String

    init(_ text: String) throws(InvalidURL) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.largestLength else { throw .tooLong }
        guard bytes.allSatisfy(Self.isURLByte) else { throw .characters }
        guard let handle = unsafe curl_url() else { throw .malformed }
        defer { unsafe curl_url_cleanup(handle) }
        let code = unsafe curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER))
        switch code {
        case CURLUE_OK: break
        case CURLUE_UNSUPPORTED_SCHEME, CURLUE_BAD_SCHEME, CURLUE_NO_SCHEME: throw .scheme
        case CURLUE_USER_NOT_ALLOWED, CURLUE_BAD_LOGIN: throw .userInformation
        case CURLUE_NO_HOST, CURLUE_BAD_HOSTNAME, CURLUE_BAD_IPV6: throw .host
        case CURLUE_BAD_PORT_NUMBER: throw .port
        default: throw .malformed
        }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var found: UnsafeMutablePointer<CChar>?
            guard unsafe curl_url_get(handle, part, &found, UInt32(flags)) == CURLUE_OK, let text = unsafe found
            else { return nil }
            defer { unsafe curl_free(text) }
            return unsafe String(cString: text)
        }
        switch part(CURLUPART_SCHEME) {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw .scheme
        }
        guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else { throw .userInformation }
        guard part(CURLUPART_FRAGMENT) == nil, !bytes.contains(UInt8(ascii: "#")) else { throw .fragment }
        guard part(CURLUPART_ZONEID) == nil else { throw .host }
        guard let host = part(CURLUPART_HOST)?.lowercased(), let path = part(CURLUPART_PATH) else { throw .host }
        guard let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap(UInt16.init), port > 0 else { throw .port }
        self.endsAtAuthority = try Self.checkAuthority(bytes, isSecure: isSecure, host: host, port: port)
        self.hasQuery = part(CURLUPART_QUERY) != nil
        guard let normalized = part(CURLUPART_URL) else { throw .malformed }
        (self.host, self.port, self.path, self.normalized) = (host, port, path, normalized)
    }

    /// What libcurl read as host and port must stand right behind the scheme in the text. So no spelling passes that
    /// a person or another parser reads as another host: user information, a missing slash, `127.1`, `0x7f.1`, `%31`.
    private static func checkAuthority(
        _ bytes: [UInt8], isSecure: Bool, host: String, port: UInt16
    ) throws(InvalidURL) -> Bool {
        let lowercased = bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        guard lowercased.starts(with: (isSecure ? "https://" : "http://").utf8) else { throw .authority }
        let rest = lowercased.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard authority.starts(with: host.utf8) else { throw .authority }
        let end = authority.dropFirst(host.utf8.count)
        guard end.isEmpty || Array(end) == Array(":\(port)".utf8) else { throw .authority }
        guard isHost(Array(host.utf8)) else { throw .host }
        return authority.count == rest.count
    }

    /// A name of labels, an IPv4 address in dotted decimal, or an IPv6 address in brackets.
    private static func isHost(_ host: [UInt8]) -> Bool {
        if host.first == UInt8(ascii: "[") {
            return host.last == UInt8(ascii: "]")
                && IPAddress(String(decoding: host.dropFirst().dropLast(), as: UTF8.self)) != nil
        }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isNamed = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy {
                    isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
        guard isNamed, host.count <= 253, let last = labels.last, let first = last.first else { return false }
        // A last label that begins with a digit is an address or an attempt at one: no top-level domain does.
        return !isDigit(first) || IPAddress(String(decoding: host, as: UTF8.self)) != nil
    }

    /// RFC 3986's characters: no space, control character, backslash, quote, or anything outside ASCII. An
    /// internationalised name is written as its A-labels (RFC 5890 §2.3.2.1).
    private static func isURLByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte | 0x20) || "-._~:/?#[]@!$&'()*+,;=%".utf8.contains(byte)
    }
    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
