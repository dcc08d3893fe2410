internal import Identifiers

/// Scheme, host and port (RFC 6454 §4): what an operator names to let us reach a loopback, private or plain-http peer.
package struct Origin: ByteIdentifier {
    /// `https://host` or `http://host:port`: lower case, the scheme's own port left out (RFC 6454 §6.2).
    package let rawValue: String

    /// Reads an origin as configuration has it: without path, not even `/`.
    package init(_ text: String) throws(FetchFailure) {
        let parts: URLParts
        do { parts = try URLParts(text) } catch { throw .invalidURL(error) }
        guard parts.endsAtAuthority else { throw .invalidURL(.notAnOrigin) }
        self.init(parts)
    }

    init(_ parts: URLParts) {
        let scheme = parts.isSecure ? "https" : "http"
        let isDefault = parts.port == (parts.isSecure ? 443 : 80)
        rawValue = "\(scheme)://\(parts.host)" + (isDefault ? "" : ":\(parts.port)")
    }
}
