import Testing

@testable import Pages

@Suite struct LinkTests {
    @Test(arguments: [
        "/", "/sign-in?return_to=%2F", "https://example.org", "HTTPS://example.org/", "com.example.app:/back",
        "http://127.0.0.1", "http://127.0.0.1:8080/", "http://[::1]:1/", "http://localhost/", "http://localhost?a",
        "https://example.org/zürich",
    ])
    func leadsSomewhere(_ href: String) { #expect(Link.isHarmless(href)) }

    @Test(arguments: [
        "", "sign-in", "#x", "//evil.example", "/\\evil.example", "/ path", "/a\nb", "javascript:alert(1)",
        "JavaScript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "\u{1}javascript:alert(1)",
        "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://a", "mailto:a@b", "https:", "https:/a",
        "https:example.org", "http://example.org/", "http://127.0.0.1.evil.example/", "http://localhost.evil.example/",
        "http://localhost@evil.example/", "http:/localhost", "java.script<:x", "a b.c:/", "www.é.x:/",
    ])
    func leadsNowhere(_ href: String) { #expect(!Link.isHarmless(href)) }
}
