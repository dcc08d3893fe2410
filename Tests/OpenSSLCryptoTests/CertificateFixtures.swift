import OpenSSLCrypto
import Testing

/// 2026-01-01T00:00:00Z: where the tests' time begins. `openssl verify` is told so with `-attime`.
let begin: Int64 = 1_767_225_600
let year: Int64 = 31_536_000

/// Keys of the fixtures are read once: making one costs time, and none of them is secret.
enum TestKeys {
    static let authority = Result { try PrivateKeyHandle(pem: testKey("p256")) }
    static let other = Result { try PrivateKeyHandle(generating: .p256) }
    static let leaf = Result { try PrivateKeyHandle(generating: .p256) }
    static let rsa = Result { try PrivateKeyHandle(pem: testKey("rsa2048")) }
    static let p384 = Result { try PrivateKeyHandle(pem: testKey("p384")) }
}

func makeAuthority(
    _ key: Result<PrivateKeyHandle, any Error> = TestKeys.authority, name: String = "Test Root",
    from notBefore: Int64 = begin - year, to notAfter: Int64 = begin + 10 * year
) throws -> CertificateAuthority {
    try CertificateAuthority.make(
        commonName: name, organization: "Tests", key: key.get(), serial: .random(), notBefore: notBefore,
        notAfter: notAfter)
}

extension CertificateAuthority {
    /// A client's certificate, valid for a year from `begin`, unless told otherwise.
    func client(
        _ commonName: String = "alice", organizations: [String] = ["gatehouse:tenant"],
        uris: [String] = ["spiffe://gatehouse.example/alice"], emails: [String] = ["alice@example.org"],
        serial: CertificateSerial? = nil, from notBefore: Int64 = begin, to notAfter: Int64 = begin + year,
        crlURL: String? = "http://gatehouse.example/pki/ca.crl"
    ) throws -> Certificate {
        try issueClientCertificate(
            name: CertificateName(commonName: commonName, organizations: organizations), uris: uris, emails: emails,
            publicKey: TestKeys.leaf.get(), serial: serial ?? .random(), notBefore: notBefore, notAfter: notAfter,
            crlURL: crlURL)
    }

    func server(
        _ dnsNames: [String] = ["localhost", "*.gatehouse.example"], _ addresses: [String] = ["127.0.0.1", "::1"]
    ) throws -> Certificate {
        try issueServerCertificate(
            name: CertificateName(commonName: "server"), dnsNames: dnsNames, ipAddresses: addresses,
            publicKey: TestKeys.leaf.get(), serial: .random(), notBefore: begin, notAfter: begin + year)
    }
}
