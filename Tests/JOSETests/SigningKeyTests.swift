import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

private let files: [(String, SignatureAlgorithm)] = [
    ("rsa2048", .RS256), ("rsa3072", .RS384), ("rsa2048", .RS512), ("rsa2048", .PS256), ("rsa3072", .PS384),
    ("rsa3072", .PS512),
    ("p256", .ES256), ("p384", .ES384), ("p521", .ES512), ("ed25519", .EdDSA),
]

@Suite struct SigningKeyTests {
    @Test(arguments: files)
    func signedIsVerifiedFromThePublishedSet(name: String, algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(pem: testKey(name), algorithm: algorithm)
        let token = try key.sign(type: "at+jwt", claims: Sample.claims)
        let set = try KeySet(jwks: (["keys": [key.publicJWK]] as JSONObject).encoded())
        let parsed = try UnverifiedToken.parse(token.reveal())
        #expect(
            parsed.header == [
                "alg": JSONValue(algorithm.rawValue), "typ": "at+jwt", "kid": JSONValue(key.keyID.rawValue),
            ])
        #expect(parsed.claims.object == Sample.claims)
        let expectation = try Sample.expectation(algorithms: [algorithm], type: .accessToken)
        let verified = try verify(parsed, expectation, keys: set, now: Sample.now)
        #expect(verified.key.thumbprint == key.keyID.rawValue)
        #expect(key.verificationKey.verifies(parsed.jws))
        #expect(key.publicJWK["alg"] == JSONValue(algorithm.rawValue))
        #expect(key.publicJWK["use"] == "sig")
        for name in ["d", "p", "q", "dp", "dq", "qi", "k"] { #expect(key.publicJWK[name] == nil) }
    }

    @Test(arguments: files)
    func keysThatDoNotFitAreRefused(name: String, algorithm: SignatureAlgorithm) throws {
        let pem = try testKey(name)
        for other in SignatureAlgorithm.allCases {
            let fits =
                files.contains { $0.0.prefix(3) == name.prefix(3) && $0.1 == other }
                && (name.prefix(1) != "p" || other == algorithm)
            if fits {
                #expect(throws: Never.self) { try SigningKey(pem: pem, algorithm: other) }
            } else {
                #expect(throws: CryptoFailure.schemeDoesNotFit) { try SigningKey(pem: pem, algorithm: other) }
            }
        }
    }

    @Test(arguments: [SignatureAlgorithm.ES256, .ES384, .ES512, .EdDSA, .RS256])
    func generated(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(generating: algorithm)
        let again = try SigningKey(pem: key.pem(), algorithm: algorithm)
        #expect(again.keyID == key.keyID)
        #expect(again.publicJWK == key.publicJWK)
        let other = try SigningKey(pem: testKey("p256"), algorithm: .ES256)
        #expect(other.keyID != key.keyID)
        let jws = try CompactJWS.parse(key.sign(type: "JWT", payload: [1, 2, 3]).reveal())
        #expect(key.verificationKey.verifies(jws))
        #expect(!other.verificationKey.verifies(jws))
    }

    @Test(arguments: [SignatureAlgorithm.HS256, .HS384, .HS512]) func sharedSecretsAreNotGenerated(
        algorithm: SignatureAlgorithm
    ) {
        #expect(throws: CryptoFailure.schemeDoesNotFit) { try SigningKey(generating: algorithm) }
    }

    /// Neither printing nor reflection shows key bytes, nor does an error.
    @Test func privateKeyIsNotShown() throws {
        let pem = try testKey("p256")
        let body = pem.revealText().split(separator: "\n")[1]
        let key = try SigningKey(pem: pem, algorithm: .ES256)
        var shown = String(reflecting: key) + String(describing: key) + String(reflecting: pem)
        dump(key, to: &shown)
        #expect(!shown.contains(body))
        let token = try key.sign(type: "JWT", claims: [:])
        #expect("\(token)" == "Secret(redacted)")
        var parsed = ""
        dump(try UnverifiedToken.parse(token.reveal()), to: &parsed)
        for part in token.revealText().split(separator: ".") { #expect(!parsed.contains(part)) }
        let error = #expect(throws: CryptoFailure.self) {
            try SigningKey(pem: Secret(utf8: "hunter2"), algorithm: .ES256)
        }
        #expect(error.map { String(reflecting: $0).contains("hunter2") } == false)
    }
}
