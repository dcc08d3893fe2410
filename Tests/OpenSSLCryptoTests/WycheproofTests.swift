import FoundationEssentials
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// Project Wycheproof's vectors, every row of every file. `acceptable` rows are told below.
@Suite(.enabled(if: isShared("wycheproof"), "the recorded vectors are not beside this repository"))
struct WycheproofTests {
    private struct Row {
        let id: Int64
        let group: JSONValue
        let test: JSONValue
        func bytes(_ name: String) -> [UInt8] { OpenSSLCryptoTests.bytes(test[name]?.stringValue ?? "") }
        var result: String { test["result"]?.stringValue ?? "" }
    }

    private func rows(_ file: String, count: Int) throws -> [Row] {
        let url = sharedData.appending(path: "wycheproof/\(file)")
        let document = try JSONValue.parse([UInt8](Data(contentsOf: url)))
        let rows = (document["testGroups"]?.arrayValue ?? []).flatMap { group in
            (group["tests"]?.arrayValue ?? []).map { Row(id: $0["tcId"]?.integerValue ?? 0, group: group, test: $0) }
        }
        #expect(rows.count == count)
        return rows
    }

    private func hexMember(_ value: JSONValue?, _ name: String) throws -> [UInt8] {
        bytes(try #require(value?[name]?.stringValue))
    }

    private func check(_ file: String, count: Int, _ accepts: (Row) throws -> Bool) throws {
        for row in try rows(file, count: count) {
            // RFC 8017 lets a verifier take a DigestInfo without NULL; we compare the whole encoding, so `acceptable`
            // (one row, "MissingNull") is refused.
            #expect(try accepts(row) == (row.result == "valid"), "\(file) \(row.id) \(row.result)")
        }
    }

    @Test func ecdsaP256() throws {
        try check("ecdsa_secp256r1_sha256_p1363_test.json", count: 262) { row in
            let point = try hexMember(row.group["publicKey"], "uncompressed")
            let key = try VerificationKeyHandle(.ec(.p256, x: Array(point[1..<33]), y: Array(point[33...])))
            return key.verify(.ecdsa(.p256, .sha256), signature: row.bytes("sig"), message: row.bytes("msg"))
        }
    }

    @Test func ed25519() throws {
        try check("ed25519_test.json", count: 151) { row in
            let key = try VerificationKeyHandle(.ed25519(hexMember(row.group["publicKey"], "pk")))
            return key.verify(.ed25519, signature: row.bytes("sig"), message: row.bytes("msg"))
        }
    }

    @Test(
        arguments: [
            ("rsa_signature_2048_sha256_test.json", 259, .rsaPKCS1(.sha256)),
            ("rsa_pss_2048_sha256_mgf1_32_test.json", 108, .rsaPSS(.sha256)),
        ] as [(String, Int, SignatureScheme)])
    func rsa(file: String, count: Int, scheme: SignatureScheme) throws {
        try check(file, count: count) { row in
            let modulus = try hexMember(row.group["publicKey"], "modulus")
            let exponent = try hexMember(row.group["publicKey"], "publicExponent")
            let key = try VerificationKeyHandle(.rsa(modulus: modulus, exponent: exponent))
            return key.verify(scheme, signature: row.bytes("sig"), message: row.bytes("msg"))
        }
    }

    @Test func hmac() throws {
        try check("hmac_sha256_test.json", count: 174) { row in
            let key = HMACKey(Secret(row.bytes("key")))
            // JOSE has no shortened codes; the file's rows with tags of 128 bits are compared with what we would cut off.
            let length = Int(row.group["tagSize"]?.integerValue ?? 0) / 8
            guard length < 32 else {
                return key.verify(.sha256, code: row.bytes("tag"), message: row.bytes("msg"))
            }
            #expect(!key.verify(.sha256, code: row.bytes("tag"), message: row.bytes("msg")))
            return Array(key.sha256(row.bytes("msg")).prefix(length)) == row.bytes("tag")
        }
    }
}
