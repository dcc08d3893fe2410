import FoundationEssentials
import Identifiers
import JOSE
import StrictJSON
import Testing

@Suite struct ClaimsTests {
    @Test(
        arguments: [
            ("iss a number", "{\"iss\":1}", "iss"), ("iss null", "{\"iss\":null}", "iss"),
            ("iss empty", "{\"iss\":\"\"}", "iss"), ("iss an array", "{\"iss\":[\"a\"]}", "iss"),
            ("sub a number", "{\"sub\":12345}", "sub"), ("sub empty", "{\"sub\":\"\"}", "sub"),
            ("sub null", "{\"sub\":null}", "sub"), ("sub with NUL", "{\"sub\":\"a\\u0000b\"}", "sub"),
            ("sub with CRLF", "{\"sub\":\"a\\r\\nb\"}", "sub"),
            ("sub of 1025 bytes", "{\"sub\":\"\(String(repeating: "s", count: 1025))\"}", "sub"),
            ("aud a number", "{\"aud\":1}", "aud"), ("aud null", "{\"aud\":null}", "aud"),
            ("aud an object", "{\"aud\":{\"a\":1}}", "aud"), ("aud empty", "{\"aud\":\"\"}", "aud"),
            ("aud with a number among texts", "{\"aud\":[\"a\",1]}", "aud"),
            ("aud nested", "{\"aud\":[[\"a\"]]}", "aud"),
            ("aud with null", "{\"aud\":[null]}", "aud"), ("aud with an empty text", "{\"aud\":[\"a\",\"\"]}", "aud"),
            ("exp a text", "{\"exp\":\"1300\"}", "exp"), ("exp true", "{\"exp\":true}", "exp"),
            ("exp false", "{\"exp\":false}", "exp"), ("exp null", "{\"exp\":null}", "exp"),
            ("exp an array", "{\"exp\":[1300]}", "exp"), ("exp 2^63", "{\"exp\":9223372036854775808}", "exp"),
            ("exp 1e19", "{\"exp\":1e19}", "exp"), ("exp 1e308", "{\"exp\":1e308}", "exp"),
            ("exp 1e999999999", "{\"exp\":1e999999999}", "exp"),
            ("exp just past the end", "{\"exp\":-9223372036854775808.5}", "exp"),
            ("nbf a text", "{\"nbf\":\"1\"}", "nbf"),
            ("nbf past the end when rounded", "{\"nbf\":9223372036854775807.5}", "nbf"),
            ("iat a text", "{\"iat\":\"1\"}", "iat"), ("iat an object", "{\"iat\":{}}", "iat"),
            ("jti a number", "{\"jti\":1}", "jti"), ("jti empty", "{\"jti\":\"\"}", "jti"),
            ("azp an array", "{\"azp\":[\"a\"]}", "azp"),
        ])
    func refused(what: String, payload: String, claim: String) {
        #expect(throws: TokenRejection.malformedClaim(claim)) {
            try UnverifiedToken.parse(unsigned("{\"alg\":\"ES256\"}", payload))
        }
    }

    @Test func read() throws {
        let claims = try Claims([
            "iss": "https://idp.example", "sub": "repo:octo@1/app@2:ref:refs/heads/main", "aud": ["a", "b"],
            "exp": .integer(.max), "jti": "1", "azp": "client",
        ])
        #expect(claims.issuer == Key("https://idp.example"))
        #expect(claims.subject?.rawValue == "repo:octo@1/app@2:ref:refs/heads/main")
        #expect(claims.audiences.map(\.rawValue) == ["a", "b"])
        #expect(claims.expiry == NumericDate(seconds: .max))
        #expect(claims.notBefore == nil)
        #expect(claims.tokenID?.rawValue == "1")
        #expect(claims.authorizedParty == Key("client"))
        #expect(try Claims(["aud": []]).audiences.isEmpty)
        #expect(try Claims([:]).issuer == nil)
    }

    @Test(
        "Numbers as dates: value, rounded down, rounded up",
        arguments: [
            ("0", 0, 0), ("-0", 0, 0), ("-0.0", 0, 0), ("0e5", 0, 0), ("0.000", 0, 0),
            ("1300", 1300, 1300), ("1300.0", 1300, 1300), ("1300.5", 1300, 1301), ("1300.0000000001", 1300, 1301),
            ("1.3e3", 1300, 1300), ("1.3E+3", 1300, 1300), ("13000e-1", 1300, 1300), ("13005e-1", 1300, 1301),
            ("1.30055e3", 1300, 1301), ("0.5", 0, 1), ("5e-1", 0, 1), ("1e-999999", 0, 1), ("0.00e999999", 0, 0),
            ("-0.5", -1, 0), ("-1.5", -2, -1), ("-1e-9", -1, 0),
            ("9223372036854775807", .max, .max), ("9223372036854775807.0", .max, .max),
            ("9223372036854775807.5", .max, nil),
            ("9223372036854775808", nil, nil), ("18446744073709551615", nil, nil), ("18446744073709551616", nil, nil),
            ("-9223372036854775808", .min, .min), ("-9223372036854775808.5", nil, .min),
            ("-9223372036854775809", nil, nil),
            ("9.223372036854775807e18", .max, .max), ("1e18", 1_000_000_000_000_000_000, 1_000_000_000_000_000_000),
            ("1e19", nil, nil), ("1e400", nil, nil), ("-1e400", nil, nil), ("1e9999999", nil, nil),
            ("1e99999999999999999999999", nil, nil), ("1e-99999999999999999999999", nil, nil),
            ("0.00000000000000000000000013e28", 1300, 1300),
        ] as [(String, Int64?, Int64?)])
    func dates(text: String, down: Int64?, up: Int64?) throws {
        let value = try JSONValue.parse(Array(text.utf8))
        #expect(NumericDate(value, rounding: .down)?.seconds == down)
        #expect(NumericDate(value, rounding: .up)?.seconds == up)
    }

    @Test(arguments: ["\"1300\"", "true", "false", "null", "[]", "{}", "\"\""])
    func noDates(text: String) throws {
        let value = try JSONValue.parse(Array(text.utf8))
        #expect(NumericDate(value, rounding: .down) == nil)
        #expect(NumericDate(value, rounding: .up) == nil)
    }

    @Test(arguments: [
        (Int64.max, Int64.max, Int64.max), (.max, 1, .max), (.min, -1, .min), (.min, .min, .min), (.max, .min, -1),
        (5, -3, 2),
    ])
    func adding(seconds: Int64, more: Int64, sum: Int64) {
        #expect(NumericDate(seconds: seconds).adding(more).seconds == sum)
    }
}

