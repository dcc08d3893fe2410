import Identifiers
import OAuth
import SeededRandom
import Testing

@Suite("Redirect URIs (RFC 6749 §3.1.2, RFC 8252)")
struct RedirectURITests {
    @Test(
        "accepted, with the origin for form-action",
        arguments: [
            ("https://app.example.com/cb", "https://app.example.com"),
            ("https://app.example.com", "https://app.example.com"),
            ("https://App.Example.com:8443/cb?a=b&c", "https://app.example.com:8443"),
            ("https://app.example.com?x", "https://app.example.com"),
            ("https://192.0.2.1/cb", "https://192.0.2.1"),
            ("https://[2001:db8::1]:8443/%C3%A9", "https://[2001:db8::1]:8443"),
            ("http://127.0.0.1/cb", "http://127.0.0.1"),
            ("http://127.0.0.1:5000/cb", "http://127.0.0.1:5000"),
            ("http://[::1]:65535/cb", "http://[::1]:65535"),
            ("http://localhost:3000/", "http://localhost:3000"),
            ("com.example.app:/cb", "com.example.app:"),
            ("com.example.app:cb", "com.example.app:"),
            ("com.example.app://oauth/cb?x=y", "com.example.app:"),
            ("com.example.app:///cb", "com.example.app:"),
            ("com.example.app://", "com.example.app:"),
            ("com.example.app://?x", "com.example.app:"),
            ("https://a/" + String(repeating: "x", count: 2038), "https://a"),
        ])
    func accepted(_ text: String, origin: String) throws {
        let uri = try RedirectURI(text)
        #expect(uri.rawValue == text)
        #expect(uri.origin == origin)
    }

    private static let broken = "has a broken percent escape"
    private static let character = "has a character that is not allowed in a URI"
    private static let host = "has no host, or one that is not allowed"
    private static let port = "has a bad port"
    private static let relative = "not an absolute URI"
    private static let scheme = "must be https, http on loopback, or a private-use scheme with a dot"
    private static let web = "http only for 127.0.0.1, [::1] and localhost"

