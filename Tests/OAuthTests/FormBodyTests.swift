import OAuth
import SeededRandom
import Testing

@Suite("Forms")
struct FormBodyTests {
    @Test(
        "read",
        arguments: [
            ("", "a", nil),
            ("a=1", "a", "1"),
            ("a=1&b=2", "b", "2"),
            ("a=1", "A", nil),
            ("a=b=c", "a", "b=c"),
            ("a=1&", "a", "1"),
            ("&&a=1&&b=2&", "b", "2"),
            ("a=x+y%20z w", "a", "x y z w"),
            ("a=%2B%25%26%3D%3b", "a", "+%&=;"),
            ("a=%C3%A9%e2%82%ac", "a", "\u{E9}€"),
            ("%61=1", "a", "1"),
            ("a=~!@$*()_-.:/?,'\"<>{}|\\^`[]#", "a", "~!@$*()_-.:/?,'\"<>{}|\\^`[]#"),
            ("a=%0D%0A", "a", "\r\n"),
            // Without a value is as if not sent (RFC 6749 §3.1), also for the question what comes twice.
            ("a=", "a", nil),
            ("a", "a", nil),
            ("a=&a=1", "a", "1"),
            ("a=1&a", "a", "1"),
            // Names are bytes.
            ("%E2%84%AA=1", "K", nil),
        ] as [(String, String, String?)])
    func read(_ body: String, _ name: String, is value: String?) throws {
        let read = try FormBody(Array(body.utf8))[name]
        #expect(read.map { Array($0.utf8) } == value.map { Array($0.utf8) })
    }

    @Test(
        "refused",
        arguments: [
            ("a=1&a=2", .repeatedParameter("a")),
            ("a=1&a=1", .repeatedParameter("a")),
            ("a=1&%61=1", .repeatedParameter("a")),
            ("grant_type=x&unknown=1&unknown=2", .repeatedParameter("unknown")),
            ("Secret1=1&Secret1=1", .repeatedParameter(nil)),
            ("=1", .unnamedParameter(at: 0)),
            ("a=1&=", .unnamedParameter(at: 4)),
            ("a=%", .badEscape(at: 2)),
            ("a=%4", .badEscape(at: 2)),
            ("a=x%4&b=1", .badEscape(at: 3)),
            ("a=%G0", .badEscape(at: 2)),
            ("a=%+1", .badEscape(at: 2)),
            ("a=%u0041", .badEscape(at: 2)),
            ("%zz=1", .badEscape(at: 0)),
            ("a=%00", .nul(at: 2)),
            ("a%00=1", .nul(at: 0)),
            ("b=1&a=x%00y", .nul(at: 6)),
            ("a=%FF", .notUTF8(at: 2)),
            ("a=%C0%AF", .notUTF8(at: 2)),
            ("a=%ED%A0%80", .notUTF8(at: 2)),
            ("a=%C3&b=%A9", .notUTF8(at: 2)),
            ("%80=1", .notUTF8(at: 0)),
            ("a=1\n", .unexpectedByte(at: 3)),
            ("a=1\r\n&b=2", .unexpectedByte(at: 3)),
            ("a=\t", .unexpectedByte(at: 2)),
            ("a=\0", .unexpectedByte(at: 2)),
            ("a=\u{7F}", .unexpectedByte(at: 2)),
            ("a=é", .unexpectedByte(at: 2)),
        ] as [(String, FormError)])
    func refused(_ body: String, with error: FormError) {
        #expect(throws: error) { try FormBody(Array(body.utf8)) }
    }

    @Test("audience and resource repeat, in their order; another set of names is the caller's choice")
    func repeating() throws {
        let body = Array("audience=b&resource=x&audience=&audience=a&audience=b".utf8)
        let form = try FormBody(body)
        #expect(form.all("audience") == ["b", "a", "b"])
        #expect(form["audience"] == "b")
        #expect(form.all("resource") == ["x"])
        #expect(form.all("missing").isEmpty)
        #expect(throws: FormError.repeatedParameter("audience")) { try FormBody(body, repeatable: ["resource"]) }
        #expect(throws: FormError.repeatedParameter("audience")) { try FormBody(body, repeatable: []) }
    }

    @Test("100 pairs and 64 KiB are the limits, with pairs that say nothing counted too")
    func limits() throws {
        let pairs = (0..<100).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try FormBody(Array(pairs.utf8))["p99"] == "1")
        #expect(throws: FormError.tooManyParameters) { try FormBody(Array((pairs + "&x=1").utf8)) }
        #expect(throws: FormError.tooManyParameters) { try FormBody([UInt8](repeating: 0x26, count: 60_000)) }
        let long = "a=" + String(repeating: "x", count: 65_534)
        #expect(try FormBody(Array(long.utf8))["a"]?.utf8.count == 65_534)
        #expect(throws: FormError.tooLarge) { try FormBody(Array((long + "x").utf8)) }
    }

    @Test(
        "content types",
        arguments: [
            ("application/x-www-form-urlencoded", true),
            ("Application/X-WWW-Form-URLencoded", true),
            (" application/x-www-form-urlencoded ", true),
            ("application/x-www-form-urlencoded; charset=utf-8", true),
            ("application/x-www-form-urlencoded;charset=UTF-8", true),
            (#"application/x-www-form-urlencoded ; Charset="utf-8""#, true),
            (nil, false),
            ("", false),
            (";", false),
            ("application/json", false),
            ("multipart/form-data; boundary=x", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded2", false),
            ("application/x-www-form-urlencoded, application/json", false),
            ("application/x-www-form-urlencoded; charset=iso-8859-1", false),
            ("application/x-www-form-urlencoded; charset=utf-7", false),
            ("application/x-www-form-urlencoded; charset = utf-8", false),
            ("application/x-www-form-urlencoded; boundary=x", false),
            ("application/x-www-form-urlencoded; charset=utf-8; charset=utf-7", false),
            ("application/x-www-form-urlencoded;", false),
            ("application/x-www-form-urlencoded; charset=\u{212A}", false),
        ] as [(String?, Bool)])
    func contentType(_ value: String?, isForm: Bool) {
        #expect(FormBody.isForm(contentType: value) == isForm)
    }

    @Test("a form prints its names only")
    func printing() throws {
        let form = try FormBody(Array("client_secret=hunter2&a=hunter2".utf8))
        var dumped = ""
        dump(form, to: &dumped)
        for text in ["\(form)", String(reflecting: form), dumped] {
            #expect(text.contains("a, client_secret"))
            #expect(!text.contains("hunter2"))
        }
    }

    @Test("random bytes are read or refused")
    func fuzz() {
        let alphabet = Array("aB0=&%+ 2fC3A9\u{0}\n\u{FF}".utf8)
        var random = SeededGenerator(seed: 7)
        func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        var accepted = 0
        for _ in 0..<20_000 {
            let body = (0..<next(24)).map { _ in alphabet[next(alphabet.count)] }
            if (try? FormBody(body)) != nil { accepted += 1 }
        }
        #expect(accepted > 100)
    }
}
