import JOSE
import Secrets
import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct CommandsVerifyJWSTests {
    private let key: SigningKey
    private let token: [UInt8]

    init() throws {
        key = try SigningKey(generating: .ES256)
        token = try key.sign(type: "JWT", payload: Array("hello".utf8)).reveal()
    }

    private func verifier(_ algorithm: SignatureAlgorithm? = nil) throws -> JWSVerifier {
        try JWSVerifier(keySet: JSONValue.object(["keys": [key.publicJWK]]).encoded(), algorithm: algorithm)
    }

    @Test func good() throws {
        #expect(try verifier().payload(token) == Array("hello".utf8))
        #expect(try verifier(.ES256).answer(token) == "ok aGVsbG8")
    }

    @Test func keysThatWereLeftOutAreNamed() throws {
        let set = #"{"keys":[{"kty":"EC","kid":"enc","use":"enc"},{"kty":"oct","k":"AAAA"}]}"#
        let verifier = try JWSVerifier(keySet: Array(set.utf8), algorithm: nil)
        #expect(verifier.answer(token) == "refused unknown_key")
        #expect(
            verifier.hint(.unknownKey)?.hasSuffix("enc (not_for_signatures), without kid (symmetric_not_allowed)")
                == true)
        #expect(verifier.hint(.badSignature) == nil)
    }

    @Test func aSingleKeyIsASetOfOne() throws {
        let verifier = try JWSVerifier(keySet: key.publicJWK.encoded(), algorithm: nil)
        #expect(verifier.answer(token) == "ok aGVsbG8")
    }

    @Test func refusals() throws {
        var changed = token
        if let last = changed.indices.dropLast(3).last {
            changed[last] = changed[last] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        }
        #expect(try verifier().answer(changed) == "refused bad_signature")
        #expect(try verifier().answer([]) == "refused malformed_segments")
        #expect(try verifier().answer(Array("a.b".utf8)) == "refused malformed_segments")
        #expect(try verifier(.RS256).answer(token) == "refused algorithm_not_allowed")
        #expect(try verifier().answer([UInt8](repeating: 0x41, count: 20_000)) == "refused too_large")
        let other = try SigningKey(generating: .ES256)
        #expect(try verifier().answer(try other.sign(type: "JWT", payload: []).reveal()) == "refused unknown_key")
    }

    /// RFC 7515 appendix A.1: a shared secret counts only when it is asked for.
    @Test func sharedSecretsOnlyByName() throws {
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        let keySet = Array(#"{"keys":[{"kty":"oct","k":"\#(secret)"}]}"#.utf8)
        let token = Array(
            ("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
                + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
                + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").utf8)
        #expect(try JWSVerifier(keySet: keySet, algorithm: .HS256).answer(token).hasPrefix("ok "))
        #expect(try JWSVerifier(keySet: keySet, algorithm: nil).answer(token) == "refused algorithm_not_allowed")
        #expect(try JWSVerifier(keySet: keySet, algorithm: .HS512).answer(token) == "refused algorithm_not_allowed")
    }

    @Test(arguments: ["", "[]", "{}", "{\"keys\":1}", "<html>"])
    func unusableSets(_ text: String) {
        let failure = #expect(throws: CommandFailure.self) { try JWSVerifier(keySet: Array(text.utf8), algorithm: nil) }
        #expect(failure?.status == .usage)
    }

    @Test(
        arguments: [
            ("a\n", "a"), ("a\r\n", "a"), ("a", "a"), ("a\n\n", "a\n"), ("", ""), ("\n", ""), (" a ", " a "),
        ])
    func lineEnds(_ text: String, _ line: String) {
        #expect(BatchLines.withoutLineEnd(Array(text.utf8)) == Array(line.utf8))
    }
}

@Suite struct CommandsPolicyEvalTests {
    private let claims: JSONObject = [
        "ref": "refs/heads/main", "iss": "https://i.example", "sub": "s", "n": 3, "l": ["a"],
    ]

    @Test(
        arguments: [
            (#"claims.ref == "refs/heads/main""#, "true"), ("claims.n + 1", "4"), ("claims.l", #"["a"]"#),
            ("issuer + subject", #""https://i.examples""#),
            ("claims.l.size()", "1"), (#"{"a": 1u}"#, #"{"a":1}"#), ("1.5", "1.5"), ("null", "null"),
        ])
    func values(_ expression: String, _ value: String) throws {
        #expect(try PolicyEvalCommand.evaluate(expression, claims: claims).encodedText() == value)
    }

    @Test(
        arguments: [
            ("claims.missing", CommandStatus.failure), ("claims.n / 0", .failure), ("provider", .failure),
            ("0.0 / 0.0", .failure),
            ("claims.", .usage), ("unknown == 1", .usage), ("1 +", .usage), ("", .usage), (#"1 + "a""#, .usage),
        ])
    func failures(_ expression: String, _ status: CommandStatus) {
        let failure = #expect(throws: CommandFailure.self) {
            try PolicyEvalCommand.evaluate(expression, claims: claims)
        }
        #expect(failure?.status == status)
        if status == .usage { #expect(failure?.messages.first?.first?.isNumber == true) }
    }
}
