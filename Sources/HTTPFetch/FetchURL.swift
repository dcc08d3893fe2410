internal import Identifiers

/// A URL that may be fetched, as far as its text can tell; where its name leads is checked when connecting.
///
/// Parsed once, by libcurl: https (http only for an allowed origin), no user information, no fragment, one spelling
/// of the host.
package struct FetchURL: ByteIdentifier {
    package enum Scheme: String, Hashable, Sendable { case http, https }

    /// As it was given.
    package let rawValue: String
    package let scheme: Scheme
    /// Lower case; an IPv6 address stands in brackets.
    package let host: String
    package let port: UInt16
    package let path: String
    package let origin: Origin

    /// What libcurl is given: its own spelling.
    let normalized: String
    /// Set when the host is an address and no name.
    let address: IPAddress?

    /// `allowedOrigins` are the operator's: they may be plain http, loopback or private.
    package init(_ text: String, allowing allowedOrigins: Set<Origin> = []) throws(FetchFailure) {
        let parts: URLParts
        do { parts = try URLParts(text) } catch { throw .invalidURL(error) }
        rawValue = text
        scheme = parts.isSecure ? .https : .http
        (host, port, path, normalized) = (parts.host, parts.port, parts.path, parts.normalized)
        origin = Origin(parts)
        address = IPAddress(parts.host.hasPrefix("[") ? String(parts.host.dropFirst().dropLast()) : parts.host)
        try check(allowing: allowedOrigins)
    }

    /// The rules that need no name look-up. Made again before each fetch, because the policy there may be another.
    func check(allowing allowedOrigins: Set<Origin>) throws(FetchFailure) {
        let isAllowed = allowedOrigins.contains(origin)
        guard scheme == .https || isAllowed else { throw .notHTTPS }
        // RFC 6761 §6.3: these names are loopback by definition.
        let isLocalhost = host == "localhost" || host.hasSuffix(".localhost")
        guard let range = isLocalhost ? .loopback : address?.specialRange else { return }
        guard isAllowed, range.opensForAllowedOrigins else { throw .addressRefused(range) }
    }
}
