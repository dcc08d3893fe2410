import StrictJSON
import Testing

@Suite("Documents that are read")
struct AcceptanceTests {
    @Test(
        arguments: [
            ("null", nil),
            (" \t\r\nnull \t\r\n", nil),
            ("true", true),
            ("false", false),
            ("[]", []),
            ("[ ]", []),
            ("[[],[[]]]", [[], [[]]]),
            ("[1,2 , 3]", [1, 2, 3]),
            ("{}", [:]),
            ("{ }", [:]),
            (#"{"a":1 , "b" : [true]}"#, ["a": 1, "b": [true]]),
            (#"{"":0}"#, ["": 0]),
            (#"{"a":{"a":{"a":1}}}"#, ["a": ["a": ["a": 1]]]),
            (#"{"a":1,"A":2}"#, ["a": 1, "A": 2]),
            ("0", 0),
            ("-1", -1),
            ("10", 10),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            (#""""#, ""),
            (#""a""#, "a"),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{08}\u{0C}\n\r\t"),
            (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""\uD83D\uDE00 \ud83d\ude00""#, "😀 😀"),
            (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
            (#""\uD7FF\uE000\uFFFF""#, "\u{D7FF}\u{E000}\u{FFFF}"),
            (#""x\u0000y""#, "x\0y"),
            ("\"\u{7F}\u{2028}\u{2029}\u{FEFF}\"", "\u{7F}\u{2028}\u{2029}\u{FEFF}"),
            ("\"é€😀\u{10FFFF}\"", "é€😀\u{10FFFF}"),
            (#""é\nü\t€""#, "é\nü\t€"),
        ] as [(String, JSONValue)])
    func value(_ text: String, is value: JSONValue) throws {
        #expect(try JSONValue.parse(Array(text.utf8)) == value)
    }

    @Test(
        "numbers that are no Int64 keep their text",
        arguments: [
            ("-0", 0), ("0.0", 0), ("1.5", 1.5), ("-1.50", -1.5), ("1e3", 1000), ("1E+3", 1000), ("0e0", 0),
            ("1.25e-2", 0.0125), ("9223372036854775808", 0x1p63), ("-9223372036854775809", -0x1p63),
            ("18446744073709551615", 0x1p64), ("92233720368547758070", 92_233_720_368_547_758_080),
            ("1e400", .infinity), ("-1e400", -.infinity), ("1e-400", 0),
        ] as [(String, Double)])
    func number(_ text: String, nearest double: Double) throws {
        let value = try JSONValue.parse(Array(text.utf8))
        guard case .number(let number) = value else {
            Issue.record("\(text) became \(value.kind)")
            return
        }
        #expect(number.rawValue == text)
        #expect(number.double == double)
        #expect(value.integerValue == nil)
        #expect(value.encodedText() == text)
    }

    @Test("names that differ in bytes are two names, also where Swift calls them equal")
    func canonicalEquivalents() throws {
        let object = try JSONValue.parseObject(Array("{\"K\":1,\"\u{212A}\":2,\"\u{E9}\":3,\"e\u{301}\":4}".utf8))
        #expect(object.members.map(\.value) == [1, 2, 3, 4])
        #expect(object["\u{212A}"] == 2)
        #expect(object["e\u{301}"] == 4)
        #expect(try JSONValue.parse(Array("\"\u{E9}\"".utf8)) != "e\u{301}")
    }

    @Test("members keep their order, which equality ignores")
    func order() throws {
        let one = try JSONValue.parseObject(Array(#"{"b":1,"a":2}"#.utf8))
        let other = try JSONValue.parseObject(Array(#"{"a":2,"b":1}"#.utf8))
        #expect(one.names == ["b", "a"])
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one.encoded() == Array(#"{"b":1,"a":2}"#.utf8))
    }

    @Test("an object with many members: every one is found, and the second of any name is refused")
    func manyMembers() throws {
        for count in [15, 16, 31, 32, 33, 34, 1000] {
            let members = (0..<count).map { #""name\#($0)":\#($0)"# }
            let text = "{" + members.joined(separator: ",")
            let object = try JSONValue.parseObject(Array((text + "}").utf8))
            #expect(object.members.count == count)
            #expect(object["name\(count - 1)"]?.integerValue == Int64(count - 1))
            for repeated in [0, count / 2, count - 1] {
                let twice = refusal(Array((text + #","name\#(repeated)":0}"#).utf8))
                #expect(twice == JSONError(.duplicateMember, at: text.utf8.count + 1))
            }
            let reversed = "{" + members.reversed().joined(separator: ",") + "}"
            #expect(try JSONValue.parseObject(Array(reversed.utf8)) == object)
            let changed = reversed.replacing(#""name7":7"#, with: #""name7":8"#)
            #expect(try JSONValue.parseObject(Array(changed.utf8)) != object)
        }
    }

    @Test("a span of a longer buffer is read to its own end")
    func span() throws {
        let bytes = Array(#"xx{"a":1}yy"#.utf8)
        let value = try JSONValue.parse(bytes.span.extracting(2..<9))
        #expect(value == ["a": 1])
    }
}
