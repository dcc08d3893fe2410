import StrictJSON
import Testing

@Suite("Limits")
struct LimitTests {
    private static func nested(_ depth: Int, open: String = "[", close: String = "]", inner: String = "") -> [UInt8] {
        Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
    }

    @Test("the default depth is 32, arrays and objects alike")
    func depth() {
        #expect(refusal(Self.nested(32)) == nil)
        #expect(refusal(Self.nested(33)) == JSONError(.tooDeep, at: 32))
        #expect(refusal(Self.nested(32, open: #"{"a":"#, close: "}", inner: "1")) == nil)
        #expect(refusal(Self.nested(33, open: #"{"a":"#, close: "}", inner: "1")) == JSONError(.tooDeep, at: 160))
        #expect(refusal(Self.nested(17, open: #"[{"a":"#, close: "}]", inner: "1")) == JSONError(.tooDeep, at: 96))
    }

    @Test("depth 0 allows a bare value only")
    func noDepth() {
        let limits = JSONLimits(maximumBytes: 100, maximumDepth: 0)
        #expect(refusal(Array("1".utf8), limits: limits) == nil)
        #expect(refusal(Array("[]".utf8), limits: limits) == JSONError(.tooDeep, at: 0))
    }

    @Test("a caller's depth is cut at 256, so a million brackets are an error and no stack overflow")
    func deepest() {
        let limits = JSONLimits(maximumBytes: .max, maximumDepth: .max)
        #expect(refusal(Self.nested(256), limits: limits) == nil)
        #expect(refusal(Self.nested(1_000_000), limits: limits) == JSONError(.tooDeep, at: 256))
    }

    @Test("negative limits refuse; nothing traps")
    func negative() {
        let negative = JSONLimits(maximumBytes: -1, maximumDepth: -1, maximumMembers: -1)
        #expect(refusal([], limits: negative)?.reason == .tooLarge)
        #expect(refusal(Array("[]".utf8), limits: JSONLimits(maximumBytes: 9, maximumDepth: -1))?.reason == .tooDeep)
    }

    @Test("bytes")
    func bytes() {
        let limits = JSONLimits(maximumBytes: 4)
        #expect(refusal(Array("1234".utf8), limits: limits) == nil)
        #expect(refusal(Array("12345".utf8), limits: limits) == JSONError(.tooLarge, at: 4))
        #expect(refusal(Array("123  ".utf8), limits: limits) == JSONError(.tooLarge, at: 4))
        let spaces = [UInt8](repeating: 0x20, count: 64 << 10)
        #expect(refusal(spaces + [0x31], limits: .token) == JSONError(.tooLarge, at: 64 << 10))
        #expect(refusal(spaces + [0x31], limits: .document) == nil)
    }

    @Test("members of one object")
    func members() {
        let limits = JSONLimits(maximumBytes: 100, maximumMembers: 2)
        #expect(refusal(Array(#"{"a":1,"b":{"c":1,"d":2}}"#.utf8), limits: limits) == nil)
        #expect(refusal(Array(#"{"a":1,"b":2,"c":3}"#.utf8), limits: limits) == JSONError(.tooManyMembers, at: 13))
        #expect(refusal(Array("[1,2,3]".utf8), limits: limits) == nil)
    }
}
