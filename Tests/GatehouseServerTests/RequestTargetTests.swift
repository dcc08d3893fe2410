import Testing

@testable import GatehouseServer

@Test(
    arguments: [
        ("/", [], nil),
        ("/livez", ["livez"], nil),
        ("/a/b%20c?x=%2f&y=//", ["a", "b c"], "x=%2f&y=//"),
        ("/a/", ["a", ""], nil),
        ("/%C3%A4", ["ä"], nil),
        ("/a?", ["a"], ""),
        ("/a.b/...", ["a.b", "..."], nil),
    ] as [(String, [String], String?)])
func acceptedTargets(text: String, segments: [String], query: String?) throws {
    let target = try RequestTarget(text)
    #expect(target.segments == segments)
    #expect(target.query == query)
}

@Test(
    arguments: [
        ("", .notOriginForm),
        ("*", .notOriginForm),
        ("livez", .notOriginForm),
        ("http://id.example/livez", .notOriginForm),
        ("id.example:443", .notOriginForm),
        ("/a#b", .badCharacter),
        ("/a\\b", .badCharacter),
        ("/a b", .badCharacter),
        ("/\u{e4}", .badCharacter),
        ("/\u{0}", .badCharacter),
        ("/%", .badPercentEncoding),
        ("/%4", .badPercentEncoding),
        ("/%zz", .badPercentEncoding),
        ("/%+5", .badPercentEncoding),
        ("//livez", .ambiguousPath),
        ("/a//b", .ambiguousPath),
        ("/a/../b", .ambiguousPath),
        ("/.", .ambiguousPath),
        ("/%2e%2E", .ambiguousPath),
        ("/.%2e", .ambiguousPath),
        ("/a%2fb", .ambiguousPath),
        ("/a%2Fb", .ambiguousPath),
        ("/a%00", .ambiguousPath),
        ("/a%0d%0a", .ambiguousPath),
        ("/%ff", .notUTF8),
        ("/%c0%af", .notUTF8),  // an overlong '/'
        ("/%ed%a0%80", .notUTF8),  // a surrogate
    ] as [(String, RequestTarget.Refusal)])
func refusedTargets(text: String, expected: RequestTarget.Refusal) {
    #expect(throws: expected) { try RequestTarget(text) }
}
