internal import HTTPFetch
internal import Identifiers

/// An `http` or `https` URL as configuration has them: no user, no fragment, a plain host.
///
/// Only for checking what is written. What is fetched is parsed by libcurl, in HTTPFetch.
package struct WebURL: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    package let isSecure: Bool
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    package let host: String
    package let port: Int?
    /// What follows the origin: `""`, `/`, `/path?query`.
    package let path: String

    package init?(_ text: String) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { !"/?#".contains($0) }
        path = String(rest.dropFirst(authority.count))
        guard !path.contains("#"), !authority.contains("@") else { return nil }
        let hasPort = authority.last != "]" && authority.contains(":")
        guard let address = SocketAddress(hasPort ? String(authority) : authority + ":0"), !hasPort || address.port > 0
        else {
            return nil
        }
        host = address.host
        port = hasPort ? address.port : nil
        self.text = text
        self.isSecure = isSecure
    }

    /// `scheme://host[:port]`, exactly as written.
    package var origin: String { String(text.dropLast(path.count)) }

    /// What a client puts into `Host`: lower case, the port only when it is not the scheme's own.
    package var authority: String {
        let name = IPAddress.isIPv6(host) ? "[\(host)]" : host.lowercased()
        guard let port, port != (isSecure ? 443 : 80) else { return name }
        return "\(name):\(port)"
    }

    package var isLoopback: Bool { HostName.isLoopback(host) }
    package var description: String { text }
}

extension SettingsValue {
    package func address() -> SocketAddress? {
        guard let text = text() else { return nil }
        return SocketAddress(text) ?? refuse("must be host:port, such as 127.0.0.1:8080 or [::1]:8080")
    }

    package func ipAddress() -> String? {
        guard let text = text() else { return nil }
        if IPAddress.isIPv4(text) || IPAddress.isIPv6(text) { return text }
        return refuse(text.contains("/") ? "must be single addresses, no ranges" : "must be an IPv4 or IPv6 address")
    }

    package func url() -> WebURL? {
        guard let text = text() else { return nil }
        return WebURL(text) ?? refuse("must be an http or https URL without user, fragment or spaces")
    }

    /// `scheme://host[:port]` and nothing after it.
    package func origin() -> String? {
        guard let url = url() else { return nil }
        guard url.path.isEmpty else { return refuse("must be an origin: scheme, host and port, and no '/' after them") }
        guard let origin = try? Origin(url.text) else { return refuse("must be an origin: scheme, host and port") }
        guard origin.rawValue.utf8.elementsEqual(url.text.utf8) else {
            return refuse("must be in lower case and without the scheme's own port: origins are compared byte by byte")
        }
        return origin.rawValue
    }
}
