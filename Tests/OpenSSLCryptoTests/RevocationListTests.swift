import COpenSSL
import OpenSSLCrypto
import Testing

@Suite struct RevocationListTests {
    private static let reasons: [(RevocationReason, String?)] = [
        (.unspecified, nil), (.keyCompromise, "Key Compromise"), (.authorityCompromise, "CA Compromise"),
        (.affiliationChanged, "Affiliation Changed"), (.superseded, "Superseded"),
        (.cessationOfOperation, "Cessation Of Operation"), (.certificateHold, "Certificate Hold"),
        (.privilegeWithdrawn, "Privilege Withdrawn"),
    ]

    @Test func everyReasonHasARow() { #expect(Set(Self.reasons.map(\.0)) == Set(RevocationReason.allCases)) }

    @Test(arguments: ["p256", "p384", "rsa2048"]) func inFull(keyName: String) async throws {
        let authority = try makeAuthority(Result { try PrivateKeyHandle(pem: testKey(keyName)) })
        let entries = try Self.reasons.map { reason, _ in
            RevokedEntry(serial: try .random(), revokedAt: begin - 60, reason: reason)
        }
        let list = try authority.revocationList(
            entries: entries, number: 4711, thisUpdate: begin, nextUpdate: begin + 86400)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", authority.certificate.pem())
            try openssl.write("ca.crl", list.der)
            try openssl.write("ca.crl.pem", list.pem)
            let shown = try await openssl(
                "crl", "-inform", "DER", "-in", "ca.crl", "-noout", "-text", "-CAfile", "ca.pem")
            let lines = shown.text.split(separator: "\n").map { $0.drop { $0 == " " } }
            for expected in [
                "verify OK", "Version 2 (0x1)", "Issuer: O = Tests, CN = Test Root", "4711",
                "Last Update: Jan  1 00:00:00 2026 GMT", "Next Update: Jan  2 00:00:00 2026 GMT",
                "Revocation Date: Dec 31 23:59:00 2025 GMT", "X509v3 Authority Key Identifier: ",
            ] {
                #expect(lines.contains { $0 == expected }, "no line \(expected) in \(shown.text)")
            }
            for (entry, (_, name)) in zip(entries, Self.reasons) {
                let start = try #require(
                    lines.firstIndex { $0.lowercased() == "serial number: " + entry.serial.hex })
                let block = lines[(start + 1)...].prefix { !$0.hasPrefix("Serial Number") }
                #expect(block.contains { $0.hasPrefix("X509v3 CRL Reason Code") } == (name != nil))
                if let name { #expect(block.contains { $0 == name }) }
            }
            try await openssl("crl", "-inform", "DER", "-in", "ca.crl", "-out", "again.pem")
            #expect(try openssl.read("again.pem") == Array(list.pem.utf8))
        }
    }

