import Identifiers
import OAuth
import SeededRandom
import Testing

@Suite("Local targets")
struct LocalTargetTests {
    @Test(
        "accepted",
        arguments: [
            "/", "/a", "/a/b.c", "/a/", "/a//b", "/a?b=c&d=%2F%2e%5C%0A", "/oauth/authorize?x=https://a.example/../b",
            "/?",
            "/.well-known/x", "/a..b/...", "/a/%C3%A9", "/@a", "/a:b", "/" + String(repeating: "x", count: 4095),
        ])
    func accepted(_ text: String) throws {
        #expect(try LocalTarget(text).rawValue == text)
    }

    private static let begin = "must begin with /"
    private static let ascii = "only visible ASCII is allowed"
    private static let escape = "has an escape that is not allowed in a path"
    private static let dots = "has a dot segment"
    private static let broken = "has a broken percent escape"

    @Test(
        "refused",
        arguments: [
            ("", begin), ("a", begin), ("?a", begin), ("https://evil.example/", begin), ("javascript:alert(1)", begin),
            ("user@evil.example", begin), ("%2Fa", begin), (#"\/evil.example"#, begin), (" /a", begin), ("\t/a", begin),
            ("//", "must not begin with //"), ("//evil.example", "must not begin with //"),
            ("//user:pw@evil.example/", "must not begin with //"), ("///evil.example", "must not begin with //"),
            (#"/\evil.example"#, "has a backslash"), (#"/a\b"#, "has a backslash"), (#"/a?b=\"#, "has a backslash"),
            (#"/\/evil.example"#, "has a backslash"),
            ("/a\r\nLocation: x", ascii), ("/\r/evil.example", ascii), ("/\n/evil.example", ascii),
            ("/\t/evil.example", ascii), ("/a b", ascii), ("/a?b=\r", ascii), ("/\u{0}", ascii), ("/\u{7F}", ascii),
            ("/é", ascii), ("/\u{2215}evil.example", ascii), ("/\u{212A}", ascii), ("/a?b=é", ascii),
            ("/a#", "has a fragment"), ("/a?b#c", "has a fragment"),
            ("/%2Fevil.example", escape), ("/%2fevil.example", escape), ("/%5Cevil.example", escape),
            ("/%5cevil.example", escape), ("/a/%2e%2e/b", escape), ("/a/%2E./b", escape), ("/a/.%2e", escape),
            ("/%252e%252e/", escape), ("/a%0d%0aX:y", escape), ("/a%00", escape), ("/a%20b", escape), ("/a%7F", escape),
            ("/a/../b", dots), ("/a/..", dots), ("/..", dots), ("/.", dots), ("/./a", dots), ("/a/./b", dots),
            ("/a/.?b", dots), ("/.//evil.example", dots), ("/..//evil.example", dots),
            ("/%", broken), ("/a%4", broken), ("/a%GG", broken), ("/a?b=%", broken), ("/a?b=%4", broken),
            ("/%?41", broken),
            ("/" + String(repeating: "x", count: 4096), "longer than 4096 bytes"),
        ])
    func refused(_ text: String, because reason: String) {
        #expect(throws: InvalidValue("local target", reason)) { try LocalTarget(text) }
    }

    @Test("random texts are refused, or are read again as the same and stay on the site")
    func random() throws {
        var random = SeededGenerator(seed: 22)
        let pieces = [
            "/", "//", "\\", "a", "evil.example", "@", ":", "?", "#", ".", "..", "%2e", "%2F", "%5c", "%41", "%", "\r",
            "\n", "\t", " ", "é", "\u{212A}", "\u{0}",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let text =
                (random.chance(80) ? "/" : "") + (0..<random.next() % 6).map { _ in random.pick(pieces) }.joined()
            guard let target = try? LocalTarget(text) else { continue }
            accepted += 1
            #expect(try LocalTarget(target.rawValue) == target)
            #expect(target.rawValue.hasSameBytes(as: text))
            #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
            #expect(text.utf8.starts(with: "/".utf8) && !text.utf8.starts(with: "//".utf8))
        }
        #expect(accepted > 500)
    }
}
