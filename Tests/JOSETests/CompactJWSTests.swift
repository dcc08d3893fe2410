import JOSE
import StrictJSON
import Testing

/// A token that parses, to take apart.
private let plain = "{\"alg\":\"ES256\"}"
private let good = String(decoding: unsigned(plain), as: UTF8.self)

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct CompactJWSTests {
    @Test func goodParses() throws {
        let token = try UnverifiedToken.parse(Array(good.utf8))
        #expect(token.algorithm == .ES256)
        #expect(token.keyID == nil)
        #expect(token.type == nil)
        #expect(token.payload == Array("{}".utf8))
        #expect(token.signature == [1, 2, 3])
        #expect(text(Array(token.signingInput)) == good.split(separator: ".").prefix(2).joined(separator: "."))
    }

    @Test(
        "What is no compact JWS",
        arguments: [
            ("nothing", "", .malformed(.segments)),
            ("one part", "abc", .malformed(.segments)),
            ("two parts", "eyJhbGciOiJFUzI1NiJ9.e30", .malformed(.segments)),
            ("four parts", good + ".AQID", .malformed(.segments)),
            ("five parts, as JWE has", good + ".AQID.AQID", .malformed(.segments)),
            ("a dot behind", good + ".", .malformed(.segments)),
            ("dots only", "..", .malformed(.header)),
            (
                "JSON serialisation", "{\"payload\":\"e30\",\"protected\":\"eyJ\",\"signature\":\"AQID\"}",
                .malformed(.segments)
            ),
            ("white space before", " " + good, .malformed(.encoding)),
            ("line end behind", good + "\n", .malformed(.encoding)),
            ("CRLF behind", good + "\r\n", .malformed(.encoding)),
            ("zero byte behind", good + "\0", .malformed(.encoding)),
            ("white space inside", good.replacing(".", with: ". "), .malformed(.encoding)),
            ("padding", good + "=", .malformed(.encoding)),
            ("padding to a multiple of four", "eyJhbGciOiJFUzI1NiJ9.e30=.AQID", .malformed(.encoding)),
            ("base64 with plus", "eyJhbGciOiJFUzI1NiJ9.e30.+QID", .malformed(.encoding)),
            ("base64 with slash", "eyJhbGciOiJFUzI1NiJ9.e30./QID", .malformed(.encoding)),
            ("left-over bits of two", "eyJhbGciOiJFUzI1NiJ9.e30.AR", .malformed(.encoding)),
            ("left-over bits of four", "eyJhbGciOiJFUzI1NiJ9.e30.AQJ", .malformed(.encoding)),
            ("left-over bits in the payload", "eyJhbGciOiJFUzI1NiJ9.e31.AQID", .malformed(.encoding)),
            ("impossible length", "eyJhbGciOiJFUzI1NiJ9.e30.AQIDA", .malformed(.encoding)),
            ("a letter that is not ASCII", good + "é", .malformed(.encoding)),
            ("KELVIN SIGN", "eyJhbGciOiJFUzI1NiJ9.e30.\u{212A}QID", .malformed(.encoding)),
        ] as [(String, String, TokenRejection)])
    func form(what: String, token: String, expected: TokenRejection) {
        #expect(rejection { () throws(TokenRejection) in _ = try UnverifiedToken.parse(Array(token.utf8)) } == expected)
    }

    @Test(
        "Headers",
        arguments: [
            ("no JSON", "alg", .malformed(.header)),
            ("an array", "[]", .malformed(.header)),
            ("a byte order mark", "\u{FEFF}{\"alg\":\"ES256\"}", .malformed(.header)),
            ("a duplicate", "{\"alg\":\"ES256\",\"alg\":\"none\"}", .malformed(.header)),
            ("a duplicate, escaped", "{\"alg\":\"ES256\",\"\\u0061lg\":\"HS256\"}", .malformed(.header)),
            ("a duplicate kid", "{\"alg\":\"ES256\",\"kid\":\"a\",\"kid\":\"b\"}", .malformed(.header)),
            ("something behind", "{\"alg\":\"ES256\"}x", .malformed(.header)),
            ("no alg", "{}", .malformed(.algorithm)),
            ("alg null", "{\"alg\":null}", .malformed(.algorithm)),
            ("alg a number", "{\"alg\":256}", .malformed(.algorithm)),
            ("alg an array", "{\"alg\":[\"ES256\"]}", .malformed(.algorithm)),
            ("alg in another case of name", "{\"Alg\":\"ES256\"}", .malformed(.algorithm)),
            ("alg none", "{\"alg\":\"none\"}", .algorithmNotAllowed),
            ("alg None", "{\"alg\":\"None\"}", .algorithmNotAllowed),
            ("alg NONE", "{\"alg\":\"NONE\"}", .algorithmNotAllowed),
            ("alg nOnE", "{\"alg\":\"nOnE\"}", .algorithmNotAllowed),
            ("alg es256", "{\"alg\":\"es256\"}", .algorithmNotAllowed),
            ("alg with a space", "{\"alg\":\"ES256 \"}", .algorithmNotAllowed),
            ("alg with a zero", "{\"alg\":\"ES256\\u0000\"}", .algorithmNotAllowed),
            ("alg empty", "{\"alg\":\"\"}", .algorithmNotAllowed),
            ("alg ES256K", "{\"alg\":\"ES256K\"}", .algorithmNotAllowed),
            ("alg RSA1_5", "{\"alg\":\"RSA1_5\"}", .algorithmNotAllowed),
            ("alg dir", "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", .algorithmNotAllowed),
            ("crit that we do not know", "{\"alg\":\"ES256\",\"crit\":[\"exp\"],\"exp\":1}", .unknownCritical),
            ("crit empty", "{\"alg\":\"ES256\",\"crit\":[]}", .unknownCritical),
            ("crit null", "{\"alg\":\"ES256\",\"crit\":null}", .unknownCritical),
            ("crit a text", "{\"alg\":\"ES256\",\"crit\":\"\"}", .unknownCritical),
            ("b64 false", "{\"alg\":\"ES256\",\"b64\":false}", .unencodedPayload),
            ("b64 false, critical", "{\"alg\":\"ES256\",\"b64\":false,\"crit\":[\"b64\"]}", .unencodedPayload),
            ("b64 true", "{\"alg\":\"ES256\",\"b64\":true}", .unencodedPayload),
            ("kid a number", "{\"alg\":\"ES256\",\"kid\":1}", .malformed(.keyID)),
            ("kid null", "{\"alg\":\"ES256\",\"kid\":null}", .malformed(.keyID)),
            ("kid empty", "{\"alg\":\"ES256\",\"kid\":\"\"}", .malformed(.keyID)),
            ("kid an object", "{\"alg\":\"ES256\",\"kid\":{}}", .malformed(.keyID)),
            ("kid with a line end", "{\"alg\":\"ES256\",\"kid\":\"a\\nb\"}", .malformed(.keyID)),
            (
                "kid of 513 bytes", "{\"alg\":\"ES256\",\"kid\":\"\(String(repeating: "k", count: 513))\"}",
                .malformed(.keyID)
            ),
            ("typ a number", "{\"alg\":\"ES256\",\"typ\":1}", .malformed(.type)),
            ("typ null", "{\"alg\":\"ES256\",\"typ\":null}", .malformed(.type)),
            ("kid of 512 bytes", "{\"alg\":\"ES256\",\"kid\":\"\(String(repeating: "k", count: 512))\"}", nil),
            ("white space in JSON", " {\r\n\"alg\" : \"ES256\" }\t", nil),
            (
                "keys that we do not obey",
                "{\"alg\":\"ES256\",\"jku\":1,\"x5u\":\"https://evil.example\",\"jwk\":{},\"x5c\":[]}", nil
            ),
        ] as [(String, String, TokenRejection?)])
    func header(what: String, header: String, expected: TokenRejection?) {
        #expect(rejection { () throws(TokenRejection) in _ = try UnverifiedToken.parse(unsigned(header)) } == expected)
    }

    @Test(
        "Payloads that are no claims",
        arguments: [
            "", "null", "[]", "\"x\"", "1", "{", "{}{}", "{\"a\":1,\"a\":1}", "{\"iss\":\"a\",\"\\u0069ss\":\"b\"}",
            "\u{FEFF}{}", "{\"a\":01}", "{\"a\":NaN}", "{'a':1}", "{\"a\":\"\\ud800\"}", "{\"a\":1,}",
            String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 40),
        ])
    func payload(payload: String) {
        let token = unsigned(plain, payload)
        #expect(throws: TokenRejection.malformed(.payload)) { try UnverifiedToken.parse(token) }
        #expect(throws: Never.self) { try CompactJWS.parse(token) }
    }

    @Test func payloadThatIsNotUTF8() {
        let token =
            Array("eyJhbGciOiJFUzI1NiJ9.".utf8) + Base64URL.encodeBytes([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])
            + Array(".AQID".utf8)
        #expect(throws: TokenRejection.malformed(.payload)) { try UnverifiedToken.parse(token) }
    }

    @Test func lengthIsBounded() {
        let filled = unsigned(plain, "{\"a\":\"\(String(repeating: "x", count: 12_000))\"}")
        #expect(filled.count < CompactJWS.largestLength)
        #expect(throws: Never.self) { try UnverifiedToken.parse(filled) }
        let most = filled + [UInt8](repeating: UInt8(ascii: "A"), count: CompactJWS.largestLength - filled.count)
        #expect(most.count == 16_384)
        #expect(throws: Never.self) { try UnverifiedToken.parse(most) }
        #expect(throws: TokenRejection.tooLarge) { try UnverifiedToken.parse(most + [UInt8(ascii: "A")]) }
        #expect(throws: TokenRejection.tooLarge) { try UnverifiedToken.parse([UInt8](repeating: 0x2E, count: 1 << 20)) }
    }

    /// RFC 8725 §3.10: a key, or the address of one, in the token is the sender's word.
    @Test func keysInTheHeaderAreNotObeyed() throws {
        let sample = try Sample()
        let other = try SigningKey(generating: .ES256)
        let header = "{\"alg\":\"ES256\",\"jwk\":\(sample.key.publicJWK.encodedText())}"
        let token = try sample.token(header: header)
        let expectation = try Sample.expectation()
        #expect(sample.outcome(token, expectation) == nil)
        #expect(sample.outcome(token, expectation, keys: KeySet([other.verificationKey])) == .badSignature)
        #expect(sample.outcome(token, expectation, keys: .empty) == .unknownKey)
    }
}