    @Test func verifierRefusesTheRevoked() async throws {
        let authority = try makeAuthority()
        let other = try makeAuthority(TestKeys.other)
        let (good, bad) = (try CertificateSerial.random(), try CertificateSerial.random())
        func list(_ entries: [RevokedEntry], by authority: CertificateAuthority) throws -> RevocationList {
            try authority.revocationList(entries: entries, number: 1, thisUpdate: begin, nextUpdate: begin + year)
        }
        let revoked = RevokedEntry(serial: bad, revokedAt: begin, reason: .certificateHold)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", authority.certificate.pem())
            try openssl.write("good.pem", authority.client(serial: good).pem())
            try openssl.write("bad.pem", authority.client(serial: bad).pem())
            try openssl.write("crl.pem", list([revoked], by: authority).pem)
            try openssl.write("empty.pem", list([], by: authority).pem)
            try openssl.write("other.pem", list([], by: other).pem)
            for (certificate, crl, seconds, expected) in [
                ("good.pem", "crl.pem", begin + 1, nil), ("bad.pem", "crl.pem", begin + 1, "certificate revoked"),
                ("bad.pem", "empty.pem", begin + 1, nil), ("good.pem", "other.pem", begin + 1, "CRL"),
                ("good.pem", "crl.pem", begin + year + 1, "CRL has expired"),
            ] as [(String, String, Int64, String?)] {
                let result = try await openssl(
                    "verify", "-crl_check", "-x509_strict", "-attime", String(seconds), "-CAfile", "ca.pem",
                    "-CRLfile", crl, certificate)
                #expect((result.code == 0) == (expected == nil), "\(certificate) \(crl): \(result.text)")
                #expect(expected.map { result.text.contains($0) } != false, "\(certificate) \(crl): \(result.text)")
            }
        }
    }

    @Test(
        arguments: [
            ("negative number", -1, begin, begin + 1, begin, .listNumber),
            ("largest number", .max, begin, begin + 1, begin, nil),
            ("ends before it starts", 1, begin, begin - 1, begin, .time),
            ("before 1970", 1, -1, begin, begin, .time), ("after 9999", 1, begin, 253_402_300_800, begin, .time),
            ("revoked before 1970", 1, begin, begin + 1, -1, .time),
            ("revoked at the largest integer", 1, begin, begin + 1, .max, .time),
            ("revoked in 2050", 1, begin, begin + 1, 2_524_608_000, nil),
        ] as [(String, Int64, Int64, Int64, Int64, CertificateField?)])
    func refused(
        _ what: String, number: Int64, this: Int64, next: Int64, revokedAt: Int64, field: CertificateField?
    ) throws {
        let authority = try makeAuthority()
        let entry = RevokedEntry(serial: try .random(), revokedAt: revokedAt, reason: .superseded)
        func make() throws -> RevocationList {
            try authority.revocationList(entries: [entry], number: number, thisUpdate: this, nextUpdate: next)
        }
        if let field {
            #expect(throws: CryptoFailure.unfitForCertificate(field)) { try make() }
        } else {
            #expect(throws: Never.self) { try make() }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test func manyEntries() async throws {
        let authority = try makeAuthority()
        let entries = try (0..<20_000).map { number in
            RevokedEntry(
                serial: try .random(), revokedAt: begin + Int64(number % 3) * 25 * year,
                reason: RevocationReason.allCases[number % RevocationReason.allCases.count])
        }
        let list = try authority.revocationList(
            entries: entries, number: 1, thisUpdate: begin, nextUpdate: begin + 30 * year)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", authority.certificate.pem())
            try openssl.write("ca.crl.pem", list.pem)
            let result = try await openssl("crl", "-in", "ca.crl.pem", "-noout", "-text", "-CAfile", "ca.pem")
            #expect(result.text.hasPrefix("verify OK\n") || result.text.hasSuffix("verify OK\n"))
            let lines = result.text.split(separator: "\n")
            let serials = lines.compactMap { $0.split(separator: "Serial Number: ").last.map { $0.lowercased() } }
            #expect(Set(entries.map(\.serial.hex)).isSubset(of: serials))
            for (start, count) in [("Jan  1 00:00:00 2026", 6667), ("Dec 26 00:00:00 2050", 6667)] {
                #expect(lines.count { $0.hasSuffix("Revocation Date: \(start) GMT") } == count)
            }
        }
    }

    /// Where a length or a number takes another byte.
    @Test(
        arguments: [
            (0, 0), (1, 127), (2, 128), (3, 255), (4, 256), (5, 32767), (6, 32768), (7, .max), (1240, 1), (1300, 2),
        ] as [(Int, Int64)])
    func lengths(count: Int, number: Int64) async throws {
        let authority = try makeAuthority()
        let entries = try (0..<count).map { _ in
            RevokedEntry(serial: try .random(), revokedAt: begin, reason: .superseded)
        }
        let list = try authority.revocationList(
            entries: entries, number: number, thisUpdate: begin, nextUpdate: begin)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.pem", authority.certificate.pem())
            try openssl.write("ca.crl", list.der)
            let result = try await openssl(
                "crl", "-inform", "DER", "-in", "ca.crl", "-noout", "-text", "-CAfile", "ca.pem")
            let lines = result.text.split(separator: "\n").map { $0.drop { $0 == " " } }
            #expect(lines.contains("verify OK"), "\(result.text)")
            #expect(lines.contains { $0 == String(number) }, "\(result.text)")
            #expect(lines.count { $0 == "Superseded" } == count)
            #expect(lines.contains("No Revoked Certificates.") == (count == 0))
            try await openssl("crl", "-inform", "DER", "-in", "ca.crl", "-outform", "DER", "-out", "again.crl")
            #expect(try openssl.read("again.crl") == list.der)
        }
    }
}
