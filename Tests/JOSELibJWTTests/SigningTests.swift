import Identifiers
import JOSE
import JOSELibJWT
import Secrets
import StrictJSON
import Testing

@Suite struct SigningTests {
    private let claims: JSONObject = ["iss": "client", "aud": "https://idp.example", "exp": 1300, "jti": "caf\u{E9}"]

    @Test(arguments: shared)
    func libJWTSignsAndWeVerify(file: String, algorithm: SignatureAlgorithm) throws {
        let pem = try testKey(file)
        for keyID in [nil, "key/1+="] {
            let text = try LibJWT.sign(claims: claims, algorithm: algorithm, key: pem, keyID: keyID)
            let token = try UnverifiedToken.parse(Array(text.utf8))
            #expect(token.claims.object == claims)
            #expect(token.algorithm == algorithm)
            #expect(token.type == "JWT")
            #expect(token.keyID?.rawValue == keyID)
            #expect(try SigningKey(pem: pem, algorithm: algorithm).verificationKey.verifies(token.jws))
        }
    }

    @Test(arguments: [SignatureAlgorithm.HS256, .HS384, .HS512])
    func sharedSecrets(algorithm: SignatureAlgorithm) throws {
        let text = try LibJWT.sign(claims: claims, algorithm: algorithm, key: secret, keyID: nil)
        let token = try UnverifiedToken.parse(Array(text.utf8))
        #expect(throws: Never.self) { try KeySet(sharedSecret: secret).verify(token.jws, allowing: [algorithm]) }
    }

    @Test func refused() throws {
        let (rsa, p256) = (try testKey("rsa2048"), try testKey("p256"))
        let rows: [(String, SignatureAlgorithm, Secret, LibJWTFailure)] = [
            ("PS256", .PS256, rsa, .algorithmNotSupported),
            ("EdDSA", .EdDSA, try testKey("ed25519"), .algorithmNotSupported),
            ("empty secret", .HS256, Secret([]), .unusableKey),
            ("short secret", .HS256, Secret([UInt8](repeating: 1, count: 31)), .unusableKey),
            ("short for HS512", .HS512, Secret([UInt8](repeating: 1, count: 63)), .unusableKey),
            ("EC for RS256", .RS256, p256, .unusableKey), ("RSA for ES256", .ES256, rsa, .unusableKey),
            ("P-256 for ES384", .ES384, p256, .unusableKey),
            ("encrypted: must not ask on the terminal", .ES256, try testKey("p256-encrypted"), .unusableKey),
            ("1024 bits", .RS256, try testKey("rsa1024"), .unusableKey),
            ("no PEM", .RS256, Secret(utf8: "hunter2"), .unusableKey),
            ("empty PEM", .RS256, Secret([]), .unusableKey),
            ("secp256k1", .ES256, try testKey("secp256k1"), .unusableKey),
        ]
        for (what, algorithm, key, failure) in rows {
            #expect(throws: failure, "\(what)") {
                try LibJWT.sign(claims: claims, algorithm: algorithm, key: key, keyID: nil)
            }
        }
        #expect(throws: LibJWTFailure.notRepresentable) {
            try LibJWT.sign(claims: claims, algorithm: .HS256, key: secret, keyID: "a\0b")
        }
        // A number that C's long and double cannot hold would arrive as another: it does not leave.
        let number = try JSONValue.parse(Array("12345678901234567890123".utf8))
        #expect(throws: LibJWTFailure.self) {
            try LibJWT.sign(claims: ["n": number], algorithm: .HS256, key: secret, keyID: nil)
        }
    }

    @Test(
        arguments: [
            ("rsa2048", .RS256, .verified), ("rsa2048", .RS512, .verified), ("p256", .ES256, .verified),
            ("p384", .ES384, .verified),
            ("p521", .ES512, .verified), ("ed25519", .EdDSA, .notSupported), ("rsa2048", .PS256, .notSupported),
        ] as [(String, SignatureAlgorithm, LibJWT.ProbeResult)])
    func probe(file: String, algorithm: SignatureAlgorithm, expected: LibJWT.ProbeResult) throws {
        #expect(try LibJWT.probe(SigningKey(pem: testKey(file), algorithm: algorithm)) == expected)
    }
}
