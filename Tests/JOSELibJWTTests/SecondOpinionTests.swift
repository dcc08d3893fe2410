import JOSE
import JOSELibJWT
import OpenSSLCrypto
import Secrets
import SeededRandom
import StrictJSON
import Testing

private let claims: JSONObject = [
    "iss": "https://id.example.com", "sub": "caf\u{E9} \u{1F511}", "aud": ["a", "b"], "exp": .integer(.max), "iat": -1,
    "nested": ["list": [1, true, nil, "x"], "empty": [:]],
]

/// Two implementations that share no code above OpenSSL: what ours signs, the other verifies; what the other refuses,
/// ours refuses.
@Suite struct SecondOpinionTests {
    /// Whether both say yes.
    private func opinions(
        _ token: [UInt8], keys: KeySet, _ key: LibJWT.Key, _ algorithm: SignatureAlgorithm
    ) -> (ours: Bool, theirs: Bool) {
        let ours = (try? UnverifiedToken.parse(token)).map { (try? keys.verify($0.jws, allowing: [algorithm])) != nil }
        return (ours ?? false, LibJWT.verify(token: token, key: key, algorithm: algorithm))
    }

    @Test(arguments: shared)
    func whatWeSignVerifiesInLibJWT(file: String, algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey(pem: testKey(file), algorithm: algorithm)
        let pem = LibJWT.Key.publicKeyPEM(try #require(key.verificationKey.publicPEM))
        for _ in 0..<10 {  // ECDSA signatures differ each time
            let token = try key.sign(type: "JWT", claims: claims).reveal()
            #expect(LibJWT.verify(token: token, key: pem, algorithm: algorithm))
            for (_, other) in shared where other != algorithm {
                #expect(!LibJWT.verify(token: token, key: pem, algorithm: other))
            }
        }
    }

    @Test(arguments: [(SignatureAlgorithm.HS256, HashFunction.sha256), (.HS384, .sha384), (.HS512, .sha512)])
    func whatWeAuthenticateVerifiesInLibJWT(algorithm: SignatureAlgorithm, hash: HashFunction) throws {
        let token = compact("{\"alg\":\"\(algorithm)\",\"typ\":\"JWT\"}", "{\"sub\":\"a\"}") {
            HMACKey(secret).code(hash, $0.span)
        }
        let (ours, theirs) = opinions(token, keys: try KeySet(sharedSecret: secret), .sharedSecret(secret), algorithm)
        #expect(ours)
        #expect(theirs)
    }

    /// Changed tokens: whenever libjwt refuses, so do we. The other way round it need not hold, see the rows below.
    @Test(arguments: shared + [("", .HS256)])
    func changedTokens(file: String, algorithm: SignatureAlgorithm) throws {
        let keys: KeySet
        let theirKey: LibJWT.Key
        let good: [UInt8]
        if algorithm.isSymmetric {
            (keys, theirKey) = (try KeySet(sharedSecret: secret), .sharedSecret(secret))
            good = hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
        } else {
            let key = try SigningKey(pem: testKey(file), algorithm: algorithm)
            keys = KeySet([key.verificationKey])
            theirKey = .publicKeyPEM(try #require(key.verificationKey.publicPEM))
            good = try key.sign(type: "JWT", claims: ["sub": "a"]).reveal()
        }
        let both = opinions(good, keys: keys, theirKey, algorithm)
        #expect(both.ours)
        #expect(both.theirs)
        var random = SeededGenerator(seed: 1102)
        for _ in 0..<250 {
            var token = good
            let index = Int.random(in: 0..<token.count, using: &random)
            switch Int.random(in: 0...3, using: &random) {
            case 0: token[index] = UInt8.random(in: 1...127, using: &random)
            case 1: token.remove(at: index)
            case 2: token.insert(Array("Az09-_.=+/ ".utf8).randomElement(using: &random) ?? 0, at: index)
            default: token = Array(token.prefix(index))
            }
            let (ours, theirs) = opinions(token, keys: keys, theirKey, algorithm)
            if ours, !theirs { Issue.record("only we accept: \(String(decoding: token, as: UTF8.self))") }
            if ours, token != good {
                Issue.record("we accept a changed token: \(String(decoding: token, as: UTF8.self))")
            }
        }
    }

    /// What libjwt 1.10.2 takes and we do not: why nothing inbound may reach it. A row that changes with a new libjwt
    /// shows here.
    @Test func knownLeniencies() throws {
        let rows: [(String, [UInt8], TokenRejection)] = [
            ("unknown crit", hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[\"x\"]}"), .unknownCritical),
            ("b64 false", hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"b64\":false}"), .unencodedPayload),
            (
                "a duplicate in the claims",
                hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"sub\":\"a\",\"sub\":\"b\"}"), .malformed(.payload)
            ),
            (
                "a duplicate in the header", hs256("{\"alg\":\"none\",\"alg\":\"HS256\",\"typ\":\"JWT\"}"),
                .malformed(.header)
            ),
            ("exp a text", hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"exp\":\"1\"}"), .malformedClaim("exp")),
            ("alg in another case", hs256("{\"alg\":\"hs256\",\"typ\":\"JWT\"}"), .algorithmNotAllowed),
            ("kid a number", hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":1}"), .malformed(.keyID)),
        ]
        for (what, token, expected) in rows {
            #expect(LibJWT.verify(token: token, key: .sharedSecret(secret), algorithm: .HS256), "libjwt: \(what)")
            #expect(throws: expected, "\(what)") { try UnverifiedToken.parse(token) }
        }
        // Padding behind an RSA or ECDSA signature.
        let signer = try SigningKey(pem: testKey("p256"), algorithm: .ES256)
        let padded = try signer.sign(type: "JWT", claims: claims).reveal() + Array("==".utf8)
        let pem = LibJWT.Key.publicKeyPEM(try #require(signer.verificationKey.publicPEM))
        #expect(LibJWT.verify(token: padded, key: pem, algorithm: .ES256))
        #expect(throws: TokenRejection.malformed(.encoding)) { try UnverifiedToken.parse(padded) }
        // A secret of one byte: libjwt asks for no length.
        let short = Secret([1])
        let token = hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", key: short)
        #expect(LibJWT.verify(token: token, key: .sharedSecret(short), algorithm: .HS256))
        #expect(throws: KeySetFailure.secretTooShort) { try KeySet(sharedSecret: short) }
    }

    /// What we take and libjwt 1.10.2 does not know.
    @Test func knownGaps() throws {
        let key = try SigningKey(pem: testKey("p256"), algorithm: .ES256)
        let pem = LibJWT.Key.publicKeyPEM(try #require(key.verificationKey.publicPEM))
        let accessToken = try key.sign(type: "at+jwt", claims: claims).reveal()
        #expect(key.verificationKey.verifies(try CompactJWS.parse(accessToken)))
        #expect(!LibJWT.verify(token: accessToken, key: pem, algorithm: .ES256))
        for algorithm in [SignatureAlgorithm.PS256, .PS384, .PS512, .EdDSA] { #expect(!LibJWT.supports(algorithm)) }
    }

    @Test func misuseIsRefusedHere() throws {
        let token = hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
        let pem = try #require(SigningKey(pem: testKey("rsa2048"), algorithm: .RS256).verificationKey.publicPEM)
        // An empty key makes libjwt skip the signature; an RSA key as an HMAC key is the oldest trick.
        #expect(!LibJWT.verify(token: token, key: .sharedSecret(Secret([])), algorithm: .HS256))
        #expect(!LibJWT.verify(token: token, key: .publicKeyPEM(""), algorithm: .RS256))
        #expect(!LibJWT.verify(token: token, key: .publicKeyPEM(pem), algorithm: .HS256))
        let confused = hs256("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", key: Secret(utf8: pem))
        #expect(!LibJWT.verify(token: confused, key: .publicKeyPEM(pem), algorithm: .RS256))
        #expect(!LibJWT.verify(token: confused, key: .publicKeyPEM(pem), algorithm: .HS256))
        #expect(!LibJWT.verify(token: [], key: .sharedSecret(secret), algorithm: .HS256))
        #expect(!LibJWT.verify(token: token + [0], key: .sharedSecret(secret), algorithm: .HS256))
        #expect(
            !LibJWT.verify(token: Array("eyJhbGciOiJub25lIn0.e30.".utf8), key: .sharedSecret(secret), algorithm: .HS256)
        )
        #expect(
            !LibJWT.verify(
                token: [UInt8](repeating: 0x41, count: 20_000), key: .sharedSecret(secret), algorithm: .HS256))
    }
}
