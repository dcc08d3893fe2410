import CEL
import StrictJSON
import Testing

@Suite struct ExplanationTests {
    private func lines(_ source: String) throws -> [String] {
        let (_, observations) = try CELExpression(source, in: environment).evaluateExplained(sampleBindings)
        return observations.map { observation in
            let operands = observation.operands.filter { !$0.isConstant }.map { "\($0.source)=\($0.value)" }.joined(
                separator: " ")
            let outcome =
                switch observation.outcome {
                case .hit: "hit"
                case .miss: "miss"
                case .error(let error): "error \(error.position)"
                }
            return
                "\(observation.position) \(observation.source) | \(operands) | \(outcome)\(observation.wasReached ? "" : " (not reached)")"
        }
    }

    @Test(
        arguments: [
            (
                "claims.ref == 'refs/heads/main'",
                ["1:1 claims.ref == 'refs/heads/main' | claims.ref=\"refs/heads/main\" | hit"]
            ),
            (
                "claims.repository_id == '1' && claims.ref == 'refs/heads/main'",
                [
                    "1:1 claims.repository_id == '1' | claims.repository_id=\"456789\" | miss",
                    "1:32 claims.ref == 'refs/heads/main' | claims.ref=\"refs/heads/main\" | hit (not reached)",
                ]
            ),
            (
                "has(claims.actor) && claims.actor == 'me'",
                [
                    "1:1 has(claims.actor) | claims={\"sub\": \"repo:octo/app:ref:refs/heads/main\", \"ref\": \"refs/heads/main\", \"repository_id\": \"456789\", \"run_attempt\": 2, \"email_verified\": true, \"ratio\": 1.5, \"nothing\": null, \"groups\": [\"dev\", \"ops\"], … | miss",
                    "1:22 claims.actor == 'me' |  | error 1:29 (not reached)",
                ]
            ),
            ("claims.email_verified", ["1:1 claims.email_verified | claims.email_verified=true | hit"]),
            (
                "!claims.email_verified || provider.startsWith('git')",
                [
                    "1:2 claims.email_verified | claims.email_verified=true | hit",
                    "1:27 provider.startsWith('git') | provider=\"github-actions\" | hit",
                ]
            ),
            (
                "claims.groups.exists(g, g == 'ops') && 'dev' in claims.groups",
                [
                    "1:1 claims.groups.exists(g, g == 'ops') | claims.groups=[\"dev\", \"ops\"] | hit",
                    "1:40 'dev' in claims.groups | claims.groups=[\"dev\", \"ops\"] | hit",
                ]
            ),
            (
                "(claims.run_attempt + 1) < 3 ? true : false",
                ["1:1 (claims.run_attempt + 1) < 3 | (claims.run_attempt + 1)=3 | miss"]
            ), ("claims.absent == 'x'", ["1:1 claims.absent == 'x' |  | error 1:8"]),
            ("'repo:' + claims.repository_id", []), ("claims.ref", []), ("true", []),
            (
                "claims.ref == 'a' ||\n claims.kelvin == 'K'",
                [
                    "1:1 claims.ref == 'a' | claims.ref=\"refs/heads/main\" | miss",
                    "2:2 claims.kelvin == 'K' | claims.kelvin=\"\u{212A}\" | miss",
                ]
            ),
        ] as [(String, [String])])
    func observes(_ source: String, _ expected: [String]) throws {
        let lines = try lines(source)
        #expect(lines == expected)
    }

    @Test func operandsAreShortAndOnOneLine() throws {
        let hostile = "a\nb\u{1B}[31m\u{202E}" + String(repeating: "\u{E9}", count: 4000)
        let (_, observations) = try CELExpression("provider == 'x'", in: environment).evaluateExplained([
            "provider": .string(hostile)
        ])
        let shown = try #require(observations.first?.operands.first?.value)
        #expect(shown.utf8.count <= CELLimits.shownBytes)
        #expect(shown.hasPrefix(#""a\nb\U0000001b[31m\U0000202e"#))
        #expect(shown.hasSuffix("…"))
    }

