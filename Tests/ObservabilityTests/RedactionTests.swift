import Observability
import Testing

private let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
private let token = "gth_at_0123456789abcdefghijABCDEFGHIJ"

@Test(
    arguments: [
        ("plain", "plain"),
        ("a\nb\r\u{1b}[31mc\u{7f}\u{0}", "a b  [31mc  "),
        ("c1 \u{9b}31m", "c1  31m"),
        (token, "redacted"),
        ("x \(token), \(token)!", "x redacted, redacted!"),
        ("gth_at_tooshort", "gth_at_tooshort"),
        ("gth_AT_0123456789abcdefghij", "gth_AT_0123456789abcdefghij"),
        (jwt, "redacted"),
        ("Bearer \(jwt)", "Bearer redacted"),
        ("/path/\(jwt)/more", "/path/redacted/more"),
        ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "redacted"),
        ("eyJhIjoxfQ.a.b.c.d", "redacted"),
        ("eyJhIjoxfQ.one", "eyJhIjoxfQ.one"),
        ("1.2.3", "1.2.3"),
        ("", ""),
    ])
func cleaned(text: String, expected: String) { #expect(Redaction.clean(text) == expected) }

@Test func valuesAreShortAndWhole() {
    #expect(Redaction.clean(String(repeating: "a", count: 1000)).utf8.count == 256)
    let cut = Redaction.clean("a" + String(repeating: "\u{20AC}", count: 100))
    #expect((253...256).contains(cut.utf8.count))
    #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
    // A token that would be cut is gone before it is cut.
    #expect(!Redaction.clean(String(repeating: "a", count: 250) + token).contains("gth_"))
}

@Test(
    arguments: [
        ("token", true), ("access_token", true), ("subjectToken", true), ("client_secret", true), ("Password", true),
        ("Authorization", true),
        ("Set-Cookie", true), ("client_assertion", true), ("code", true), ("device_code", true), ("userCode", true),
        ("code_verifier", true),
        ("status_code", false), ("error_code", false), ("token_type", false), ("route", false), ("decoded", false),
        ("principal_id", false),
        ("credential_id", false), ("pinned", false),
    ])
func names(name: String, isSecret: Bool) { #expect(Redaction.isSecretName(name) == isSecret) }
