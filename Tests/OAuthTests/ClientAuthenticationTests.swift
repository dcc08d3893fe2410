import OAuth
import Secrets
import Testing

@Suite("Client authentication (RFC 6749 §2.3)")
struct ClientAuthenticationTests {
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
    }

    @Test(
        "refused",
        arguments: [
            ("two ways", "client_id=a&client_secret=b", "Basic YTpi", .invalidRequest),
            ("two ways, no client_id", "client_secret=b", "Basic YTpi", .invalidRequest),
            ("another client_id", "client_id=x", "Basic YTpi", .invalidRequest),
            ("a secret of nobody", "client_secret=b", nil, .invalidRequest),
            ("an assertion", "client_assertion=x", nil, .invalidClient),
            ("an assertion beside a secret", "client_id=a&client_secret=b&client_assertion=x", nil, .invalidClient),
            ("an assertion type alone", "client_assertion_type=x", nil, .invalidClient),
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
