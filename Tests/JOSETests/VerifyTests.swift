import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

@Suite struct VerifyTests {
    @Test(
        "Claims of a token that is signed well",
        arguments: [
            ("as expected", [:], nil),
            ("no iss", ["iss": nil], .missingClaim("iss")),
            ("another iss", ["iss": "https://evil.example"], .wrongIssuer),
            ("iss with a slash", ["iss": "https://idp.example/"], .wrongIssuer),
            ("iss in capitals", ["iss": "https://IDP.example"], .wrongIssuer),
            ("iss with a port", ["iss": "https://idp.example:443"], .wrongIssuer),
            ("iss with a space", ["iss": "https://idp.example "], .wrongIssuer),
            ("no aud", ["aud": nil], .missingClaim("aud")),
            ("another aud", ["aud": "https://other.example"], .wrongAudience),
            ("no aud in the list", ["aud": []], .wrongAudience),
            ("aud with a slash", ["aud": "https://id.example.com/"], .wrongAudience),
            ("aud of which ours is a part", ["aud": "https://id.example.com.evil.example"], .wrongAudience),
            ("aud that is a part of ours", ["aud": "https://id.example"], .wrongAudience),
            ("several, one ours", ["aud": ["https://other.example", "https://id.example.com"]], nil),
            ("several, none ours", ["aud": ["https://other.example", "https://more.example"]], .wrongAudience),
            ("no exp", ["exp": nil], .missingClaim("exp")),
            ("exp passed within the skew", ["exp": 941], nil),
            ("exp passed, skew too", ["exp": 940], .expired),
            ("exp 0", ["exp": 0], .expired),
            ("exp negative", ["exp": -1], .expired),
            ("exp the smallest", ["exp": .integer(.min)], .expired),
            ("exp the largest", ["exp": .integer(.max)], nil),
            ("no nbf", ["nbf": nil], nil),
            ("nbf within the skew", ["nbf": 1060], nil),
            ("nbf later", ["nbf": 1061], .notYetValid),
            ("nbf the largest", ["nbf": .integer(.max)], .notYetValid),
            ("nbf the smallest", ["nbf": .integer(.min)], nil),
            ("no iat", ["iat": nil], nil),
            ("iat within the skew", ["iat": 1060], nil),
            ("iat later", ["iat": 1061], .issuedInFuture),
            ("iat the largest", ["iat": .integer(.max)], .issuedInFuture),
            ("iat the smallest", ["iat": .integer(.min)], nil),
        ] as [(String, KeyValuePairs<String, JSONValue?>, TokenRejection?)])
    func claims(what: String, changes: KeyValuePairs<String, JSONValue?>, expected: TokenRejection?) throws {
        let sample = try Sample()
        let token = try sample.token(Sample.changed(changes))
        #expect(sample.outcome(token, try Sample.expectation()) == expected)
    }

    @Test func fractionsGoAgainstTheToken() throws {
        let sample = try Sample()
        let expectation = try Sample.expectation()
        for (name, text, expected) in [
            ("exp", "940.9", .expired), ("exp", "941.1", nil), ("nbf", "1060.1", .notYetValid), ("nbf", "1059.9", nil),
            ("iat", "1060.1", .issuedInFuture), ("iat", "1059.9", nil), ("exp", "1.3e3", nil),
            ("exp", "9.4e2", .expired),
        ] as [(String, String, TokenRejection?)] {
            let token = try sample.token(Sample.changed([name: number(text)]))
            #expect(sample.outcome(token, expectation) == expected, "\(name) \(text)")
        }
    }

