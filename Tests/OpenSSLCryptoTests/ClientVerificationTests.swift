import COpenSSL
import OpenSSLCrypto
import Secrets
import Testing

private func refusal(
    of certificate: Certificate, by authority: CertificateAuthority, at seconds: Int64 = begin
) -> CertificateRefusal? {
    do throws(CertificateRefusal) {
        try authority.verifyClient(certificate, at: seconds)
        return nil
    } catch {
        return error
    }
}

@Suite struct ClientVerificationTests {
    @Test(
        arguments: [
            (begin - 1, .notYetValid), (begin, nil), (begin + year, nil), (begin + year + 1, .expired),
            (.min, .notYetValid), (.max, .expired), (0, .notYetValid),
        ] as [(Int64, CertificateRefusal?)])
    func validity(seconds: Int64, expected: CertificateRefusal?) throws {
        let authority = try makeAuthority()
        #expect(refusal(of: try authority.client(), by: authority, at: seconds) == expected)
    }

    /// The authority's own end counts too: below a foreign root there may be certificates that are longer valid.
    @Test func validityOfTheAuthority() throws {
        let (older, younger) = (try makeAuthority(to: begin + 10 * year), try makeAuthority(to: begin + 10))
        let late = try makeAuthority(from: begin + 5)
        let client = try older.client(from: begin, to: begin + year)
        #expect(refusal(of: client, by: younger, at: begin + 10) == nil)
        #expect(refusal(of: client, by: younger, at: begin + 11) == .expired)
        #expect(refusal(of: client, by: late, at: begin + 4) == .notYetValid)
    }

    @Test func otherAuthorities() throws {
        let authority = try makeAuthority()
        let otherName = try makeAuthority(name: "Other Root")
        let sameName = try makeAuthority(TestKeys.other)
        let rsa = try makeAuthority(TestKeys.rsa)
        #expect(refusal(of: try otherName.client(), by: authority) == .wrongIssuer)
        #expect(refusal(of: try sameName.client(), by: authority) == .badSignature)
        #expect(refusal(of: try rsa.client(), by: authority) == .badSignature)
        #expect(refusal(of: try authority.client(), by: rsa) == .badSignature)
        #expect(refusal(of: try authority.server(), by: authority) == .wrongPurpose)
        #expect(refusal(of: authority.certificate, by: authority) == .isAuthority)
        #expect(refusal(of: sameName.certificate, by: authority) == .badSignature)
        #expect(refusal(of: otherName.certificate, by: authority) == .wrongIssuer)
        #expect(ERR_peek_error() == 0)
    }

    /// A certificate does not get better by one of the same authority in between.
    @Test func belowALeaf() throws {
        let authority = try makeAuthority()
        let leaf = try authority.client("Test Root", organizations: ["Tests"])
        #expect(throws: CryptoFailure.unusableCertificate(.notAuthority)) {
            try CertificateAuthority(certificate: leaf, key: TestKeys.leaf.get())
        }
    }

    /// Made by the second implementation with our authority's key, as another program with that key would.
    @Test(
        arguments: [
            ("clientAuth", "extendedKeyUsage=clientAuth", "-sha256", nil),
            ("critical and more purposes", "extendedKeyUsage=critical,serverAuth,clientAuth", "-sha512", nil),
            (
                "our own extensions critical", "extendedKeyUsage=clientAuth\nsubjectAltName=critical,URI:a:b",
                "-sha256", nil
            ),
            ("not critical and unknown", "extendedKeyUsage=clientAuth\n1.2.3.4=DER:0500", "-sha256", nil),
            ("no purpose", "keyUsage=digitalSignature", "-sha256", .wrongPurpose),
            ("any purpose", "extendedKeyUsage=anyExtendedKeyUsage", "-sha256", .wrongPurpose),
            ("another purpose", "extendedKeyUsage=codeSigning,emailProtection", "-sha256", .wrongPurpose),
            ("signs nothing", "extendedKeyUsage=clientAuth\nkeyUsage=keyAgreement", "-sha256", .wrongPurpose),
            ("no extension at all", "", "-sha256", .wrongPurpose),
            (
                "an authority", "extendedKeyUsage=clientAuth\nbasicConstraints=CA:TRUE", "-sha256", .isAuthority
            ),
            (
                "an authority by use", "extendedKeyUsage=clientAuth\nkeyUsage=digitalSignature,keyCertSign", "-sha256",
                .isAuthority
            ),
            (
                "unknown and critical", "extendedKeyUsage=clientAuth\n1.2.3.4=critical,DER:0500", "-sha256",
                .unknownCriticalExtension
            ),
            (
                "known to OpenSSL, not to us", "extendedKeyUsage=clientAuth\ncertificatePolicies=critical,1.2.3.4",
                "-sha256", .unknownCriticalExtension
            ),
            (
                "a proxy", "extendedKeyUsage=clientAuth\nproxyCertInfo=critical,language:id-ppl-anyLanguage,pathlen:0",
                "-sha256", .unknownCriticalExtension
            ),
            ("SHA-1", "extendedKeyUsage=clientAuth", "-sha1", .badSignature),
            ("MD5", "extendedKeyUsage=clientAuth", "-md5", .badSignature),
        ] as [(String, String, String, CertificateRefusal?)])
    func foreign(_ what: String, extensions: String, digest: String, expected: CertificateRefusal?) async throws {
        let authority = try makeAuthority(TestKeys.rsa, from: 0, to: 253_402_300_799)
        let certificate = try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", authority.certificate.pem())
            try openssl.write("ca.key", try testKey("rsa2048").reveal())
            try openssl.write("leaf.key", try testKey("p256").reveal())
            try openssl.write("v3.cnf", "[v3]\n" + extensions + "\n")
            try openssl.write("req.cnf", "[req]\ndistinguished_name=dn\n[dn]\n")
            try await openssl(
                "req", "-new", "-config", "req.cnf", "-key", "leaf.key", "-subj", "/CN=alice", "-out", "leaf.csr")
            let made = try await openssl(
                "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "30", digest, "-extfile", "v3.cnf", "-extensions", "v3", "-out", "leaf.pem")
            #expect(made.code == 0, "\(made.text)")
            return try Certificate(pem: String(decoding: openssl.read("leaf.pem"), as: UTF8.self))
        }
        #expect(refusal(of: certificate, by: authority, at: certificate.notBefore) == expected)
        #expect(ERR_peek_error() == 0)
    }
}
