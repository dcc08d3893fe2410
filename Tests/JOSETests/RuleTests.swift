import Identifiers
import JOSE
import StrictJSON
import Testing

@Suite struct RuleTests {
    @Test(
        arguments: [
            (nil, true, false), ("JWT", true, false), ("jwt", true, false), ("application/jwt", true, false),
            ("Application/JWT", true, false), ("at+jwt", false, true), ("AT+JWT", false, true),
            ("application/at+jwt", false, true), ("", false, false), (" JWT", false, false), ("JOSE", false, false),
            ("jwt ", false, false), ("application/", false, false), ("application/application/jwt", false, false),
            ("text/jwt", false, false), ("id+jwt", false, false), ("logout+jwt", false, false),
            ("\u{212A}", false, false),
            ("dpop+jwt", false, false), ("JWT\0", false, false),
        ] as [(String?, Bool, Bool)])
    func types(type: String?, jwt: Bool, accessToken: Bool) throws {
        let sample = try Sample()
        let header = type.map { "{\"alg\":\"ES256\",\"typ\":\(JSONValue($0).encodedText())}" } ?? "{\"alg\":\"ES256\"}"
        let token = try sample.token(header: header)
        func accepts(_ rule: TypeRule) throws -> Bool {
            sample.outcome(token, try Sample.expectation(type: rule)) == nil
        }
        #expect(try accepts(.jwt) == jwt)
        #expect(try accepts(.accessToken) == accessToken)
        #expect(try accepts(.jwt.or(.accessToken)) == (jwt || accessToken))
        #expect(try accepts(.oneOf([])) == false)
        #expect(try accepts(.oneOf(["application/LOGOUT+jwt"])) == (type == "logout+jwt"))
    }

    private static let template = "https://login.microsoftonline.com/{tenantid}/v2.0"
    private static let tenant = "9188040d-6c67-4c5b-b112-36a304b66dad"

    @Test(
        arguments: [
            (
                "the tenant's", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                .string("9188040d-6c67-4c5b-b112-36a304b66dad"), true
            ),
            (
                "tid of another", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                "aaaaaaaa-6c67-4c5b-b112-36a304b66dad", false
            ),
            (
                "another tenant", "https://login.microsoftonline.com/aaaaaaaa-6c67-4c5b-b112-36a304b66dad/v2.0",
                "aaaaaaaa-6c67-4c5b-b112-36a304b66dad", false
            ),
            ("no tid", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", nil, false),
            ("tid a number", "https://login.microsoftonline.com/1/v2.0", 1, false),
            ("tid empty", "https://login.microsoftonline.com//v2.0", "", false),
            ("tid with a path", "https://login.microsoftonline.com/a/b/v2.0", "a/b", false),
            ("the template itself", "https://login.microsoftonline.com/{tenantid}/v2.0", "{tenantid}", false),
            (
                "another host", "https://evil.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                "9188040d-6c67-4c5b-b112-36a304b66dad", false
            ),
            (
                "the version left out", "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad",
                "9188040d-6c67-4c5b-b112-36a304b66dad", false
            ),
            (
                "the tenant in capitals", "https://login.microsoftonline.com/9188040D-6c67-4c5b-b112-36a304b66dad/v2.0",
                "9188040D-6c67-4c5b-b112-36a304b66dad", false
            ),
        ] as [(String, String, JSONValue?, Bool)])
    func entra(what: String, issuer: String, tid: JSONValue?, accepted: Bool) throws {
        let sample = try Sample()
        let rule = IssuerRule.template(try IssuerTemplate(Self.template, tenants: .only([Key(Self.tenant)])))
        let token = try sample.token(Sample.changed(["iss": JSONValue(issuer), "tid": tid]))
        #expect(sample.outcome(token, try Sample.expectation(issuer: rule)) == (accepted ? nil : .wrongIssuer))
    }

    @Test func anyTenantIsSaidAloud() throws {
        let sample = try Sample()
        let rule = IssuerRule.template(try IssuerTemplate(Self.template, tenants: .any))
        let token = try sample.token(
            Sample.changed(["iss": "https://login.microsoftonline.com/aaaa/v2.0", "tid": "aaaa"]))
        #expect(sample.outcome(token, try Sample.expectation(issuer: rule)) == nil)
    }

    @Test(arguments: [
        "https://idp.example", "{tenantid}", "http://idp.example/{tenantid}",
        "https://idp.example/{tenantid}/{tenantid}", "https://idp.example/{tenantid}?a", "",
    ])
    func templatesRefused(text: String) {
        #expect(throws: InvalidValue.self) { try IssuerTemplate(text, tenants: .any) }
    }

    /// Entra's shared set has keys of single tenants: each signs for its own issuer only.
    @Test(
        arguments: [
            ("the same", "https://idp.example", nil, nil),
            ("another", "https://idp.example/", nil, .unknownKey),
            ("a template without a tenant in the token", "https://idp.example/{tenantid}", nil, .unknownKey),
            ("empty", "", nil, .unknownKey),
        ] as [(String, String, String?, TokenRejection?)])
    func issuerOfTheKey(what: String, issuer: String, tid: String?, expected: TokenRejection?) throws {
        let sample = try Sample()
        var jwk = try #require(sample.key.publicJWK.objectValue)
        jwk["issuer"] = JSONValue(issuer)
        let keys = try keySet(.object(jwk))
        #expect(keys.keys.first?.issuer == issuer)
        #expect(sample.outcome(try sample.token(), try Sample.expectation(), keys: keys) == expected)
    }

    @Test func issuerOfTheKeyWithTheTenant() throws {
        let sample = try Sample()
        let rule = IssuerRule.template(try IssuerTemplate(Self.template, tenants: .any))
        let issuer = "https://login.microsoftonline.com/\(Self.tenant)/v2.0"
        let token = try sample.token(Sample.changed(["iss": JSONValue(issuer), "tid": JSONValue(Self.tenant)]))
        for (keyIssuer, expected) in [
            (Self.template, nil), (issuer, nil), ("https://login.microsoftonline.com/aaaa/v2.0", .unknownKey),
        ] as [(String, TokenRejection?)] {
            var jwk = try #require(sample.key.publicJWK.objectValue)
            jwk["issuer"] = JSONValue(keyIssuer)
            #expect(
                sample.outcome(token, try Sample.expectation(issuer: rule), keys: try keySet(.object(jwk))) == expected)
        }
    }
}
