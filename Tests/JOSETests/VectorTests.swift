import FoundationEssentials
import Identifiers
import JOSE
import Secrets
import StrictJSON
import Testing

@Suite struct VectorTests {
    @Test("RFC 7515 A.1 to A.3", arguments: ["A.1", "A.2", "A.3"]) func rfc7515(name: String) throws {
        let document = try fixture("rfc7515.json")
        let keys = try keySet(#require(document["keys"]?[name]))
        let text = try #require(document["tokens"]?[name]?.stringValue)
        let token = try UnverifiedToken.parse(Array(text.utf8))
        let key = try #require(keys.keys.first)
        #expect(key.verifies(token.jws))
        #expect(token.claims.object == document["claims"]?.objectValue)
        #expect(token.claims.expiry == NumericDate(seconds: 1_300_819_380))
        let expectation = try Sample.expectation(algorithms: Set(SignatureAlgorithm.allCases))
        #expect(throws: TokenRejection.wrongIssuer) { try expectation.checkBeforeKey(token) }
    }

    @Test("RFC 7515 A.5: not secured, refused") func unsecured() throws {
        let text = try #require(try fixture("rfc7515.json")["tokens"]?["A.5"]?.stringValue)
        #expect(throws: TokenRejection.algorithmNotAllowed) { try UnverifiedToken.parse(Array(text.utf8)) }
    }

    @Test("RFC 7517 A") func rfc7517() throws {
        let bytes = try fixture("rfc7517.json").encoded()
        let keys = try KeySet(jwks: bytes)
        #expect(keys.keys.map(\.keyID?.rawValue) == ["2011-04-29"])
        #expect(keys.skipped.map(\.reason) == [.notForSignatures, .symmetricNotAllowed, .symmetricNotAllowed])
        let all = try KeySet(jwks: bytes, options: KeySetOptions(allowSymmetric: true))
        #expect(all.keys.count == 2)
        #expect(all.skipped.map(\.reason) == [.notForSignatures, .secretTooShort])
    }

    @Test("RFC 7638 §3.1, RFC 8037 A.3") func thumbprints() throws {
        let rows = try #require(try fixture("thumbprints.json")["rows"]?.arrayValue)
        #expect(rows.count == 2)
        for row in rows {
            let jwk = try #require(row["key"])
            let key = try #require(try keySet(jwk).keys.first)
            #expect(key.thumbprint == row["thumbprint"]?.stringValue)
        }
    }

    @Test("RFC 8037 A.4") func rfc8037() throws {
        let document = try fixture("rfc8037.json")
        let keys = try keySet(#require(document["key"]))
        let jws = try CompactJWS.parse(Array(#require(document["token"]?.stringValue).utf8))
        #expect(String(decoding: jws.payload, as: UTF8.self) == document["payload"]?.stringValue)
        #expect(throws: Never.self) { try keys.verify(jws, allowing: [.EdDSA]) }
        #expect(throws: TokenRejection.algorithmNotAllowed) { try keys.verify(jws, allowing: [.ES256]) }
        // No JSON inside: a signed text, and no token.
        #expect(throws: TokenRejection.malformed(.payload)) {
            try UnverifiedToken.parse(Array(#require(document["token"]?.stringValue).utf8))
        }
    }
}

/// RFC 7520, RFC 8037 and RFC 7797 as recorded by their authors.
@Suite(.enabled(if: isShared("jose-cookbook"), "the recorded cookbook is not beside this repository"))
struct CookbookTests {
    private func document(_ path: String) throws -> JSONValue {
        try JSONValue.parse(read(sharedData.appending(path: "jose-cookbook/\(path)")))
    }

    /// The example's key as a verifier has it: without the private members.
    private func publicKey(_ value: JSONValue?) throws -> JSONValue {
        var object = try #require(value?.objectValue)
        for name in ["d", "p", "q", "dp", "dq", "qi"] { object[name] = nil }
        return .object(object)
    }

    @Test(
        arguments: [
            "jws/4_1.rsa_v15_signature.json", "jws/4_2.rsa-pss_signature.json", "jws/4_3.ecdsa_signature.json",
            "jws/4_4.hmac-sha2_integrity_protection.json", "curve25519/jws.json",
        ])
    func verifies(path: String) throws {
        let example = try document(path)
        let text = try #require(example["output"]?["compact"]?.stringValue)
        let jws = try CompactJWS.parse(Array(text.utf8))
        let keys = try keySet(publicKey(example["input"]?["key"]))
        #expect(throws: Never.self) { try keys.verify(jws, allowing: Set(SignatureAlgorithm.allCases)) }
        #expect(String(decoding: jws.payload, as: UTF8.self) == example["input"]?["payload"]?.stringValue)
        #expect(jws.algorithm.rawValue == example["input"]?["alg"]?.stringValue)
        #expect(
            String(decoding: jws.signingInput, as: UTF8.self) == example["signing"]?["sig-input"]?.stringValue)
    }

    /// Every other form there is (flattened and general JSON, detached, several signatures, encryption) is refused.
    @Test(
        arguments: [
            ("jws/4_1.rsa_v15_signature.json", "json"), ("jws/4_1.rsa_v15_signature.json", "json_flat"),
            ("jws/4_5.signature_with_detached_content.json", "json"),
            ("jws/4_6.protecting_specific_header_fields.json", "json"),
            ("jws/4_7.protecting_content_only.json", "json"), ("jws/4_8.multiple_signatures.json", "json"),
            ("jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json", "compact"),
            ("jwe/5_6.direct_encryption_using_aes-gcm.json", "compact"),
        ])
    func otherForms(path: String, form: String) throws {
        let output = try #require(try document(path)["output"]?[form])
        let bytes = output.stringValue.map { Array($0.utf8) } ?? output.encoded()
        #expect(throws: TokenRejection.malformed(.segments)) { try CompactJWS.parse(bytes) }
    }

    @Test("RFC 7520 §4.5: the payload is elsewhere, so what is here does not verify") func detached() throws {
        let example = try document("jws/4_5.signature_with_detached_content.json")
        let jws = try CompactJWS.parse(Array(#require(example["output"]?["compact"]?.stringValue).utf8))
        let keys = try keySet(publicKey(example["input"]?["key"]))
        #expect(throws: TokenRejection.badSignature) { try keys.verify(jws, allowing: [.HS256]) }
    }

    @Test("RFC 7797: the payload is not encoded", arguments: ["rfc7797/hmac-sha2_b64_false.json"])
    func unencoded(path: String) throws {
        let text = try #require(try document(path)["output"]?["compact"]?.stringValue)
        #expect(throws: TokenRejection.self) { try CompactJWS.parse(Array(text.utf8)) }
    }

    @Test func privateKeysAreSkipped() throws {
        for path in ["jwk/3_2.ec_private_key.json", "jwk/3_4.rsa_private_key.json"] {
            #expect(try keySet(document(path)).skipped.map(\.reason) == [.privateMaterial])
        }
        for path in [
            "jwk/3_1.ec_public_key.json", "jwk/3_3.rsa_public_key.json", "jwk/3_5.symmetric_key_mac_computation.json",
        ] {
            #expect(try keySet(document(path)).keys.count == 1)
        }
    }
}
