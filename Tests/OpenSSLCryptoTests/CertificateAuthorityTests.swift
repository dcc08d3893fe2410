import COpenSSL
import OpenSSLCrypto
import Secrets
import Testing

@Suite struct IssuingTests {
    @Test(arguments: ["p256", "p384", "rsa2048"])
    func strictVerifierAgrees(keyName: String) async throws {
        let authority = try makeAuthority(Result { try PrivateKeyHandle(pem: testKey(keyName)) })
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", authority.certificate.pem())
            try openssl.write("client.pem", authority.client().pem())
            try openssl.write("server.pem", authority.server().pem())
            for (purpose, name, accepted) in [
                ("sslclient", "client.pem", true), ("sslserver", "server.pem", true),
                ("sslserver", "client.pem", false), ("sslclient", "server.pem", false),
            ] {
                let result = try await openssl(
                    "verify", "-x509_strict", "-check_ss_sig", "-attime", String(begin + 1), "-purpose", purpose,
                    "-CAfile", "ca.pem", name)
                #expect((result.code == 0) == accepted, "\(purpose) \(name): \(result.text)")
            }
        }
    }

    @Test func clientCertificateInFull() async throws {
        let authority = try makeAuthority()
        let serial = try #require(CertificateSerial(hex: "0123456789abcdef0123456789abcdef"))
        let text = try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("client.der", authority.client(serial: serial).der)
            return try await openssl("x509", "-inform", "DER", "-in", "client.der", "-noout", "-text").text
        }
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        for expected in [
            "Version: 3 (0x2)", "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef",
            "Signature Algorithm: ecdsa-with-SHA256", "Issuer: O = Tests, CN = Test Root",
            "Not Before: Jan  1 00:00:00 2026 GMT", "Not After : Jan  1 00:00:00 2027 GMT",
            "Subject: O = gatehouse:tenant, CN = alice", "X509v3 Basic Constraints: critical", "CA:FALSE",
            "X509v3 Key Usage: critical", "Digital Signature", "TLS Web Client Authentication",
            "URI:spiffe://gatehouse.example/alice, email:alice@example.org",
            "URI:http://gatehouse.example/pki/ca.crl", "X509v3 Subject Key Identifier: ",
            "X509v3 Authority Key Identifier: ",
        ] {
            #expect(lines.contains { $0 == expected }, "no line \(expected) in \(text)")
        }
        #expect(!text.contains("Server Authentication"))
    }

    @Test func rootInFull() async throws {
        let root = try makeAuthority().certificate
        let text = try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", root.pem())
            return try await openssl("x509", "-in", "ca.pem", "-noout", "-text").text
        }
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        for expected in [
            "X509v3 Basic Constraints: critical", "CA:TRUE, pathlen:0", "X509v3 Key Usage: critical",
            "Certificate Sign, CRL Sign",
        ] {
            #expect(lines.contains { $0 == expected }, "no line \(expected) in \(text)")
        }
        #expect(root.isAuthority)
    }
}
