import StrictJSON
import Testing

@testable import GatehouseKit

@Suite struct CommandsTextTests {
    @Test(
        arguments: [
            (0, "0s"), (-5, "0s"), (59, "59s"), (60, "1m"), (292, "4m52s"), (900, "15m"), (3600, "1h"), (3661, "1h1m"),
            (3601, "1h"), (86_400, "1d"), (864_000, "10d"), (90_000, "1d1h"), (Int64.max, "106751991167300d15h"),
        ])
    func durations(_ seconds: Int64, _ text: String) { #expect(HumanTime.duration(seconds) == text) }

    @Test(
        arguments: [
            (1000, 1000, "just now"), (1030, 1000, "in 30s"), (970, 1000, "just now"), (1900, 1000, "in 15m"),
            (0, 7200, "2h ago"), (2_592_000, 0, "in 30d"), (2_591_999, 0, "in 30d"), (3599, 0, "in 1h"),
            (86_400, 0, "in 24h"), (.max, -1, "never"), (.min, 1, "long ago"), (.max, 0, "in 106751991167301d"),
        ] as [(Int64, Int64, String)])
    func relativeTimes(_ moment: Int64, _ now: Int64, _ text: String) {
        #expect(HumanTime.relative(moment, to: now) == text)
    }

    @Test(
        arguments: [
            ("10d", 10), ("4w", 28), ("48h", 2), ("0d", 0), ("5", nil), ("5x", nil), ("-5d", nil), ("+5d", nil),
            ("5.5d", nil), ("", nil),
            ("d", nil), ("25h", nil), ("99999999999999999999d", nil), ("9223372036854775807w", nil), ("5 d", nil),
        ] as [(String, Int64?)])
    func days(_ text: String, _ days: Int64?) { #expect(HumanTime.days(text) == days) }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2026-11-24T01:02:03.004Z", 1_795_482_123),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("1969-12-31T23:59:59Z", -1), ("9999-12-31T23:59:59.999Z", 253_402_300_799), ("2026-11-24", nil), ("", nil),
            ("2026-13-01T00:00:00Z", nil), ("2026-11-24T25:00:00Z", nil), ("2026-11-24T01:02:03+01:00", 1_795_478_523),
            ("x026-11-24T01:02:03.004Z", nil),
        ] as [(String, Int64?)])
    func times(_ text: String, _ seconds: Int64?) { #expect(HumanTime.seconds(ofRFC3339: text) == seconds) }

    @Test func printable() {
        #expect(Printable.line("plain é") == "plain é")
        #expect(Printable.line("a\u{1B}[31mb\nc\u{9B}d\u{200B}") == "a\u{FFFD}[31mb\u{FFFD}c\u{FFFD}d\u{FFFD}")
        #expect(Printable.lines("a\nb\rc") == "a\nb\u{FFFD}c")
        #expect(Printable.line("a\r\nb") == "a\u{FFFD}\u{FFFD}b")
        #expect(Printable.shortened("abcdef", to: 4) == "abc…")
        #expect(Printable.shortened("abcd", to: 4) == "abcd")
    }

    @Test func tables() {
        var table = TextTable(["A", "LONGER", "C"])
        table.add(["1", "2", ""])
        table.add(["wide one", "\u{1B}x", "end"])
        #expect(table.text == "A          LONGER   C\n1          2\nwide one   \u{FFFD}x       end\n")
    }

    @Test(
        arguments: [
            (#"{"a":1,"b":"plain","c":"","d":[],"e":{}}"#, "a: 1\nb: plain\nc: \"\"\nd: []\ne: {}\n"),
            (
                #"{"a":{"b":[1,{"c":true,"d":null},[2]]}}"#,
                "a:\n  b:\n    - 1\n    - c: true\n      d: null\n    - - 2\n"
            ),
            (
                ##"["yes","No","null","1","a: b","- x","#c","2026-01-01","a#b"]"##,
                "- \"yes\"\n- \"No\"\n- \"null\"\n- \"1\"\n- \"a: b\"\n- \"- x\"\n- \"#c\"\n- \"2026-01-01\"\n- \"a#b\"\n"
            ),
            (#"{"on":"a\u001bb\u0085"}"#, "\"on\": \"a\\u001bb\\u0085\"\n"), (#""text""#, "text\n"),
        ])
    func yaml(_ json: String, _ text: String) throws {
        #expect(YAMLWriter.text(try JSONValue.parse(Array(json.utf8))) == text)
    }

    @Test func coloursOnlyWhereTheyMayBe() {
        #expect(Style.plain.tick == "✓")
        #expect(Style(isColoured: true).tick == "\u{1B}[32m✓\u{1B}[0m")
        #expect(!Style.permitsColour(["NO_COLOR": "1"]))
        #expect(Style.permitsColour(["NO_COLOR": ""]))
        #expect(!Style.permitsColour(["TERM": "dumb"]))
    }

    @Test func exchangeSummary() {
        let answer: JSONValue = [
            "scope": "namespace:payments role:deployer role:monitor", "expires_in": 900, "access_token": "t",
        ]
        #expect(
            ExchangeSummary(answer).line(.plain)
                == "✓ exchanged  namespace payments  role deployer, monitor  expires in 15m")
        #expect(ExchangeSummary(["access_token": "t"]).line(.plain) == "✓ exchanged")
    }
}