/// Claims of real and of open-source providers.
@Suite(.enabled(if: isShared("example-claims"), "the recorded claims are not beside this repository"))
struct RecordedClaimsTests {
    @Test(
        arguments: ["canaille.idp", "github-ci", "gitlab-ci", "glewlwyd.idp", "nanoidp.idp", "oidc-provider-mock.idp"])
    func read(name: String) throws {
        let document = try JSONValue.parse(JOSETests.read(sharedData.appending(path: "example-claims/\(name).json")))
        let sets = claimSets(document)
        #expect(!sets.isEmpty)
        for var object in sets {
            // Two documents are recorded with words in the place of times.
            for name in ["exp", "nbf", "iat"] where object[name] == "[timestamp]" {
                #expect(throws: TokenRejection.self) { try Claims(object) }
                object[name] = 1000
            }
            let claims = try Claims(object)
            #expect(claims.issuer != nil)
            #expect(claims.subject != nil)
            #expect(claims.expiry != nil)
        }
    }

    /// The objects in a document that have an issuer and an end.
    private func claimSets(_ value: JSONValue) -> [JSONObject] {
        switch value {
        case .object(let object) where object["iss"] != nil && object["exp"] != nil: [object]
        case .object(let object): object.members.flatMap { claimSets($0.value) }
        case .array(let values): values.flatMap(claimSets)
        case .null, .bool, .integer, .number, .string: []
        }
    }
}
