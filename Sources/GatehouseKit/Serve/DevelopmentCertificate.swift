import OpenSSLCrypto
import Secrets

/// The server certificate of `serve --dev`, with an authority of its own: `tls/ca.pem` is what a client trusts. Made once;
/// made again when it is about to end.
struct DevelopmentCertificate {
    let folder: String

    private static let lifetime: Int64 = 365 * 86_400
    private static let renewBefore: Int64 = 30 * 86_400

    func prepare(now: Int64) throws {
        try PrivateFile.makeDirectory(folder)
        if let pem = try PrivateFile.read(folder + "/server.pem"), try PrivateFile.read(folder + "/server.key") != nil,
            let certificate = try? Certificate(pem: String(decoding: pem, as: UTF8.self)),
            certificate.notAfter - Self.renewBefore > now
        {
            return
        }
        let (authorityKey, key) = (try PrivateKeyHandle(generating: .p256), try PrivateKeyHandle(generating: .p256))
        let (begin, end) = (now - 300, now + Self.lifetime)
        let authority = try CertificateAuthority.make(
            commonName: "Gatehouse development", organization: "gatehouse", key: authorityKey,
            serial: try CertificateSerial.random(), notBefore: begin, notAfter: end)
        let server = try authority.issueServerCertificate(
            name: try CertificateName(commonName: "localhost", organizations: ["gatehouse"]), dnsNames: ["localhost"],
            ipAddresses: ["127.0.0.1", "::1"], publicKey: key, serial: try CertificateSerial.random(), notBefore: begin,
            notAfter: end)
        try write("ca.pem", try authority.certificate.pem())
        try write("server.key", try key.pem().revealText())
        // Last: its end is what decides whether all of this is made again.
        try write("server.pem", try server.pem())
    }

    private func write(_ name: String, _ text: String) throws {
        try PrivateFile.write(Array(text.utf8), to: folder + "/" + name)
    }
}
