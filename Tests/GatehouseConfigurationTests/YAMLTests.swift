import GatehouseConfiguration
import StrictJSON
import Testing

private func refusal(of text: String) -> String? {
    do throws(ConfigurationProblems) {
        _ = try YAMLDocument.parse(Array(text.utf8), file: "x.yaml")
        return nil
    } catch {
        return error.description
    }
}

private func json(_ text: String) throws -> String? {
    let context = ReadingContext(MemoryFiles().surroundings)
    let value = try YAMLDocument.parse(Array(text.utf8), file: "x.yaml")?.json(context: context)
    try context.check()
    return value?.encodedText()
}

@Suite struct YAMLTests {
    @Test(arguments: [
        ("a: 1\na: 2", "x.yaml:1:1: this key comes twice in its map"),
        ("a: {b: 1, b: 2}", "x.yaml:1:5: this key comes twice in its map"),
        ("a: &x 1\nb: *x", "anchors (&) and aliases (*) are not read here"),
        ("a: &x [1]", "anchors (&) and aliases (*) are not read here"),
        ("a: *x", "not YAML that is read here: found undefined alias"),
        ("a: !!int 1", "x.yaml:1:4: tags (!) are not read here"),
        ("a: !foo {}", "x.yaml:1:4: tags (!) are not read here"),
        ("? [a]\n: 1", "x.yaml:1:3: a key must be text"),
        ("a: [", "x.yaml:2:1: not YAML"),
        ("a: b: c", "x.yaml:1:5: not YAML: mapping values are not allowed in this context"),
        ("a: *", "put a value with * or & in front into quotes"),
        ("a: 1\n---\nb: 2", "x.yaml:2:1: not YAML that is read here: but found another document"),
        ("a: \u{1}", "x.yaml:1:1: not YAML: a character that YAML does not allow"),
        (String(repeating: "[", count: 40) + String(repeating: "]", count: 40), "nested deeper than 32 levels"),
        (String(repeating: " ", count: 1 << 20) + "x", "x.yaml:1:1: file is larger than 1 MiB"),
    ])
    func refuses(_ text: String, _ message: String) throws {
        let problem = try #require(refusal(of: text))
        #expect(problem.contains(message))
    }

    /// libyaml stops at 1,000 levels; neither it nor Yams may run out of stack before.
    @Test(arguments: ["[", "- ", "{a: ", "? "]) func deepNestingIsRefusedInTime(_ level: String) {
        let isRefused = refusal(of: String(repeating: level, count: 100_000)) != nil
        #expect(isRefused)
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        #expect(throws: ConfigurationProblems.self) {
            try YAMLDocument.parse([0x61, 0x3A, 0x20, 0xFF], file: "x.yaml")
        }
    }

    /// Nine levels of nine aliases, used as keys, would be compared value by value.
    @Test(.timeLimit(.minutes(1))) func aBillionLaughsAreNotRead() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(refusal(of: text + "? *a9\n: 1")?.contains("anchors") == true)
    }

    @Test func emptyFilesAreNothing() throws {
        #expect(try YAMLDocument.parse([], file: "x.yaml") == nil)
        #expect(try YAMLDocument.parse(Array("# nothing\n".utf8), file: "x.yaml") == nil)
    }

    @Test(arguments: [
        ("[1, -1, +1, 007, 0x1F, 0o17]", "[1,-1,1,7,31,15]"),
        ("[9223372036854775807, 9223372036854775808]", "[9223372036854775807,9223372036854775808]"),
        ("[1.5, .5, 1., 1e3, 1.0E+3, -0.5e-1]", "[1.5,0.5,1.0,1e3,1.0e3,-0.5e-1]"),
        ("[true, True, FALSE]", "[true,true,false]"),
        ("[null, ~, Null, ]", "[null,null,null]"),
        ("[yes, no, on, off, y, N]", #"["yes","no","on","off","y","N"]"#),
        (#"["1", 'true', "null", ""]"#, #"["1","true","null",""]"#),
        (
            "[2001-01-01, 12:30, 1_000, 0b1, 1e, e1, -, +, .]",
            #"["2001-01-01","12:30","1_000","0b1","1e","e1","-","+","."]"#
        ),
        ("{a: {b: c}}", #"{"a":{"b":"c"}}"#),
        ("|\n  two\n  lines\n", #""two\nlines\n""#),
    ])
    func scalarsFollowTheCoreSchema(_ text: String, _ expected: String) throws {
        #expect(try json(text) == expected)
    }

    @Test(arguments: [".inf", "-.inf", ".nan", "+.INF"]) func numbersThatJSONHasNotAreRefused(_ text: String) {
        #expect(throws: ConfigurationProblems.self) { try json("a: \(text)") }
    }

    /// Whatever the bytes are: an answer or problems, never a trap.
    @Test func brokenTextNeverTraps() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]:,-?&*!|>'\"%@` \n\tab1~#<=.\u{e9}".utf8)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let files = MemoryFiles()
            var changed = files
            changed.files["gatehouse.yaml"] = FileContent(bytes: bytes, mode: 0o600)
            #expect(!changed.problems().isEmpty)
        }
    }
}