    @Test func thereIsALimit() throws {
        let long = (0..<500).map { "x == \($0)" }.joined(separator: "||")
        let (_, observations) = try CELExpression(long, in: environment).evaluateExplained(sampleBindings)
        #expect(observations.count == CELLimits.observations)
    }

    @Test(
        arguments: [
            ("claims.ref == 'a'", [["claims", "ref"]]), ("claims['ref'] == claims.ref", [["claims", "ref"]]),
            ("has(claims.a.b) && claims.a.c > 1", [["claims", "a", "b"], ["claims", "a", "c"]]),
            ("claims.groups.exists(claims, claims.x == provider)", [["claims", "groups"], ["provider"]]),
            ("claims[provider]", [["claims"], ["provider"]]), ("request.audience == ''", [["request.audience"]]),
            ("1 + 1 == 2", []), ("size(claims) > 0", [["claims"]]), ("claims.list[0].name", [["claims", "list"]]),
            ("[claims.a].map(e, e.b + claims.c)", [["claims", "a"], ["claims", "c"]]),
            ("{claims.k: claims.v}", [["claims", "k"], ["claims", "v"]]),
        ] as [(String, [[String]])])
    func paths(_ source: String, _ paths: [[String]]) throws {
        #expect(try CELExpression(source, in: environment).referencedPaths == paths)
    }

    @Test(
        arguments: [
            ("null", "null"), ("[1, 1.5, 'a', true, null]", nil), ("{1: b'\\xff\\x00a', true: 2u}", nil),
            ("1.0 / 0.0", "none"), ("[0.0 / 0.0]", "none"), ("{1: 1, '1': 2}", "none"), ("type(1)", nil),
            ("18446744073709551615u", nil), ("claims.nested", nil),
        ] as [(String, String?)])
    func json(_ source: String, _ expected: String?) throws {
        let json = try CELExpression(source, in: environment).evaluate(sampleBindings).json()
        #expect((json == nil) == (expected == "none"))
    }

    @Test func jsonValues() throws {
        func json(_ source: String) throws -> JSONValue? {
            try CELExpression(source, in: environment).evaluate(sampleBindings).json()
        }
        #expect(try json("[1, 'a', true, null]") == [1, "a", true, nil])
        #expect(try json("1.5") == .number(JSONNumber(unchecked: "1.5")))
        #expect(try json("18446744073709551615u") == .number(JSONNumber(unchecked: "18446744073709551615")))
        #expect(try json("{1: b'\\xff\\x00a', true: 2u}") == ["1": "/wBh", "true": 2])
        #expect(try json("[b'', b'a', b'ab', b'abc', b'abcd']") == ["", "YQ==", "YWI=", "YWJj", "YWJjZA=="])
        #expect(try json("type(1)") == "int")
        #expect(try json("claims.nested") == sampleClaims["nested"])
        #expect(CELValue(.number(JSONNumber(unchecked: "18446744073709551615"))) == .double(18446744073709551616.0))
    }

    @Test func valuesAreEqualOnlyOfOneKind() {
        #expect(CELValue.int(1) == .int(1))
        #expect(CELValue.int(1) != .uint(1))
        #expect(CELValue.int(1) != .double(1))
        #expect(CELValue.string("\u{212A}") != .string("K"))
        #expect(CELValue.list([.int(1)]) != .list([.uint(1)]))
        #expect(CELValue.map(sampleClaims) == .map(sampleClaims))
    }

    @Test(
        arguments: [
            ("claim", "claims"), ("startswith", "startsWith"), ("contians", "contains"), ("completely", nil), ("", nil),
            ("ab", nil),
        ] as [(String, String?)])
    func suggestions(_ name: String, _ expected: String?) {
        #expect(
            Suggestion.nearest(to: name, among: ["claims", "provider", "startsWith", "contains", "ax", "ay"])
                == expected)
    }
}
