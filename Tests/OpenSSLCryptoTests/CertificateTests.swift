import COpenSSL
import Foundation
import OpenSSLCrypto
import Secrets
import SeededRandom
import Testing

@Suite struct CertificateSerialTests {
    @Test func random() throws {
        let serials = try (0..<1000).map { _ in try CertificateSerial.random() }
        #expect(Set(serials).count == 1000)
        for serial in serials {
            #expect(serial.hex.utf8.count == 32)
            #expect(CertificateSerial(hex: serial.hex) == serial)
            #expect(("4"..."7").contains(serial.hex.prefix(1)))
        }
    }

    @Test(arguments: [
        "", "0", "01", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
        "0123456789ABCDEF0123456789ABCDEF", "8123456789abcdef0123456789abcdef", "00000000000000000000000000000000",
        "0023456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdeg", " 123456789abcdef0123456789abcdef",
        "+123456789abcdef0123456789abcdef", "01:3456789abcdef0123456789abcdef", "０123456789abcdef0123456789abcd",
    ]) func refused(hex: String) { #expect(CertificateSerial(hex: hex) == nil) }

    @Test(arguments: ["01000000000000000000000000000000", "7fffffffffffffffffffffffffffffff"])
    func sameSpellingInTheCertificate(hex: String) throws {
        let serial = try #require(CertificateSerial(hex: hex))
        #expect(try makeAuthority().client(serial: serial).serial == hex)
    }
}

@Suite struct CertificateTests {
    @Test func valuesComeBack() throws {
        let authority = try makeAuthority()
        let certificate = try authority.client(
            "Zoë 東京 🗝", organizations: ["b", "a", "b"], uris: ["urn:a:1", "urn:b:2"], emails: ["a@b", "c@d"])
        #expect(certificate.commonName == "Zoë 東京 🗝")
        #expect(certificate.organizations == ["b", "a", "b"])
        #expect(certificate.uris == ["urn:a:1", "urn:b:2"])
        #expect(certificate.emails == ["a@b", "c@d"])
        #expect(certificate.dnsNames.isEmpty)
        #expect(!certificate.isAuthority)
        #expect(certificate.fingerprint == SHA2.sha256(certificate.der))
        let server = try authority.server()
        #expect(server.dnsNames == ["localhost", "*.gatehouse.example"])
        #expect(server.uris.isEmpty)
        let again = try Certificate(pem: "subject=x\n" + certificate.pem() + "\n")
        #expect(again.der == certificate.der)
        #expect(again.serial == certificate.serial)
    }

    @Test func pemIsWhatTheProgramWrites() async throws {
        let certificate = try makeAuthority().client()
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("a.der", certificate.der)
            try await openssl("x509", "-inform", "DER", "-in", "a.der", "-out", "a.pem")
            #expect(try openssl.read("a.pem") == Array(certificate.pem().utf8))
            let printed = try await openssl("x509", "-in", "a.pem", "-noout", "-fingerprint", "-sha256", "-serial").text
            let digits = printed.lowercased().filter { $0 != ":" }
            #expect(digits.contains("fingerprint=" + hex(certificate.fingerprint)))
            #expect(digits.contains("serial=" + certificate.serial))
        }
    }

