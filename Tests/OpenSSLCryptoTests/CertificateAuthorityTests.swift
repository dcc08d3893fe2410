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

@Suite struct IssuingRefusalTests {
    private static let long = String(repeating: "é", count: 64)

    @Test(
        arguments: [
            ("64 characters of two bytes", long, ["gatehouse:tenant"], nil), ("empty", "", [], .commonName),
            ("65 characters", long + "x", [], .commonName), ("NUL", "alice\u{0}admin", [], .commonName),
            ("line feed", "alice\nO=admins", [], .commonName), ("delete", "alice\u{7F}", [], .commonName),
            ("C1 control", "alice\u{85}", [], .commonName), ("line separator", "alice\u{2028}", [], .commonName),
            ("punctuation is only text", "alice/O=admins,CN=root+OU=x", [], nil),
            ("empty organization", "alice", ["a", ""], .organization),
            ("long organization", "alice", [long + "x"], .organization),
            ("NUL in an organization", "alice", ["a\u{0}"], .organization),
            ("32 organizations", "alice", Array(repeating: "a", count: 32), nil),
            ("33 organizations", "alice", Array(repeating: "a", count: 33), .organization),
        ] as [(String, String, [String], CertificateField?)])
    func names(_ what: String, commonName: String, organizations: [String], refused: CertificateField?) throws {
        if let refused {
            #expect(throws: CryptoFailure.unfitForCertificate(refused)) {
                try CertificateName(commonName: commonName, organizations: organizations)
            }
        } else {
            let certificate = try makeAuthority().client(commonName, organizations: organizations)
            #expect(certificate.commonName == commonName)
            #expect(certificate.organizations == organizations)
        }
    }

    @Test(
        arguments: [
            ("a URI", "https://a.example/?x=1,2;DNS:b", nil), ("a URN", "urn:uuid:1", nil), ("empty", "", nil),
            ("no scheme", "a.example/x", ""), ("nothing after the scheme", "https:", ""),
            ("a digit first", "1a:b", ""), ("a space", "https://a.example/ x", ""),
            ("a line feed", "https://a.example/\nDNS:b", ""), ("NUL", "https://a.example/\u{0}", ""),
            ("not ASCII", "https://é.example/", ""),
            ("2,049 bytes", "https://" + String(repeating: "a", count: 2041), ""),
        ] as [(String, String, String?)])
    func uris(_ what: String, uri: String, refused: String?) throws {
        let authority = try makeAuthority()
        guard refused != nil || uri.isEmpty else {
            return #expect(try authority.client(uris: [uri], crlURL: uri).uris == [uri])
        }
        #expect(throws: CryptoFailure.unfitForCertificate(.alternativeName)) { try authority.client(uris: [uri]) }
        #expect(throws: CryptoFailure.unfitForCertificate(.revocationURL)) { try authority.client(crlURL: uri) }
    }

    @Test(
        arguments: [
            ("plus and comma", "a+b,c@example.org", true), ("no at", "example.org", false), ("two", "a@b@c", false),
            ("nobody", "@example.org", false), ("nowhere", "a@", false), ("a space", "a b@example.org", false),
            ("a line feed", "a@example.org\nURI:x", false), ("NUL", "a\u{0}@example.org", false),
            ("not ASCII", "ä@example.org", false), ("empty", "", false),
        ] as [(String, String, Bool)])
    func emails(_ what: String, email: String, isTaken: Bool) throws {
        let authority = try makeAuthority()
        if isTaken {
            #expect(try authority.client(emails: [email]).emails == [email])
        } else {
            #expect(throws: CryptoFailure.unfitForCertificate(.alternativeName)) {
                try authority.client(emails: [email])
            }
        }
    }

    @Test(
        arguments: [
            ("a name", "gatehouse.example", true), ("one label", "localhost", true), ("digits", "1.example", true),
            ("an asterisk", "*.a.example", true), ("an asterisk above a domain", "*.example", false),
            ("an asterisk in a label", "a*.b.example", false), ("empty", "", false), ("two dots", "a..b", false),
            ("a dot last", "a.example.", false), ("a hyphen first", "-a.example", false),
            ("an underscore", "a_b.example", false), ("not ASCII", "é.example", false), ("NUL", "a\u{0}b", false),
            ("64 characters", String(repeating: "a", count: 64), false),
            ("254 characters", String(repeating: "a.", count: 127), false), ("a URI", "https://a.example", false),
        ] as [(String, String, Bool)])
    func dnsNames(_ what: String, name: String, isTaken: Bool) throws {
        let authority = try makeAuthority()
        if isTaken {
            #expect(try authority.server([name]).dnsNames == [name])
        } else {
            #expect(throws: CryptoFailure.unfitForCertificate(.alternativeName)) { try authority.server([name]) }
        }
    }

    @Test(arguments: [
        "", "127.0.0", "127.0.0.256", "127.0.0.1 ", "127.0.0.01x", "::1%lo", ":::", "1::1::1", "::1\u{0}", "a",
    ])
    func addresses(text: String) throws {
        let authority = try makeAuthority()
        #expect(throws: CryptoFailure.unfitForCertificate(.alternativeName)) { try authority.server([], [text]) }
    }

    @Test(
        arguments: [
            ("before 1970", -1, begin, .time), ("after 9999", begin, 253_402_300_800, .time),
            ("largest integer", begin, .max, .time), ("smallest integer", .min, begin, .time),
            ("end before start", begin, begin - 1, .time), ("one second", begin, begin, nil),
            ("to the authority's end", begin, begin + 10 * year, nil),
            ("a second longer", begin, begin + 10 * year + 1, .outlivesAuthority),
        ] as [(String, Int64, Int64, CertificateField?)])
    func times(_ what: String, start: Int64, end: Int64, refused: CertificateField?) throws {
        let authority = try makeAuthority()
        if let refused {
            #expect(throws: CryptoFailure.unfitForCertificate(refused)) { try authority.client(from: start, to: end) }
        } else {
            let certificate = try authority.client(from: start, to: end)
            #expect(certificate.notBefore == start)
            #expect(certificate.notAfter == end)
        }
    }

    /// RFC 5280 §4.1.2.5: the form changes with the year 2050.
    @Test(
        arguments: [
            (0, "UTCTIME", "700101000000Z"), (951_782_400, "UTCTIME", "000229000000Z"),
            (2_524_607_999, "UTCTIME", "491231235959Z"), (2_524_608_000, "GENERALIZEDTIME", "20500101000000Z"),
            (4_107_542_400, "GENERALIZEDTIME", "21000301000000Z"),
            (253_402_300_799, "GENERALIZEDTIME", "99991231235959Z"),
        ] as [(Int64, String, String)])
    func formOfTimes(seconds: Int64, type: String, text: String) async throws {
        let certificate = try makeAuthority(from: seconds, to: seconds).certificate
        #expect(certificate.notBefore == seconds)
        #expect(certificate.notAfter == seconds)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("ca.der", certificate.der)
            let lines = try await openssl("asn1parse", "-inform", "DER", "-in", "ca.der").text.split(separator: "\n")
            #expect(lines.filter { $0.contains(type) && $0.hasSuffix(":" + text) }.count == 2)
        }
    }
}

