internal import Identifiers

/// `host:port` to listen on.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    package let host: String
    /// 0 lets the system choose.
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let digits = text[text.utf8.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        var host = text[..<colon]
        if host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") {
            host = host.dropFirst().dropLast()
            guard IPAddress.isIPv6(String(host)) else { return nil }
        } else {
            guard HostName.isValid(host) else { return nil }
        }
        self.init(host: String(host), port: port)
    }

    package var isLoopback: Bool { HostName.isLoopback(host) }

    package var description: String { IPAddress.isIPv6(host) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

enum HostName {
    /// Letters, digits, `.`, `-` and `_`: names and IPv4 addresses.
    static func isValid(_ text: some StringProtocol) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || ".-_".utf8.contains(byte)
            }
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && IPAddress.isIPv4(host))
    }
}

extension IPAddress {
    static func isIPv4(_ text: String) -> Bool { IPAddress(text)?.isV4 ?? false }

    static func isIPv6(_ text: String) -> Bool { IPAddress(text).map { !$0.isV4 } ?? false }
}
