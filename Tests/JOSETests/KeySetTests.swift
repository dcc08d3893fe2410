import FoundationEssentials
import Identifiers
import JOSE
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// RFC 7517 A.1's RSA key and RFC 7515 A.3's EC key, changed as told.
private func rsa(_ changes: KeyValuePairs<String, JSONValue?> = [:]) throws -> JSONValue {
    try changed(#require(try fixture("rfc7515.json")["keys"]?["A.2"]), changes)
}
private func ec(_ changes: KeyValuePairs<String, JSONValue?> = [:]) throws -> JSONValue {
    try changed(#require(try fixture("rfc7515.json")["keys"]?["A.3"]), changes)
}
private func okp(_ changes: KeyValuePairs<String, JSONValue?> = [:]) throws -> JSONValue {
    try changed(#require(try fixture("rfc8037.json")["key"]), changes)
}
private func oct(_ changes: KeyValuePairs<String, JSONValue?> = [:]) throws -> JSONValue {
    try changed(#require(try fixture("rfc7515.json")["keys"]?["A.1"]), changes)
}
private func changed(_ key: JSONValue, _ changes: KeyValuePairs<String, JSONValue?>) throws -> JSONValue {
    var object = try #require(key.objectValue)
    for (name, value) in changes { object[name] = value }
    return .object(object)
}
private func found(_ match: KeyMatch) -> String {
    switch match {
    case .one(let key): key.keyID?.rawValue ?? "without a name"
    case .none: "none"
    case .ambiguous: "ambiguous"
    }
}

@Suite struct KeySetTests {
    @Test func skipped() throws {
        let rows: [(String, JSONValue, SkippedKeyReason)] = [
            ("a text", "key", .notAnObject), ("null", .null, .notAnObject), ("an array", [], .notAnObject),
            ("no kty", try rsa(["kty": nil]), .unsupportedKeyType),
            ("kty of another case", try rsa(["kty": "rsa"]), .unsupportedKeyType),
            ("kty unknown", try rsa(["kty": "AKP"]), .unsupportedKeyType),
            ("kty a number", try rsa(["kty": 1]), .unsupportedKeyType),
            ("kid a number", try rsa(["kid": 1]), .malformedKeyID),
            ("kid empty", try rsa(["kid": ""]), .malformedKeyID),
            ("kid null", try rsa(["kid": .null]), .malformedKeyID),
            ("for encryption", try rsa(["use": "enc"]), .notForSignatures),
            ("use in capitals", try rsa(["use": "SIG"]), .notForSignatures),
            ("use null", try rsa(["use": .null]), .notForSignatures),
            ("may sign only", try rsa(["key_ops": ["sign"]]), .notForSignatures),
            ("may do nothing", try rsa(["key_ops": []]), .notForSignatures),
            ("key_ops a text", try rsa(["key_ops": "verify"]), .notForSignatures),
            ("private RSA", try rsa(["d": "AQAB"]), .privateMaterial),
            ("a prime", try rsa(["p": "AQAB"]), .privateMaterial),
            ("more primes", try rsa(["oth": []]), .privateMaterial),
            ("private EC", try ec(["d": "AQAB"]), .privateMaterial),
            ("private OKP", try okp(["d": "AQAB"]), .privateMaterial),
            ("no n", try rsa(["n": nil]), .malformedMember("n")),
            ("n padded", try rsa(["n": "AQAB="]), .malformedMember("n")),
            ("n empty", try rsa(["n": ""]), .malformedMember("n")),
            ("n a number", try rsa(["n": 3]), .malformedMember("n")),
            ("no e", try rsa(["e": nil]), .malformedMember("e")),
            ("e a number", try rsa(["e": 65537]), .malformedMember("e")),
            ("n short", try rsa(["n": "AQAB"]), .unusable(.modulusTooSmall)),
            ("e 1", try rsa(["e": "AQ"]), .unusable(.exponentOutOfRange)),
            ("e even", try rsa(["e": "BA"]), .unusable(.exponentOutOfRange)),
            ("e 0", try rsa(["e": "AA"]), .unusable(.exponentOutOfRange)),
            ("no crv", try ec(["crv": nil]), .unsupportedCurve),
            ("secp256k1", try ec(["crv": "secp256k1"]), .unsupportedCurve),
            ("P-256K", try ec(["crv": "P-256K"]), .unsupportedCurve),
            ("crv a number", try ec(["crv": 256]), .unsupportedCurve),
            ("Ed25519 as EC", try ec(["crv": "Ed25519"]), .unsupportedCurve),
            ("P-384 with P-256's point", try ec(["crv": "P-384"]), .unusable(.wrongLength)),
            ("no y", try ec(["y": nil]), .malformedMember("y")),
            ("x with left-over bits", try ec(["x": "AB"]), .malformedMember("x")),
            ("not on the curve", try ec(["y": ec()["x"]]), .unusable(.notOnCurve)),
            ("x25519", try okp(["crv": "X25519"]), .unsupportedCurve),
            ("Ed448", try okp(["crv": "Ed448"]), .unsupportedCurve),
            ("P-256 as OKP", try okp(["crv": "P-256"]), .unsupportedCurve),
            ("no x", try okp(["x": nil]), .malformedMember("x")),
            ("x short", try okp(["x": "AQAB"]), .unusable(.wrongLength)),
            (
                "all zero", try okp(["x": JSONValue(Base64URL.encode([UInt8](repeating: 0, count: 32)))]),
                .unusable(.smallOrder)
            ),
            ("RSA for ES256", try rsa(["alg": "ES256"]), .unsupportedAlgorithm),
            ("RSA for HS256", try rsa(["alg": "HS256"]), .unsupportedAlgorithm),
            ("RSA for RSA-OAEP", try rsa(["alg": "RSA-OAEP"]), .unsupportedAlgorithm),
            ("RSA for none", try rsa(["alg": "none"]), .unsupportedAlgorithm),
            ("alg a number", try rsa(["alg": 1]), .unsupportedAlgorithm),
            ("alg null", try rsa(["alg": .null]), .unsupportedAlgorithm),
            ("P-256 for ES384", try ec(["alg": "ES384"]), .unsupportedAlgorithm),
            ("P-256 for ECDH-ES", try ec(["alg": "ECDH-ES"]), .unsupportedAlgorithm),
            ("Ed25519 for ES256", try okp(["alg": "ES256"]), .unsupportedAlgorithm),
            ("a secret", try oct(), .symmetricNotAllowed),
            ("a secret without k", try oct(["k": nil]), .symmetricNotAllowed),
        ]
        for (what, key, reason) in rows {
            let set = try KeySet(jwks: (["keys": [key, try ec(["kid": "good"])]] as JSONObject).encoded())
            #expect(set.skipped.map(\.reason) == [reason], "\(what)")
            #expect(set.keys.map(\.keyID?.rawValue) == ["good"], "\(what)")
        }
    }

    @Test func taken() throws {
        let all = Set([SignatureAlgorithm.RS256, .RS384, .RS512, .PS256, .PS384, .PS512])
        let rows: [(String, JSONValue, Set<SignatureAlgorithm>)] = [
            ("without alg, use and kid", try rsa(), all), ("with alg", try rsa(["alg": "PS384"]), [.PS384]),
            ("use sig", try rsa(["use": "sig"]), all), ("key_ops verify", try rsa(["key_ops": ["verify"]]), all),
            ("key_ops sign and verify", try rsa(["key_ops": ["sign", "verify"]]), all),
            (
                "certificates that are not looked at",
                try rsa(["x5c": ["nonsense"], "x5t": 1, "x5u": "http://evil.example"]), all
            ),
            ("P-256", try ec(), [.ES256]), ("Ed25519", try okp(), [.EdDSA]),
            ("Ed25519 with alg", try okp(["alg": "EdDSA"]), [.EdDSA]),
            ("kid with + / =", try ec(["kid": "a+/b=="]), [.ES256]),
            (
                "a zero in front of n",
                try rsa([
                    "n": JSONValue(
                        Base64URL.encode([0] + (Base64URL.decode(try #require(rsa()["n"]?.stringValue)) ?? [])))
                ]), all
            ),
        ]
        for (what, key, algorithms) in rows {
            let set = try KeySet(jwks: (["keys": [key]] as JSONObject).encoded())
            #expect(set.keys.map(\.algorithms) == [algorithms], "\(what)")
        }
        #expect(
            try KeySet(jwks: (["keys": [try rsa(["n": rows[10].1["n"]])]] as JSONObject).encoded()).keys.first?
                .thumbprint
                == keySet(rsa()).keys.first?.thumbprint)
    }

    @Test(
        "Sets that are none",
        arguments: [
            ("", .notJSON), ("null", .notJSON), ("[]", .notJSON), ("<html>502</html>", .notJSON),
            ("{\"keys\":[]}$ exit", .notJSON),
            ("{\"keys\":[],\"keys\":[]}", .notJSON), ("{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}", .notJSON),
            ("\u{FEFF}{\"keys\":[]}", .notJSON),
            ("{}", .noKeys), ("{\"keys\":null}", .noKeys), ("{\"keys\":{}}", .noKeys), ("{\"keys\":\"\"}", .noKeys),
            ("{\"Keys\":[]}", .noKeys),
            ("{\"keys\":[\(Array(repeating: "1", count: 101).joined(separator: ","))]}", .tooManyKeys),
            ("{\"keys\":[]}" + String(repeating: " ", count: 512 * 1024), .tooLarge),
        ] as [(String, KeySetFailure)])
    func refused(text: String, failure: KeySetFailure) {
        #expect(throws: failure) { try KeySet(jwks: Array(text.utf8)) }
    }

    @Test func emptyAndUnusableSetsAreSets() throws {
        #expect(try KeySet(jwks: Array("{\"keys\":[],\"more\":1}".utf8)).keys.isEmpty)
        let set = try KeySet(
            jwks: Array("{\"keys\":[\(Array(repeating: "1", count: 100).joined(separator: ","))]}".utf8))
        #expect(set.skipped.count == 100)
        #expect(found(set.key(nil, for: .RS256)) == "none")
    }

    @Test func largerKeysBySetting() throws {
        let key = try SigningKey(pem: testKey("rsa4104"), algorithm: .RS256).publicJWK
        let bytes = (["keys": [key]] as JSONObject).encoded()
        #expect(try KeySet(jwks: bytes).skipped.map(\.reason) == [.unusable(.modulusTooLarge)])
        #expect(try KeySet(jwks: bytes, options: KeySetOptions(maximumRSABits: 8192)).keys.count == 1)
    }

    @Test func selection() throws {
        let set = try keySet(
            rsa(["kid": "a"]), ec(["kid": "a"]), okp(["kid": "b"]), rsa(["kid": "c", "alg": "RS512"]),
            ec(["kid": "\u{212A}"]),
            ec(["kid": nil]))
        let rows: [(String?, SignatureAlgorithm, String)] = [
            ("a", .RS256, "a"), ("a", .ES256, "a"), ("a", .EdDSA, "none"), ("a", .HS256, "none"), ("b", .EdDSA, "b"),
            ("b", .ES256, "none"),
            ("c", .RS512, "c"), ("c", .RS256, "none"), ("d", .RS256, "none"), ("K", .ES256, "none"),
            ("\u{212A}", .ES256, "\u{212A}"),
            (nil, .EdDSA, "b"), (nil, .RS256, "a"), (nil, .RS512, "ambiguous"), (nil, .ES256, "ambiguous"),
            (nil, .ES384, "none"),
            (nil, .HS256, "none"),
        ]
        for (kid, algorithm, expected) in rows {
            #expect(
                found(set.key(try kid.map { try KeyID($0) }, for: algorithm)) == expected, "\(kid ?? "-") \(algorithm)")
        }
        let twice = try keySet(ec(["kid": "a"]), changed(SigningKey(generating: .ES256).publicJWK, ["kid": "a"]))
        #expect(found(twice.key(try KeyID("a"), for: .ES256)) == "ambiguous")
    }

    @Test func sameKeyTwiceIsOneKey() throws {
        let set = try keySet(ec(["kid": "a"]), ec(["kid": "a", "use": "sig"]))
        #expect(set.keys.count == 1)
        #expect(try keySet(ec(["kid": "a"]), ec(["kid": "b"])).keys.count == 2)
    }

    @Test func sharedSecrets() throws {
        for count in 0..<32 {
            #expect(throws: KeySetFailure.secretTooShort) {
                try KeySet(sharedSecret: Secret([UInt8](repeating: 1, count: count)))
            }
        }
        let rows: [(Int, Set<SignatureAlgorithm>)] = [
            (32, [.HS256]), (47, [.HS256]), (48, [.HS256, .HS384]), (64, [.HS256, .HS384, .HS512]),
            (200, [.HS256, .HS384, .HS512]),
        ]
        for (count, algorithms) in rows {
            let set = try KeySet(sharedSecret: Secret([UInt8](repeating: 1, count: count)), keyID: KeyID("k"))
            #expect(set.keys.map(\.algorithms) == [algorithms])
        }
        let short = JSONValue(Base64URL.encode([UInt8](repeating: 1, count: 33)))
        #expect(try keySet(oct(["k": short, "alg": "HS512"])).skipped.map(\.reason) == [.secretTooShort])
        #expect(try keySet(oct(["k": short, "alg": "RS256"])).skipped.map(\.reason) == [.unsupportedAlgorithm])
        #expect(try keySet(oct(["k": short])).keys.map(\.algorithms) == [[.HS256]])
    }

    @Test func publishedAndReadAgain() throws {
        let set = try keySet(rsa(["kid": "a", "alg": "PS256"]), ec(["kid": "b"]), okp(), oct(["kid": "c"]))
        #expect(set.keys.count == 4)
        let again = try KeySet(jwks: set.jwks.encoded())
        #expect(again.keys.map(\.thumbprint) == set.keys.prefix(3).map(\.thumbprint))
        #expect(again.keys.map(\.algorithms) == [[.PS256], [.ES256], [.EdDSA]])
        #expect(again.keys.map(\.keyID) == set.keys.prefix(3).map(\.keyID))
    }

    @Test func reasonsHaveCodes() {
        let reasons: [SkippedKeyReason] = [
            .notAnObject, .malformedKeyID, .unsupportedKeyType, .unsupportedCurve, .unsupportedAlgorithm,
            .notForSignatures, .privateMaterial,
            .symmetricNotAllowed, .secretTooShort, .malformedMember("n"), .unusable(.notOnCurve),
        ]
        #expect(Set(reasons.map(\.code)).count == reasons.count)
        let failures: [KeySetFailure] = [.tooLarge, .notJSON, .noKeys, .tooManyKeys, .secretTooShort]
        #expect(Set(failures.map(\.code)).count == failures.count)
    }

    /// A set is shown by `explain` and by the console.
    @Test func secretsAreNotShown() throws {
        let set = try keySet(oct(["kid": "a"]))
        let key = try #require(set.keys.first)
        let secret = try #require(oct()["k"]?.stringValue)
        #expect(key.thumbprint == nil)
        #expect(key.publicPEM == nil)
        #expect(key.jwk == ["kty": "oct", "kid": "a", "use": "sig"])
        var shown = String(reflecting: set)
        dump(set, to: &shown)
        #expect(!shown.contains(secret.prefix(8)))
        #expect(!shown.contains("registers"))
        #expect(set.jwks == ["keys": []])
    }
}

/// The sets that ten real issuers publish.
@Suite(.enabled(if: isShared("issuers"), "the recorded issuers are not beside this repository"))
struct RecordedKeySetTests {
    @Test(
        arguments: [
            ("apple", 3, [.RS256]), ("aws-cognito-2017", 2, [.RS256]), ("github-actions", 2, [.RS256]),
            ("google", 2, [.RS256]),
            ("gitlab", 2, [.RS256]), ("kubernetes-k3s", 1, [.RS256]), ("slack", 1, [.RS256]), ("yahoo", 1, [.ES256]),
            ("entra-common", 7, [.RS256, .RS384, .RS512, .PS256, .PS384, .PS512]),
        ] as [(String, Int, Set<SignatureAlgorithm>)])
    func loads(name: String, count: Int, algorithms: Set<SignatureAlgorithm>) throws {
        let set = try KeySet(jwks: read(sharedData.appending(path: "issuers/\(name)/jwks.json")))
        // Yahoo still publishes three RSA keys of 1,024 bits.
        #expect(
            set.skipped.map(\.reason) == Array(repeating: .unusable(.modulusTooSmall), count: name == "yahoo" ? 3 : 0))
        #expect(set.keys.count == count)
        #expect(set.keys.reduce(into: Set()) { $0.formUnion($1.algorithms) } == algorithms)
        // Every one is found by its own name.
        for key in set.keys {
            let algorithm = try #require(key.algorithms.first)
            #expect(found(set.key(key.keyID, for: algorithm)) == key.keyID?.rawValue)
        }
    }

    @Test func entraNamesTheIssuerOfEachKey() throws {
        let set = try KeySet(jwks: read(sharedData.appending(path: "issuers/entra-common/jwks.json")))
        #expect(set.keys.contains { $0.issuer == "https://login.microsoftonline.com/{tenantid}/v2.0" })
        #expect(set.keys.allSatisfy { $0.algorithms.count == 6 })
    }
}
