import COpenSSL
import OpenSSLCrypto
import Secrets
import Testing

private struct Material {
    let authority: CertificateAuthority
    let certificate: Certificate

    init() throws {
        authority = try makeAuthority()
        certificate = try authority.client()
    }

    func bundle(
        _ password: Secret = Secret(utf8: "correct horse"), name: String = "alice",
        encryption: PKCS12.Encryption = .aes256, iterations: Int = 100_000,
        key: Result<PrivateKeyHandle, any Error> = TestKeys.leaf
    ) throws -> [UInt8] {
        try PKCS12.bundle(
            key: key.get(), certificate: certificate, chain: [authority.certificate], password: password,
            friendlyName: name, encryption: encryption, iterations: iterations)
    }
}

@Suite struct PKCS12Tests {
    /// What came out, by another reader: the MAC, its count, and the scheme of each of the two safes.
    @Test(
        arguments: [
            (
                .aes256, 100_000, "MAC: sha256, Iteration 100000",
                "PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256"
            ),
            (
                .aes256, 150_000, "MAC: sha256, Iteration 150000",
                "PBES2, PBKDF2, AES-256-CBC, Iteration 150000, PRF hmacWithSHA256"
            ),
            (
                .tripleDES, 100_000, "MAC: sha1, Iteration 100000",
                "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 100000"
            ),
        ] as [(PKCS12.Encryption, Int, String, String)])
    func algorithms(encryption: PKCS12.Encryption, iterations: Int, mac: String, scheme: String) async throws {
        let material = try Material()
        let file = try material.bundle(encryption: encryption, iterations: iterations)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("a.p12", file)
            let info = try await openssl(
                "pkcs12", "-in", "a.p12", "-info", "-nodes", "-passin", "pass:correct horse")
            #expect(info.code == 0, "\(info.text)")
            let lines = info.text.split(separator: "\n")
            #expect(lines.contains { $0 == mac }, "\(info.text)")
            #expect(lines.contains { $0 == "MAC length: \(encryption == .aes256 ? 32 : 20), salt length: 16" })
            #expect(lines.contains { $0 == "PKCS7 Encrypted data: " + scheme }, "\(info.text)")
            #expect(lines.contains { $0 == "Shrouded Keybag: " + scheme }, "\(info.text)")
            #expect(!info.text.contains("RC2"))
            #expect(lines.count { $0.hasPrefix("PKCS7 ") } == 2)
            #expect(lines.count { $0 == "Certificate bag" } == 2)
            #expect(lines.count { $0 == "    friendlyName: alice" } == 2)
            #expect(lines.count { $0.hasPrefix("    localKeyID: ") } == 2)
        }
    }

    @Test(arguments: PKCS12.Encryption.allCases) func contentsComeBack(encryption: PKCS12.Encryption) async throws {
        let material = try Material()
        let file = try material.bundle(encryption: encryption)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("a.p12", file)
            let password = ["-passin", "pass:correct horse"]
            func extract(_ option: String...) async throws -> String {
                let arguments = ["pkcs12", "-in", "a.p12", "-nodes", "-out", "out.pem"] + option + password
                try await openssl.run(arguments)
                return String(decoding: try openssl.read("out.pem"), as: UTF8.self)
            }
            let key = try PrivateKeyHandle(pem: Secret(utf8: try await extract("-nocerts")))
            #expect(key.publicComponents == (try TestKeys.leaf.get().publicComponents))
            #expect(try Certificate(pem: await extract("-clcerts", "-nokeys")).der == material.certificate.der)
            #expect(
                try Certificate(pem: await extract("-cacerts", "-nokeys")).der == material.authority.certificate.der)
        }
    }

    /// Of 6 to 50 bytes, as the contract allows; characters of one to four bytes.
    @Test(
        arguments: [
            "pässwörd", "пароль", "東京", "🗝🗝🗝", "a b\"c\\d$e'f", String(repeating: "é", count: 25), "e\u{301}e\u{301}",
        ],
        PKCS12.Encryption.allCases)
    func passwords(password: String, encryption: PKCS12.Encryption) async throws {
        #expect((6...50).contains(password.utf8.count))
        let file = try Material().bundle(Secret(utf8: password), encryption: encryption)
        try await OpenSSLCommand.inNewFolder { openssl in
            try openssl.write("a.p12", file)
            for (candidate, isRight) in [(password, true), (String(password.dropLast()), false), ("", false)] {
                let result = try await openssl(
                    "pkcs12", "-in", "a.p12", "-nodes", "-noout", "-passin", "env:P12_PASSWORD",
                    environment: ["P12_PASSWORD": candidate, "LC_ALL": "C.UTF-8"])
                #expect((result.code == 0) == isRight, "\(candidate): \(result.text)")
            }
        }
    }

    @Test func neverTwiceTheSame() throws {
        let material = try Material()
        #expect(try material.bundle() != material.bundle())
    }

    @Test(
        arguments: [
            ("no password", Secret([]), "alice", 100_000, .password),
            ("NUL in the password", Secret(utf8: "abc\u{0}def"), "alice", 100_000, .password),
            ("not UTF-8", Secret([0x61, 0xFF, 0x62]), "alice", 100_000, .password),
            ("1,025 bytes", Secret([UInt8](repeating: 97, count: 1025)), "alice", 100_000, .password),
            ("no name", Secret(utf8: "secret"), "", 100_000, .friendlyName),
            ("a control", Secret(utf8: "secret"), "a\nb", 100_000, .friendlyName),
            ("NUL in the name", Secret(utf8: "secret"), "a\u{0}", 100_000, .friendlyName),
            ("beyond the first plane", Secret(utf8: "secret"), "🗝", 100_000, .friendlyName),
            ("256 characters", Secret(utf8: "secret"), String(repeating: "a", count: 256), 100_000, .friendlyName),
            ("99,999 times", Secret(utf8: "secret"), "alice", 99_999, .iterations),
            ("negative", Secret(utf8: "secret"), "alice", -1, .iterations),
            ("too often", Secret(utf8: "secret"), "alice", 10_000_001, .iterations),
            ("largest integer", Secret(utf8: "secret"), "alice", .max, .iterations),
        ] as [(String, Secret, String, Int, CertificateField)])
    func refused(_ what: String, password: Secret, name: String, iterations: Int, field: CertificateField) throws {
        let material = try Material()
        #expect(throws: CryptoFailure.unfitForCertificate(field)) {
            try material.bundle(password, name: name, iterations: iterations)
        }
        #expect(ERR_peek_error() == 0)
    }

    @Test func keyOfAnother() throws {
        let material = try Material()
        for key in [TestKeys.other, TestKeys.rsa] {
            #expect(throws: CryptoFailure.unusableCertificate(.keyDoesNotBelong)) { try material.bundle(key: key) }
        }
        #expect(ERR_peek_error() == 0)
    }
}
