import SeededRandom
import StrictJSON
import Testing

@Suite("What is written is read back")
struct RoundTripTests {
    @Test("random values", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let value = Self.value(depth: 5, using: &random)
            let bytes = value.encoded()
            #expect(try JSONValue.parse(bytes) == value)
            #expect(try JSONValue.parse(bytes).encoded() == bytes)
        }
    }

    @Test(
        "exact bytes",
        arguments: [
            (nil, "null"), (true, "true"), (false, "false"), (0, "0"), (-5, "-5"), ([], "[]"), ([:], "{}"),
            ([1, [2], "x"], #"[1,[2],"x"]"#),
            (["b": 1, "a": [:]], #"{"b":1,"a":{}}"#),
            ("\"\\/", #""\"\\/""#),
            ("\u{08}\t\n\u{0C}\r", #""\b\t\n\f\r""#),
            ("\0\u{01}\u{0F}\u{10}\u{1F}\u{7F}", "\"\\u0000\\u0001\\u000f\\u0010\\u001f\u{7F}\""),
            ("é€😀\u{2028}<>&", "\"é€😀\u{2028}<>&\""),
            (["a\"b": "c\nd"], #"{"a\"b":"c\nd"}"#),
        ] as [(JSONValue, String)])
    func exact(_ value: JSONValue, writes text: String) {
        #expect(value.encoded() == Array(text.utf8))
        #expect(value.encodedText() == text)
    }

    @Test("writing appends")
    func appends() {
        var bytes: [UInt8] = [0x78]
        JSONValue.bool(true).write(into: &bytes)
        JSONValue.integer(1).write(into: &bytes)
        #expect(bytes == Array("xtrue1".utf8))
    }

    @Test("a double is a number unless it is none")
    func doubles() throws {
        #expect(JSONNumber(.nan) == nil)
        #expect(JSONNumber(.infinity) == nil)
        for double in [0, -0.0, 1.5, 1e300, .leastNonzeroMagnitude, -.pi, .greatestFiniteMagnitude, 1e16] {
            let number = try #require(JSONNumber(double))
            #expect(try JSONValue.parse(JSONValue.number(number).encoded()) == .number(number))
            #expect(number.double == double)
        }
    }

    private static func value(depth: Int, using random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .integer(.random(in: -9...9, using: &random))
        case 4:
            let double = Double.random(in: -1e9...1e9, using: &random)
            return JSONNumber(double).map(JSONValue.number) ?? .null
        case 5: return .string(JSONString(text(using: &random)))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<6, using: &random)).map { _ in value(depth: depth - 1, using: &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<6, using: &random) {
                object[text(using: &random)] = value(depth: depth - 1, using: &random)
            }
            return .object(object)
        }
    }

    private static func text(using random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let limits: [UInt32] = [0x20, 0x80, 0x800, 0x1_0000, 0x11_0000]
            let limit = limits.randomElement(using: &random) ?? 0x80
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
