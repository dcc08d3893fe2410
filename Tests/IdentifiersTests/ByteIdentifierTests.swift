import Identifiers
import Testing

@Suite("Identifiers are bytes")
struct ByteIdentifierTests {
    @Test(
        "texts that Swift calls equal are different identifiers",
        arguments: [
            ("K", "\u{212A}"),  // KELVIN SIGN
            ("\u{E9}", "e\u{301}"),  // composed, decomposed
            ("\u{C5}", "\u{212B}"),  // ANGSTROM SIGN
            (";", "\u{37E}"),  // GREEK QUESTION MARK
            ("a\u{323}\u{302}", "a\u{302}\u{323}"),  // order of marks
        ])
    func canonicalEquivalents(_ one: String, _ other: String) {
        #expect(one == other)
        #expect(!one.hasSameBytes(as: other))
        #expect(Key(one) != Key(other))
        #expect(Set([Key(one), Key(other)]).count == 2)
        #expect([Key(one): 1][Key(other)] == nil)
    }

    @Test(
        "same and different bytes, short and long",
        arguments: [
            ("", "", true), ("a", "a", true), ("a", "", false), ("", "a", false), ("a", "A", false), ("a", "b", false),
            ("a", "a\0", false), ("a\r\n", "a\n", false), ("https://a.example", "https://a.example/", false),
            ("fifteen bytes!!", "fifteen bytes!!", true), ("sixteen bytes !!", "sixteen bytes !!", true),
            ("a text that is longer than what fits inline", "a text that is longer than what fits inline", true),
            ("a text that is longer than what fits inline", "a text that is longer than what fits inlinE", false),
            ("é€😀", "é€😀", true),
        ])
    func bytes(_ one: String, _ other: String, areSame same: Bool) {
        #expect(one.hasSameBytes(as: other) == same)
        #expect((Key(one) == Key(other)) == same)
        if same { #expect(Key(one).hashValue == Key(other).hashValue) }
    }

    @Test("a slice is compared and hashed as the text it shows")
    func slices() {
        let text = "prefix:a value of some length:suffix"
        let slice = text.dropFirst(7).dropLast(7)
        let whole = "a value of some length"
        #expect(slice.hasSameBytes(as: whole))
        #expect(whole.hasSameBytes(as: slice))
        #expect(!slice.hasSameBytes(as: text))
        var (one, other) = (Hasher(), Hasher())
        slice.hashBytes(into: &one)
        whole.hashBytes(into: &other)
        #expect(one.finalize() == other.finalize())
        #expect(Key(slice) == Key(whole))
    }

    @Test("two texts in a row do not hash as another split of the same bytes")
    func hashTerminator() {
        func hash(_ texts: String...) -> Int {
            var hasher = Hasher()
            for text in texts { text.hashBytes(into: &hasher) }
            return hasher.finalize()
        }
        #expect(hash("ab", "c") != hash("a", "bc"))
        #expect(hash("ab") != hash("ab", ""))
    }

    @Test("the order is that of the bytes, as in SQLite's BINARY and PostgreSQL's C")
    func order() {
        let names = ["b", "\u{E9}", "a\u{301}", "Z", "a", "\u{10000}", "\u{FFFF}", "", "aa"].map { Key($0) }
        #expect(names.sorted().map(\.rawValue.utf8.count) == [0, 1, 1, 2, 3, 1, 2, 3, 4])
        #expect(Key("Z") < Key("a"))
        #expect(Key("\u{FFFF}") < Key("\u{10000}"))
        #expect(!(Key("a") < Key("a")))
    }

    @Test("an identifier shows as itself; an invalid value without the value")
    func descriptions() {
        #expect(Key("a b").description == "a b")
        #expect("\(InvalidValue("namespace", "longer than 63"))" == "invalid namespace: longer than 63")
    }
}