    @Test func certificatesOfOthers() throws {
        let folder = repository.appending(path: "fixtures")
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path())
        for file in files where file.hasSuffix(".pem") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            guard text.components(separatedBy: "BEGIN CERTIFICATE").count == 2 else { continue }
            #expect(throws: Never.self, "\(file)") { try Certificate(pem: text) }
        }
    }

    /// Made by the second implementation: what we never write, but may be shown.
    @Test(
        arguments: [
            ("two common names", "utf8only", "/CN=a/O=x/CN=b", "1", nil, ["x"], "01"),
            ("no subject", "utf8only", "/", "1", nil, [], "01"),
            ("BMPString", "MASK:0x0800", "/CN=Zoë/O=東京", "255", "Zoë", ["東京"], "ff"),
            ("T61String", "MASK:0x0004", "/CN=alice", "256", "alice", [], "0100"),
            ("both in one RDN", "utf8only", "/CN=a+O=x/O=y", "0x0abc", "a", ["x", "y"], "0abc"),
            ("zero", "utf8only", "/CN=a", "0", "a", [], "00"),
            (
                "20 bytes", "utf8only", "/CN=a", "0x7fffffffffffffffffffffffffffffffffffffff", "a", [],
                "7fffffffffffffffffffffffffffffffffffffff"
            ),
            ("21 bytes", "utf8only", "/CN=a", "0x0100000000000000000000000000000000000000ff", nil, [], nil),
            ("negative", "utf8only", "/CN=a", "-1", nil, [], nil),
        ] as [(String, String, String, String, String?, [String], String?)])
    func foreign(
        _ what: String, mask: String, subject: String, number: String, commonName: String?, organizations: [String],
        serial: String?
    ) async throws {
        let pem = try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("key.pem", try testKey("p256").reveal())
            try openssl.write("req.cnf", "[req]\nstring_mask=\(mask)\ndistinguished_name=dn\n[dn]\n")
            let made = try await openssl(
                "req", "-new", "-x509", "-utf8", "-multivalue-rdn", "-config", "req.cnf", "-key", "key.pem", "-subj",
                subject, "-set_serial", number, "-out", "a.pem")
            #expect(made.code == 0, "\(made.text)")
            return String(decoding: try openssl.read("a.pem"), as: UTF8.self)
        }
        guard let serial else {
            #expect(throws: CryptoFailure.unusableCertificate(.notReadable)) { try Certificate(pem: pem) }
            return
        }
        let certificate = try Certificate(pem: pem)
        #expect(certificate.commonName == commonName)
        #expect(certificate.organizations == organizations)
        #expect(certificate.serial == serial)
    }

    @Test func refused() throws {
        let certificate = try makeAuthority().client()
        let (der, pem) = (certificate.der, try certificate.pem())
        let body = pem.split(separator: "\n").dropFirst().dropLast().joined(separator: "\n")
        // The outer length in three bytes instead of two: BER, and a second fingerprint for the same certificate.
        let longer = [0x30, 0x83, 0x00] + der.dropFirst(2)
        for (what, bytes) in [
            ("nothing", []), ("a byte after it", der + [0]), ("twice", der + der),
            ("the last byte missing", der.dropLast()),
            ("PEM as DER", Array(pem.utf8)), ("too long", der + [UInt8](repeating: 0, count: Certificate.largest)),
            ("not DER", longer), ("an empty sequence", [0x30, 0]), ("endless", [0x30, 0x80, 0, 0]),
            ("a length of 2^63", [0x30, 0x88, 0x7F] + [UInt8](repeating: 0xFF, count: 7)),
        ] as [(String, [UInt8])] {
            #expect(throws: CryptoFailure.unusableCertificate(.notReadable), "\(what)") { try Certificate(der: bytes) }
        }
        for (what, text) in [
            ("nothing", ""), ("no PEM", "abc"), ("two of them", pem + pem), ("no end", String(pem.dropLast(20))),
            ("another label", pem.replacing("CERTIFICATE", with: "X509 CRL")),
            ("trusted", pem.replacing("CERTIFICATE", with: "TRUSTED CERTIFICATE")),
            ("old label", pem.replacing("CERTIFICATE", with: "X509 CERTIFICATE")),
            ("a second block, broken", pem + "-----BEGIN PRIVATE KEY-----\n"),
            ("a header", "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\n\(body)\n-----END CERTIFICATE-----\n"),
            ("not base64", pem.replacing("MII", with: "M!I")),
            ("too long", String(repeating: "\n", count: 2 * Certificate.largest) + pem),
        ] {
            #expect(throws: CryptoFailure.unusableCertificate(.notReadable), "\(what)") { try Certificate(pem: text) }
        }
        #expect(ERR_peek_error() == 0)
    }
}

/// Whatever the bytes are, the process lives, and nothing altered is taken.
@Suite struct HostileCertificateTests {
    private static func samples() throws -> (CertificateAuthority, [Certificate]) {
        let authority = try makeAuthority()
        return (authority, [authority.certificate, try authority.client(), try authority.server()])
    }

    private static func isTaken(_ bytes: [UInt8], by authority: CertificateAuthority) -> Bool {
        guard let certificate = try? Certificate(der: bytes) else { return false }
        return (try? authority.verifyClient(certificate, at: begin)) != nil
    }

    @Test func truncations() throws {
        let (_, certificates) = try Self.samples()
        for certificate in certificates {
            for count in 0..<certificate.der.count {
                #expect(throws: CryptoFailure.unusableCertificate(.notReadable)) {
                    try Certificate(der: Array(certificate.der.prefix(count)))
                }
            }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test func everyBit() throws {
        let authority = try makeAuthority()
        let der = try authority.client().der
        #expect(Self.isTaken(der, by: authority))
        for index in der.indices {
            for bit in 0..<8 {
                var altered = der
                altered[index] ^= 1 << UInt8(bit)
                #expect(!Self.isTaken(altered, by: authority), "byte \(index), bit \(bit)")
            }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test func fuzzedChanges() throws {
        let (authority, certificates) = try Self.samples()
        var random = SeededGenerator(seed: 509)
        for _ in 0..<3000 {
            var bytes = random.pick(certificates).der
            for _ in 0..<(1 + random.next() % 6) {
                let index = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes[index] = random.pick([0, 1, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF])  // lengths and tags
                case 2: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            let isOriginal = certificates.contains { $0.der == bytes }
            #expect(isOriginal || !Self.isTaken(bytes, by: authority), "\(hex(bytes))")
        }
    }

    /// One byte changed within the part that is signed: many of these can be read, and what is read keeps its promises.
    @Test func fuzzedByteInWhatIsSigned() throws {
        let authority = try makeAuthority()
        let leaf = try authority.client(organizations: ["a", "b"], emails: ["a@b"])
        var random = SeededGenerator(seed: 5280)
        var readable = 0
        for _ in 0..<2000 {
            var bytes = leaf.der
            // Near the end lie the key and the signature, whose changes only make them wrong.
            let index = 4 + Int(random.next() % UInt64(bytes.count - 80))
            bytes[index] = random.chance(50) ? UInt8(truncatingIfNeeded: random.next()) : bytes[index] ^ 1
            guard let certificate = try? Certificate(der: bytes) else { continue }
            readable += 1
            let texts = [certificate.serial] + certificate.uris + certificate.dnsNames + certificate.emails
            for text in texts { #expect(text.utf8.allSatisfy { (0x21...0x7E).contains($0) }) }
            #expect(certificate.serial.utf8.count <= 40)
            #expect(try Certificate(pem: certificate.pem()).der == bytes)
        }
        #expect(readable > 100)
    }
}