    @Test func tightened() throws {
        let sample = try Sample()
        func check(
            _ changes: KeyValuePairs<String, JSONValue?>, _ expectation: JOSE.Expectation
        ) throws -> TokenRejection? {
            sample.outcome(try sample.token(Sample.changed(changes)), expectation)
        }
        #expect(try check([:], Sample.expectation(audiences: [])) == .wrongAudience)
        #expect(try check([:], Sample.expectation(algorithms: [])) == .algorithmNotAllowed)
        #expect(try check([:], Sample.expectation(algorithms: [.RS256, .ES384, .HS256])) == .algorithmNotAllowed)
        #expect(try check([:], Sample.expectation(type: .accessToken)) == .wrongType)
        #expect(try check(["iat": nil], Sample.expectation(requiresIssuedAt: true)) == .missingClaim("iat"))
        #expect(try check(["iat": nil], Sample.expectation(maximumAge: 100)) == .missingClaim("iat"))
        #expect(try check(["iat": nil], Sample.expectation(maximumLifetime: 100)) == .missingClaim("iat"))
        #expect(try check(["iat": 840], Sample.expectation(maximumAge: 100)) == nil)
        #expect(try check(["iat": 839], Sample.expectation(maximumAge: 100)) == .tooOld)
        #expect(try check(["iat": .integer(.min)], Sample.expectation(maximumAge: .max)) == .tooOld)
        #expect(try check(["iat": 1000], Sample.expectation(maximumLifetime: 300)) == nil)
        #expect(try check(["iat": 999], Sample.expectation(maximumLifetime: 300)) == .lifetimeTooLong)
        #expect(try check(["exp": .integer(.max)], Sample.expectation(maximumLifetime: 300)) == .lifetimeTooLong)
        #expect(try check(["exp": 1000], Sample.expectation(clockSkew: 0)) == .expired)
        #expect(try check(["exp": 1001], Sample.expectation(clockSkew: 0)) == nil)
        #expect(try check(["exp": 1000], Sample.expectation(clockSkew: -100)) == .expired)
        #expect(try check(["exp": 1001, "nbf": 1000, "iat": 1000], Sample.expectation(clockSkew: .min)) == nil)
        #expect(try check(["exp": .integer(.min + 1)], Sample.expectation(clockSkew: .max)) == .expired)
        #expect(try check([:], Sample.expectation(requiredClaims: ["sub"])) == nil)
        #expect(try check(["sub": nil], Sample.expectation(requiredClaims: ["sub"])) == .missingClaim("sub"))
        #expect(try check(["tid": .null], Sample.expectation(requiredClaims: ["tid"])) == .missingClaim("tid"))
        #expect(try check([:], Sample.expectation(requiredClaims: ["b", "a"])) == .missingClaim("a"))
    }

    @Test(arguments: [Int64.min, -1, 0, 1000, .max])
    func anyClock(now: Int64) throws {
        let sample = try Sample()
        let expectation = try Sample.expectation(maximumAge: .max, maximumLifetime: .max, clockSkew: .max)
        for value in [Int64.min, -1, 0, 1000, .max] {
            let token = try sample.token(
                Sample.changed(["exp": .integer(value), "nbf": .integer(value), "iat": .integer(value)]))
            _ = sample.outcome(token, expectation, now: NumericDate(seconds: now))  // answers, whatever it is
        }
        let past = now.addingReportingOverflow(-100)
        if !past.overflow {
            let token = try sample.token(Sample.changed(["exp": .integer(past.partialValue), "nbf": nil, "iat": nil]))
            #expect(sample.outcome(token, try Sample.expectation(), now: NumericDate(seconds: now)) == .expired)
        }
    }

    @Test func signatures() throws {
        let sample = try Sample()
        let expectation = try Sample.expectation()
        let token = try sample.token()
        let text = String(decoding: token, as: UTF8.self)
        let parts = text.split(separator: ".").map(String.init)
        let other = String(decoding: Sample.changed(["sub": "root"]).encoded(), as: UTF8.self)
        let rows: [(String, [UInt8], TokenRejection?)] = [
            ("as signed", token, nil),
            ("no signature", Array((parts[0] + "." + parts[1] + ".").utf8), .badSignature),
            (
                "the claims changed",
                Array([parts[0], Base64URL.encode(Array(other.utf8)), parts[2]].joined(separator: ".").utf8),
                .badSignature
            ),
            (
                "64 zero bytes (CVE-2022-21449)",
                compact("{\"alg\":\"ES256\"}", other) { _ in [UInt8](repeating: 0, count: 64) }, .badSignature
            ),
            (
                "DER instead of r and s", compact("{\"alg\":\"ES256\"}", other) { _ in [0x30, 6, 2, 1, 1, 2, 1, 1] },
                .badSignature
            ),
            (
                "another header, same signature",
                Array(
                    [Base64URL.encode(Array("{\"alg\":\"ES256\"}".utf8)), parts[1], parts[2]].joined(separator: ".")
                        .utf8), .badSignature
            ),
        ]
        for (what, token, expected) in rows { #expect(sample.outcome(token, expectation) == expected, "\(what)") }
        for index in token.indices where token[index] != UInt8(ascii: ".") {
            var altered = token
            altered[index] = altered[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(sample.outcome(altered, expectation) != nil, "byte \(index)")
        }
    }

    /// CVE-2015-9235 and its heirs: the public key's bytes, in every form there is, as an HMAC key.
    @Test func publicKeyIsNoSharedSecret() throws {
        let rsa = try SigningKey(pem: testKey("rsa2048"), algorithm: .RS256)
        let sample = try Sample()
        let pem = try #require(rsa.verificationKey.publicPEM)
        let jwk = rsa.publicJWK
        let modulus = try #require(jwk["n"]?.stringValue.flatMap { Base64URL.decode($0) })
        let claims = String(decoding: Sample.claims.encoded(), as: UTF8.self)
        for secret in [Array(pem.utf8), Array(pem.utf8.dropLast()), jwk.encoded(), modulus, []] {
            for kid in ["", ",\"kid\":\"\(rsa.keyID)\""] {
                let token = compact("{\"alg\":\"HS256\"\(kid)}", claims) { HMACKey(Secret(secret)).sha256($0) }
                let keys = KeySet([rsa.verificationKey])
                #expect(
                    sample.outcome(token, try Sample.expectation(algorithms: [.RS256]), keys: keys)
                        == .algorithmNotAllowed)
                #expect(
                    sample.outcome(token, try Sample.expectation(algorithms: [.RS256, .HS256]), keys: keys)
                        == .unknownKey)
                #expect(!rsa.verificationKey.verifies(try CompactJWS.parse(token)))
            }
        }
    }

