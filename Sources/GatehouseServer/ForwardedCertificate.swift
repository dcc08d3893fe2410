import NIOSSL

/// What proxies write into a field when they mean their client's certificate, brought to one form.
///
/// - nginx (`$ssl_client_escaped_cert`), Envoy (`%DOWNSTREAM_PEER_CERT%`), AWS: PEM, URL-escaped.
/// - Traefik, Caddy: PEM without its line ends, or without its first and last line; escaped or not; a chain with commas.
/// - HAProxy (`%[ssl_c_der,base64]`), Caddy: DER in base64.
enum ForwardedCertificate {
    private static let begin = Array("-----BEGIN CERTIFICATE-----".utf8)
    private static let end = Array("-----END CERTIFICATE-----".utf8)

    /// The leaf, which comes first, as DER; `nil` for anything but certificates.
    static func leaf(_ value: String) -> [UInt8]? {
        guard let text = PercentEncoding.decode(value.utf8), let encoded = blocks(text),
            let certificates = try? NIOSSLCertificate.fromPEMBytes(pem(encoded)), certificates.count == encoded.count
        else { return nil }
        return try? certificates.first?.toDERBytes()
    }

    /// The base64 of each certificate.
    private static func blocks(_ text: [UInt8]) -> [[UInt8]]? {
        var blocks: [[UInt8]] = []
        if text.starts(with: begin) {
            var rest = text[...]
            while !rest.isEmpty {
                guard rest.starts(with: begin) else { return nil }
                rest = rest.dropFirst(begin.count)
                let body = rest.prefix { $0 != UInt8(ascii: "-") }
                rest = rest.dropFirst(body.count)
                guard rest.starts(with: end) else { return nil }
                rest = rest.dropFirst(end.count).drop(while: isBlank)
                blocks.append(body.filter { !isBlank($0) })
            }
        } else {
            blocks = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Array.init)
        }
        let isBase64 = blocks.allSatisfy { !$0.isEmpty && $0.count % 4 == 0 && $0.allSatisfy(isDigit) }
        return isBase64 ? blocks : nil
    }

    /// OpenSSL's reader wants the lines that the proxies have taken away.
    private static func pem(_ blocks: [[UInt8]]) -> [UInt8] {
        var result: [UInt8] = []
        for block in blocks {
            result += begin
            for (index, byte) in block.enumerated() {
                if index % 64 == 0 { result.append(UInt8(ascii: "\n")) }
                result.append(byte)
            }
            result.append(UInt8(ascii: "\n"))
            result += end
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    /// RFC 4648 §4; where padding may stand, the reader knows.
    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
