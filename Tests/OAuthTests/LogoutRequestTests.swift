import OAuth
import Secrets
import Testing

@Suite("Logout requests (RP-Initiated Logout §2)")
struct LogoutRequestTests {
    @Test("nothing is required")
    func least() throws {
        let request = try LogoutRequest(try form([]))
        #expect(request.idTokenHint == nil && request.clientID == nil && request.postLogoutRedirectURI == nil)
        #expect(request.state == nil && request.logoutHint == nil && request.uiLocales == nil)
    }

    @Test("all it can say")
    func all() throws {
        let request = try LogoutRequest(
            try form([
                ("id_token_hint", "a.b.c"), ("client_id", "app"), ("post_logout_redirect_uri", "https://a/bye"),
                ("state", "s"), ("logout_hint", "jörg"), ("ui_locales", "de"), ("unknown", "x"),
            ]))
        #expect(request.idTokenHint?.revealText() == "a.b.c" && request.clientID == "app")
        #expect(request.postLogoutRedirectURI?.rawValue == "https://a/bye")
        #expect(request.state == "s" && request.logoutHint == "jörg" && request.uiLocales == "de")
    }

    @Test(
        "refused",
        arguments: [
            ("id_token_hint", String(repeating: "x", count: 16_385), "id_token_hint is too long"),
            ("client_id", "a\n", "client_id has a character that is not allowed or is too long"),
            ("post_logout_redirect_uri", "/bye", "invalid redirect URI: not an absolute URI"),
            ("post_logout_redirect_uri", "//evil.example", "invalid redirect URI: not an absolute URI"),
            (
                "post_logout_redirect_uri", "https://a/\r\n",
                "invalid redirect URI: has a character that is not allowed in a URI"
            ),
            ("state", "a\r\n", "state must be at most 2048 printable ASCII characters"),
            ("state", String(repeating: "x", count: 2049), "state must be at most 2048 printable ASCII characters"),
            ("logout_hint", "a\u{7F}", "logout_hint has control characters or is longer than 2048 bytes"),
            ("ui_locales", "é", "ui_locales must be at most 2048 printable ASCII characters"),
        ])
    func refused(_ name: String, _ value: String, because description: String) throws {
        let form = try form([(name, value)])
        let error = refusal { () throws(OAuthError) in _ = try LogoutRequest(form) }
        #expect(error == OAuthError(.invalidRequest, description))
    }
}
