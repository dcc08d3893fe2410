import CEL
import StrictJSON
import Testing

@Suite struct HostileTests {
    /// Inputs that aim at the stack, the memory or the time: refused, or answered, and never long.
    @Test(
        arguments: [
            ("parentheses", String(repeating: "(", count: 8000), .tooDeep),
            (
                "closed parentheses", String(repeating: "(", count: 33) + "1" + String(repeating: ")", count: 33),
                .tooDeep
            ),
            ("brackets", String(repeating: "[", count: 8000), .tooDeep),
            ("braces", String(repeating: "{1:", count: 2000), .tooDeep),
            ("calls", String(repeating: "size(", count: 1600), .tooDeep),
            ("indexes", String(repeating: "x[", count: 4000), .tooDeep),
            ("exclamation marks", String(repeating: "!", count: 8000) + "true", .tooDeep),
            ("only marks", String(repeating: "!", count: 8192), .syntax),
            ("minus signs", String(repeating: "-", count: 8000) + "x", .tooDeep),
            ("selections", "claims" + String(repeating: ".a", count: 4000), .tooDeep),
            ("sums", "1" + String(repeating: "+1", count: 4000), .tooDeep),
            ("comparisons", "1" + String(repeating: "==1", count: 2500), .tooDeep),
            ("conditionals", String(repeating: "x?1:", count: 2000) + "1", .tooDeep),
            ("loops", String(repeating: "[1].map(e,", count: 800), .tooDeep),
            ("chained calls", "provider" + String(repeating: ".lowerAscii()", count: 600), .tooDeep),
            ("too long", String(repeating: " ", count: 8192) + "1", .tooLong),
            ("long text", "'" + String(repeating: "a", count: 9000) + "'", .tooLong),
            ("question marks", String(repeating: "x?", count: 4000), .syntax), ("nul", "\0", .syntax),
            ("quotes", String(repeating: "'", count: 8191), .invalidLiteral),
        ] as [(String, String, CELIssue.Kind)])
    func refused(_ name: String, _ source: String, _ kind: CELIssue.Kind) {
        let found = issues(of: source)
        #expect(found.map(\.kind) == [kind], "\(found)")
    }

    @Test(arguments: [
        ("true" + String(repeating: "&&true", count: 1300), "true"),
        ("false" + String(repeating: "||false", count: 1100), "false"),
        ("1/0==1" + String(repeating: "||1/0==1", count: 900) + "||true", "true"),
        ("size([1" + String(repeating: ",1", count: 4000) + "])", "4001"),
        (String(repeating: "(", count: 32) + "7" + String(repeating: ")", count: 32), "7"),
        (String(repeating: "!", count: 150) + "true", "true"), (String(repeating: "-", count: 33) + "19", "-19"),
        ("true" + String(repeating: " ? true : true", count: 24) + "", "true"),
        ("3" + String(repeating: " - 3 + 3", count: 12), "3"), ("4" + String(repeating: " * 4 / 4", count: 12), "4"),
        ("int(uint(int(uint(int(uint(int(uint(int(uint(int(uint(7))))))))))))", "7"),
        ("size([[[[[[[[[[[[0]]]]]]]]]]]])", "1"),
        ("[[[[[[[[[[[['foo']]]]]]]]]]]][0][0][0][0][0][0][0][0][0][0][0][0]", "\"foo\""),
        (
            "'" + String(repeating: "a", count: 4000) + "'.contains('" + String(repeating: "a", count: 3000) + "b')",
            "false"
        ),
    ])
    func answered(_ source: String, _ value: String) { #expect(outcome(of: source) == value) }

    @Test(arguments: [
        "numbers.map(a, numbers.map(b, numbers.map(c, numbers.map(d, numbers.map(e, numbers.map(f, numbers.map(g, numbers.map(h, numbers.map(i, numbers.map(j, 1))))))))))",
        "big.all(a, big.all(b, a + b > 0))", "big.map(a, big).map(b, b + b + b + b + b + b + b + b).size() > 0",
        "['0123456789abcdef'].map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a+a)",
        "big.exists(a, big.exists(b, false)) || true", "true && (big.all(a, big.all(b, true)) || true)",
        "big.map(a, text).join(text).size() > 0", "big.all(a, !text.contains('aaaaaaaaaaaab'))",
        "[1]" + String(repeating: ".map(a,[[[[[[[[[a]]]]]]]]])", count: 12) + " == [1]", "big.all(a, big == big)",
        "big.all(a, text == text + '')", "big.all(a, object == object)", "big.map(a, text.split('')).size() > 0",
    ])
    func tooExpensive(_ source: String) throws {
        let wide = Environment(["numbers": .dyn, "big": .dyn, "text": .dyn, "object": .dyn])
        var object = JSONObject()
        for number in 0..<1000 { object["m\(number)"] = 1 }
        let bindings: Bindings = [
            "numbers": .list((0..<10).map { .int($0) }), "big": .list((1...2000).map { .int($0) }),
            "text": .string(String(repeating: "a", count: 16_000)), "object": .map(object),
        ]
        let expression = try CELExpression(source, in: wide)
        let error = #expect(throws: EvaluationError.self) { try expression.evaluate(bindings) }
        #expect(error?.reason == .tooExpensive)
        let (explained, _) = expression.evaluateExplained(bindings)
        #expect(explained == .failure(try #require(error)))
    }
}