    @Test func sharedSecretVerifiesNothingElse() throws {
        let secret = Secret([UInt8](repeating: 7, count: 32))
        let keys = try KeySet(sharedSecret: secret)
        let sample = try Sample()
        let claims = String(decoding: Sample.claims.encoded(), as: UTF8.self)
        let token = compact("{\"alg\":\"HS256\"}", claims) { HMACKey(secret).sha256($0) }
        #expect(sample.outcome(token, try Sample.expectation(algorithms: [.HS256]), keys: keys) == nil)
        #expect(
            sample.outcome(try sample.token(), try Sample.expectation(algorithms: [.HS256, .ES256]), keys: keys)
                == .unknownKey)
        let longer = compact("{\"alg\":\"HS512\"}", claims) { HMACKey(secret).sha512($0) }
        #expect(sample.outcome(longer, try Sample.expectation(algorithms: [.HS512]), keys: keys) == .unknownKey)
        let cut = compact("{\"alg\":\"HS256\"}", claims) { Array(HMACKey(secret).sha256($0).prefix(16)) }
        #expect(sample.outcome(cut, try Sample.expectation(algorithms: [.HS256]), keys: keys) == .badSignature)
    }

    /// Each check comes before the next, so an explanation may say what passed.
    @Test func orderOfChecks() throws {
        let sample = try Sample()
        // Everything is wrong at once; one thing after the other is put right.
        var claims = Sample.changed(["iss": "https://evil.example", "aud": "x", "exp": 1, "nbf": 5000, "iat": 5000])
        var header = "{\"alg\":\"ES256\",\"typ\":\"x\",\"kid\":\"unknown\"}"
        var algorithms: Set<SignatureAlgorithm> = []
        var keys = KeySet.empty
        var seen: [TokenCheck] = []
        func step(_ mutate: () throws -> Void = {}) throws {
            try mutate()
            let expectation = try Sample.expectation(algorithms: algorithms, requiredClaims: ["tid"])
            let outcome = sample.outcome(try sample.token(header: header, claims), expectation, keys: keys)
            if let outcome { seen.append(outcome.check) }
        }
        header = "{"
        try step()
        try step { header = "{\"alg\":\"ES256\",\"typ\":\"x\",\"kid\":\"unknown\"}" }
        try step { algorithms = [.ES256] }
        try step { header = "{\"alg\":\"ES256\",\"kid\":\"\(sample.key.keyID)\"}" }
        try step { claims["iss"] = "https://idp.example" }
        let other = try SigningKey(generating: .ES256)
        try step {
            keys = KeySet([other.verificationKey])
            header = "{\"alg\":\"ES256\"}"
        }
        try step { keys = sample.keys }
        try step { claims["aud"] = "https://id.example.com" }
        try step { claims["exp"] = 1300 }
        try step { claims["nbf"] = nil }
        try step { claims["iat"] = nil }
        #expect(seen == TokenCheck.allCases)
        try step { claims["tid"] = "t" }
        #expect(seen == TokenCheck.allCases)
    }

    @Test func codesAreStableAndDistinct() {
        let all: [TokenRejection] =
            [
                .tooLarge, .unencodedPayload, .unknownCritical, .malformedClaim("a"), .algorithmNotAllowed, .wrongType,
                .wrongIssuer,
                .unknownKey, .ambiguousKey, .badSignature, .wrongAudience, .expired, .lifetimeTooLong, .notYetValid,
                .issuedInFuture, .tooOld, .missingClaim("a"),
            ] + MalformedToken.allCases.map { .malformed($0) }
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(all.allSatisfy { $0.code.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") } })
        #expect(TokenRejection.malformed(.keyID).code == "malformed_key_id")
    }

    @Test func whatIsVerified() throws {
        let sample = try Sample()
        let token = try UnverifiedToken.parse(sample.token())
        let verified = try verify(token, Sample.expectation(), keys: sample.keys, now: Sample.now)
        #expect(verified.issuer.rawValue == Sample.issuer)
        #expect(verified.algorithm == .ES256)
        #expect(verified.key.keyID == sample.key.keyID)
        #expect(verified.claims.subject?.rawValue == "octo")
        #expect(verified.signingInputDigest == SHA2.sha256(Array(token.signingInput)))
        // ECDSA signatures differ each time, and can be changed into others; what they sign is the same token.
        #expect(try UnverifiedToken.parse(sample.token()).signingInputDigest == verified.signingInputDigest)
    }
}
