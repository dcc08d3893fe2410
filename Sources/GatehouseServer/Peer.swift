import Identifiers
import NIOCore
import NIOHTTP1

/// Who is at the other end: of the connection, or, when that is a trusted proxy, of what it says of its client.
struct Peer: Sendable {
    /// The connection's own peer, v4-mapped addresses as plain IPv4.
    let address: String
    let isTrustedProxy: Bool
    /// The leaf that the peer showed in the TLS handshake: DER.
    var certificate: [UInt8]?

    init(address: String, trustedProxies: Set<String>) {
        self.address = address
        isTrustedProxy = trustedProxies.contains(address)
    }

    /// The text of an address, `::ffff:192.0.2.1` as `192.0.2.1`.
    static func text(_ address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "unknown" }
        let mapped = "::ffff:"
        if text.hasPrefix(mapped), text.utf8.contains(UInt8(ascii: ".")) { return String(text.dropFirst(mapped.count)) }
        return text
    }
}

/// What the fields of a trusted proxy say.
struct ForwardedFields: Sendable {
    enum Refusal: Error, Hashable, Sendable { case badCertificate }

    let trustedProxies: Set<String>
    let certificateField: String?

    /// From the right, the first address of `X-Forwarded-For` that is no trusted proxy: what stands further left, the
    /// client may have written itself. Anything that is no address ends the search at the peer.
    func remoteAddress(_ peer: Peer, _ headers: HTTPHeaders) -> String {
        guard peer.isTrustedProxy else { return peer.address }
        var nearest = peer.address
        for element in headers[canonicalForm: "x-forwarded-for"].reversed() {
            guard let parsed = try? SocketAddress(ipAddress: String(element), port: 0) else { return nearest }
            nearest = Peer.text(parsed)
            if !trustedProxies.contains(nearest) { return nearest }
        }
        return nearest
    }

    /// The client's certificate as DER. A proxy's own certificate is never its client's.
    func certificate(_ peer: Peer, _ headers: HTTPHeaders) throws(Refusal) -> [UInt8]? {
        guard peer.isTrustedProxy, let certificateField else { return peer.certificate }
        let values = headers[certificateField].filter { !$0.isEmpty }
        guard let value = values.first else { return nil }
        guard values.count == 1, let leaf = ForwardedCertificate.leaf(value) else { throw .badCertificate }
        return leaf
    }

    /// Whether the client speaks TLS to the proxy.
    func isForwardedTLS(_ peer: Peer, _ headers: HTTPHeaders) -> Bool {
        peer.isTrustedProxy && headers["x-forwarded-proto"].last?.lowercased().hasSameBytes(as: "https") ?? false
    }
}
