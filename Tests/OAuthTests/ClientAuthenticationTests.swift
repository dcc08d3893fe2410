import OAuth
import Secrets
import Testing

@Suite("Client authentication (RFC 6749 §2.3)")
struct ClientAuthenticationTests {
    private static let jwtBearer =
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
    private static let assertion = jwtBearer + "&client_assertion=a.b.c"

    @Test(
        "read",
        arguments: [
            ("", nil, .none, nil, nil),
            ("client_id=ci", nil, .none, "ci", nil),
            ("client_id=ci&client_secret=", nil, .none, "ci", nil),
            ("client_id=ci&client_secret=s%2Bt", nil, .clientSecretPost, "ci", "s+t"),
            // RFC 6749 §2.3.1: the example's header
            (
                "", "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3", .clientSecretBasic,
                "s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"
            ),
            ("", "basic   YTpi ", .clientSecretBasic, "a", "b"),
            ("client_id=a", "BASIC YTpi", .clientSecretBasic, "a", "b"),
            ("", "Basic YTpiOmM=", .clientSecretBasic, "a", "b:c"),  // a:b:c
            ("", "Basic YSUzQWI6YyUyQmQlMjUrZQ==", .clientSecretBasic, "a:b", "c+d% e"),  // a%3Ab:c%2Bd%25+e
            ("", "Basic YTo=", .none, "a", nil),  // a:
        ] as [(String, String?, ClientAuthentication.Method, String?, String?)])
    func read(
        _ body: String, _ authorization: String?, is method: ClientAuthentication.Method, _ id: String?,
        _ secret: String?
    ) throws {
        let client = try ClientAuthentication(try FormBody(Array(body.utf8)), authorization: authorization)
        #expect(client.method == method)
        #expect(client.clientID == id)
        #expect(client.clientSecret?.revealText() == secret)
        #expect(client.clientAssertion == nil)
        #expect(client.isIdentified == (id != nil))
    }

    @Test("an assertion (RFC 7523 §2.2)", arguments: [nil, "ci"])
    func asserted(by id: String?) throws {
        let form = try FormBody(Array((Self.assertion + (id.map { "&client_id=\($0)" } ?? "")).utf8))
        let client = try ClientAuthentication(form, authorization: nil)
        #expect(client.method == .privateKeyJWT)
        #expect(client.method.rawValue == "private_key_jwt")
        #expect(client.clientID == id)
        #expect(client.clientSecret == nil)
        #expect(client.clientAssertion?.revealText() == "a.b.c")
        #expect(client.isIdentified)
    }

    @Test(
        "refused",
        arguments: [
            ("two ways", "client_id=a&client_secret=b", "Basic YTpi", .invalidRequest),
            ("two ways, no client_id", "client_secret=b", "Basic YTpi", .invalidRequest),
            ("another client_id", "client_id=x", "Basic YTpi", .invalidRequest),
            ("a secret of nobody", "client_secret=b", nil, .invalidRequest),
            ("an assertion without type", "client_assertion=x", nil, .invalidRequest),
            ("an assertion type alone", "client_assertion_type=x", nil, .invalidRequest),
            ("an assertion type and an empty one", jwtBearer + "&client_assertion=", nil, .invalidRequest),
            ("another assertion type", "client_assertion=x&client_assertion_type=x", nil, .invalidClient),
            ("SAML", "client_assertion=x&\(jwtBearer.dropLast(10))saml2-bearer", nil, .invalidClient),
            ("an assertion and a secret", assertion + "&client_id=a&client_secret=b", nil, .invalidRequest),
            ("an assertion and a header", assertion, "Basic YTpi", .invalidRequest),
            ("an assertion and a header without secret", assertion, "Basic YTo=", .invalidRequest),
            ("an assertion and another header", assertion, "Bearer x", .invalidRequest),
            ("an assertion and a bad client_id", assertion + "&client_id=%0A", nil, .invalidClient),
            (
                "an assertion too long", jwtBearer + "&client_assertion=" + String(repeating: "x", count: 16_385), nil,
                .invalidClient
            ),
            ("empty header", "", "", .invalidClient),
            ("another scheme", "", "Bearer YTpi", .invalidClient),
            ("another scheme that begins alike", "", "Basics YTpi", .invalidClient),
            ("no credentials", "", "Basic", .invalidClient),
            ("no credentials but a space", "", "Basic ", .invalidClient),
            ("two credentials", "", "Basic YTpi YTpi", .invalidClient),
            ("a tab as separator", "", "Basic\tYTpi", .invalidClient),
            ("no colon", "", "Basic YWI=", .invalidClient),
            ("empty identifier", "", "Basic OmI=", .invalidClient),
            ("no padding", "", "Basic YTo", .invalidClient),
            ("too much padding", "", "Basic YTpi====", .invalidClient),
            ("padding in the middle", "", "Basic YT==YTpi", .invalidClient),
            ("left-over bits", "", "Basic YTp=", .invalidClient),
            ("base64url alphabet", "", "Basic YTp-", .invalidClient),
            ("line break", "", "Basic YTpi\n", .invalidClient),
            ("not UTF-8", "", "Basic YTr/", .invalidClient),  // a:\xFF
            ("raw UTF-8 in the secret", "", "Basic YTrDqQ==", .invalidClient),  // a:é
            ("UTF-8 identifier", "", "Basic JUMzJUE5OmI=", .invalidClient),  // %C3%A9:b
            ("broken escape", "", "Basic YTolNA==", .invalidClient),  // a:%4
            ("NUL in the secret", "", "Basic YTpiJTAw", .invalidClient),  // a:b%00
            ("NUL in the identifier", "", "Basic YQA6Yg==", .invalidClient),
            ("control character in client_id", "client_id=a%0Ab", nil, .invalidClient),
            ("client_id beyond ASCII", "client_id=%E2%84%AA", nil, .invalidClient),
            ("client_id too long", "client_id=" + String(repeating: "a", count: 256), nil, .invalidClient),
        ] as [(String, String, String?, OAuthErrorCode)])
    func refused(_ what: String, _ body: String, _ authorization: String?, with code: OAuthErrorCode) throws {
        let form = try FormBody(Array(body.utf8))
        let error = refusal { () throws(OAuthError) in
            _ = try ClientAuthentication(form, authorization: authorization)
        }
        #expect(error?.code == code)
    }
}