@Suite struct GivenAuthorityTests {
    @Test func madeIsTakenAgain() throws {
        let made = try makeAuthority()
        let again = try CertificateAuthority(
            certificate: Certificate(pem: made.certificate.pem()), key: TestKeys.authority.get())
        #expect(throws: Never.self) { try again.verifyClient(made.client(), at: begin) }
        #expect(throws: Never.self) { try made.verifyClient(again.client(), at: begin) }
    }

    /// Certificates of the second implementation, each lacking one thing.
    @Test(
        arguments: [
            ("all of it", "p256", "CA:TRUE", "keyCertSign,cRLSign", nil, nil),
            ("RSA", "rsa2048", "CA:TRUE", "keyCertSign,cRLSign", nil, nil),
            ("more uses", "p384", "CA:TRUE,pathlen:3", "keyCertSign,cRLSign,digitalSignature", nil, nil),
            ("clients allowed", "p256", "CA:TRUE", "keyCertSign,cRLSign", "extendedKeyUsage=clientAuth", nil),
            ("CA:FALSE", "p256", "CA:FALSE", "digitalSignature", nil, .notAuthority),
            ("no basic constraints", "p256", nil, "keyCertSign,cRLSign", nil, .notAuthority),
            ("no key usage", "p256", "CA:TRUE", nil, nil, .mayNotSign),
            ("no cRLSign", "p256", "CA:TRUE", "keyCertSign", nil, .mayNotSign),
            ("no keyCertSign", "p256", "CA:TRUE", "cRLSign", nil, .mayNotSign),
            ("for servers", "p256", "CA:TRUE", "keyCertSign,cRLSign", "extendedKeyUsage=serverAuth", .mayNotSign),
            (
                "name constraints", "p256", "CA:TRUE", "keyCertSign,cRLSign",
                "nameConstraints=critical,permitted;DNS:a.example", .unknownCriticalExtension
            ),
            (
                "unknown and critical", "p256", "CA:TRUE", "keyCertSign,cRLSign", "1.2.3.4=critical,DER:0500",
                .unknownCriticalExtension
            ),
            ("P-521", "p521", "CA:TRUE", "keyCertSign,cRLSign", nil, .unsupportedKey),
            ("Ed25519", "ed25519", "CA:TRUE", "keyCertSign,cRLSign", nil, .unsupportedKey),
        ] as [(String, String, String?, String?, String?, CertificateDefect?)])
    func foreign(
        _ what: String, key: String, constraints: String?, usage: String?, extra: String?, defect: CertificateDefect?
    ) async throws {
        let pem = try testKey(key)
        let certificate = try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("key.pem", pem.reveal())
            let extensions = [
                constraints.map { "basicConstraints=critical,\($0)" }, usage.map { "keyUsage=critical,\($0)" }, extra,
            ].compactMap { $0 }
            let configuration = "[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n[v3]\n"
            try openssl.write("req.cnf", configuration + extensions.joined(separator: "\n") + "\n")
            let made = try await openssl(
                "req", "-new", "-x509", "-config", "req.cnf", "-key", "key.pem", "-subj", "/CN=Foreign", "-days",
                "3650", "-out", "ca.pem")
            #expect(made.code == 0, "\(made.text)")
            return try Certificate(pem: String(decoding: openssl.read("ca.pem"), as: UTF8.self))
        }
        let handle = try PrivateKeyHandle(pem: pem)
        if let defect {
            #expect(throws: CryptoFailure.unusableCertificate(defect)) {
                try CertificateAuthority(certificate: certificate, key: handle)
            }
        } else {
            let authority = try CertificateAuthority(certificate: certificate, key: handle)
            let now = certificate.notBefore
            let client = try authority.client(from: now, to: certificate.notAfter)
            #expect(throws: Never.self) { try authority.verifyClient(client, at: now) }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test func keyOfAnother() throws {
        let certificate = try makeAuthority().certificate
        for key in [TestKeys.other, TestKeys.rsa, TestKeys.p384] {
            #expect(throws: CryptoFailure.unusableCertificate(.keyDoesNotBelong)) {
                try CertificateAuthority(certificate: certificate, key: key.get())
            }
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test func weakerRootsAreNotMade() throws {
        for kind in [PrivateKeyHandle.Kind.p521, .ed25519] {
            let key = try PrivateKeyHandle(generating: kind)
            #expect(throws: CryptoFailure.unusableCertificate(.unsupportedKey)) { try makeAuthority(.success(key)) }
        }
    }
}