    @Test(
        "refused",
        arguments: [
            ("", relative), ("/cb", relative), ("//app.example.com/cb", relative), ("app.example.com/cb", relative),
            ("://a", relative), ("1a.b:/cb", relative), (" https://a/", relative), ("é.b:/cb", relative),
            ("https:", "nothing after the scheme"), ("com.example.app:", "nothing after the scheme"),
            ("https:/a/cb", "no // after the scheme"), ("https:a", "no // after the scheme"),
            (#"https:\\a/cb"#, "no // after the scheme"),
            ("HTTPS://a/cb", "the scheme must be in lower case"),
            ("Com.example:/cb", "the scheme must be in lower case"),
            ("JavaScript:alert(1)", "the scheme must be in lower case"),
            ("javascript:alert(1)", scheme), ("javascript://a/%0Aalert(1)", scheme), ("data:text/html,x", scheme),
            ("vbscript:x", scheme), ("file:///etc/passwd", scheme), ("about:blank", scheme),
            ("blob:https://a/x", scheme), ("myapp:/cb", scheme), ("ftp://a/", scheme), ("urn:a:b", scheme),
            ("localhost:3000/cb", scheme),
            ("https://a/#", "has a fragment"), ("https://a/cb#x", "has a fragment"),
            ("https://a#@b/", "has a fragment"),
            ("https://a@b/", "has user information"), ("https://a:b@c/", "has user information"),
            ("https://@b/", "has user information"), ("com.example.app://a@b/", "has user information"),
            ("http://127.0.0.1@evil.example/", "has user information"),
            ("https://", host), ("https:///cb", host), ("https://:443/", host), ("https://?x", host),
            ("https://a..b/", host), ("https://a./", host), ("https://.a/", host), ("https://a%2eb/", host),
            ("https://é.example/", host), ("https://a;script-src/", host), ("https://a'b/", host),
            ("https://a,b/", host),
            ("https://a b/", host), ("https://*.example.com/", host), (#"https://a\b/"#, host),
            ("https://a\r\nb/", host),
            ("https://2130706433/", host), ("https://127.1/", host), ("https://0x7f.1/", host),
            ("https://a.0x1/", host),
            ("https://1.2.3.256/", host), ("https://[::1/", host), ("https://[1.2.3.4]/", host),
            ("https://[fe80::1%25eth0]/", host), ("https://[]/", host), ("https://[::g]/", host),
            ("https://a:/", port), ("https://a:0/", port), ("https://a:65536/", port), ("https://a:080/", port),
            ("https://a:+80/", port), ("https://a:8x/", port), ("https://a:1:2/", port), ("https://[::1]x/", port),
            ("http://app.example.com/cb", web), ("http://127.0.0.2/", web), ("http://127.0.0.1.evil.example/", web),
            ("http://LOCALHOST/", web), ("http://localhost.evil.example/", web), ("http://[::ffff:127.0.0.1]/", web),
            ("http://[0:0:0:0:0:0:0:1]/", web),
            ("https://a/%", broken), ("https://a/%4", broken), ("https://a/%GG", broken), ("https://a/?x=%", broken),
            ("com.example.app:/%", broken), ("com.example.app://a/%zz", broken),
            ("https://a/é", character), ("https://a/ ", character), ("https://a/\r\nX: y", character),
            ("https://a/\t", character), ("https://a/\u{0}", character), ("https://a/\u{7F}", character),
            (#"https://a/\b"#, character), ("https://a/\"", character), ("https://a/<x>", character),
            ("https://a/\u{212A}", character), ("https://a/[x]", character), ("com.example.app:/\n", character),
            ("https://a/" + String(repeating: "x", count: 2039), "longer than 2048 bytes"),
        ])
    func refused(_ text: String, because reason: String) {
        #expect(throws: InvalidValue("redirect URI", reason)) { try RedirectURI(text) }
    }

    @Test(
        "what a registered URI admits (RFC 9700 §4.1.3, RFC 8252 §7.3)",
        arguments: [
            ("https://a.example/cb", "https://a.example/cb", true),
            ("https://a.example/cb", "https://a.example/cb/", false),
            ("https://a.example/cb", "https://a.example/CB", false),
            ("https://a.example/cb", "https://A.example/cb", false),
            ("https://a.example/cb", "https://a.example/cb?x", false),
            ("https://a.example/cb", "https://a.example:443/cb", false),
            ("https://a.example/%7E", "https://a.example/~", false),
            ("https://127.0.0.1/cb", "https://127.0.0.1:8443/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true),
            ("http://[::1]:1/cb?x", "http://[::1]:2/cb?x", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb2", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb?x", false),
            ("http://127.0.0.1/cb", "http://[::1]:1/cb", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1:1/cb", false),
            ("http://127.0.0.1/cb", "http://localhost:1/cb", false),
            ("http://localhost/cb", "http://localhost/cb", true),
            ("http://localhost/cb", "http://localhost:1/cb", false),
            ("com.example.app:/cb", "com.example.app:/cb", true),
            ("com.example.app:/cb", "com.example.app://cb", false),
        ])
    func admits(_ registered: String, _ asked: String, isAdmitted: Bool) throws {
        #expect(try RedirectURI(registered).admits(try RedirectURI(asked)) == isAdmitted)
    }

    @Test(
        "parameters are added to the query",
        arguments: [
            ("https://a/cb", "https://a/cb?a%20b=1%262%0D%0A&c=%C3%A9~-._"),
            ("https://a", "https://a?a%20b=1%262%0D%0A&c=%C3%A9~-._"),
            ("https://a/cb?x=y", "https://a/cb?x=y&a%20b=1%262%0D%0A&c=%C3%A9~-._"),
            ("https://a/cb?", "https://a/cb?a%20b=1%262%0D%0A&c=%C3%A9~-._"),
            ("https://a/cb?x&", "https://a/cb?x&a%20b=1%262%0D%0A&c=%C3%A9~-._"),
        ])
    func adding(_ text: String, gives target: String) throws {
        #expect(try RedirectURI(text).adding([("a b", "1&2\r\n"), ("c", "é~-._")]) == target)
        #expect(try RedirectURI(text).adding([]) == text)
    }

    @Test("random texts are refused, or are read again as the same and safe in a header")
    func random() throws {
        var random = SeededGenerator(seed: 21)
        let pieces = [
            "https", "http", "com.example.app", "javascript", "://", ":", "/", "//", "127.0.0.1", "[::1]", "localhost",
            "a.example", "@", ":80", "?", "x=y", "#", "\\", "\r", "\n", "\r\n", "%2e", "%", "é", "\u{212A}", ".", "..",
            " ", ";", "'", "\u{0}",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let start = random.chance(50) ? random.pick(["https://a", "http://127.0.0.1", "a.b:/"]) : ""
            let text = start + (0..<random.next() % 7).map { _ in random.pick(pieces) }.joined()
            guard let uri = try? RedirectURI(text) else { continue }
            accepted += 1
            #expect(try RedirectURI(uri.rawValue) == uri && uri.admits(uri))
            #expect(uri.rawValue.hasSameBytes(as: text))
            for bytes in [uri.rawValue.utf8, uri.origin.utf8] {
                #expect(bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
            }
            #expect(uri.origin.utf8.allSatisfy { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "'") })
            #expect(try RedirectURI(uri.adding([("code", "a b&c")])).origin == uri.origin)
        }
        #expect(accepted > 500)
    }
}
