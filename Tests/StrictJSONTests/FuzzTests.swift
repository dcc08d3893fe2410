import SeededRandom
import StrictJSON
import Testing

/// Damaged documents: whatever the bytes are, the reader answers; and what it accepts means the same when written again.
@Suite("Damaged documents")
struct FuzzTests {
    private static let documents: [[UInt8]] = [
        #"{"iss":"https://idp.example","sub":"repo:a/b:ref:refs/heads/main","aud":["x","y"],"exp":1632493867}"#,
        #"{"alg":"RS256","kid":"k\u00e9y","typ":"JWT","crit":["b64"],"b64":false}"#,
        #"[1,-2.5e+10,0,1e-7,9223372036854775807,null,true,false,{"a":{"b":[{}]}}]"#,
        #"{"\ud83d\ude00":"é€😀\n\"\\\/","":[[[[]]]]," ":{"x":"\u0000"}}"#,
    ].map { Array($0.utf8) }

    /// Bytes with a meaning somewhere in the grammar, and the edges of UTF-8.
    private static let interesting: [UInt8] =
        Array("{}[],:\"\\/ue-+.0129tfn \n".utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xED, 0xF4, 0xFF]

    @Test("20,000 mutations", arguments: 0..<10 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<2000 {
            var bytes = Self.documents.randomElement(using: &random) ?? []
            for _ in 0...Int.random(in: 0..<4, using: &random) { Self.mutate(&bytes, using: &random) }
            do throws(JSONError) {
                let value = try JSONValue.parse(bytes)
                accepted += 1
                #expect(try JSONValue.parse(value.encoded()) == value)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
        #expect(accepted > 0)
    }

    @Test("every prefix of a document is refused, at a place inside it")
    func prefixes() {
        for document in Self.documents {
            for length in 0..<document.count {
                let error = refusal(Array(document.prefix(length)))
                #expect(error != nil)
                #expect((0...length).contains(error?.offset ?? -1))
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let byte = interesting.randomElement(using: &random) ?? 0
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.insert(byte, at: place)
        case 1: if place < bytes.count { bytes[place] = byte }
        case 2: if place < bytes.count { bytes.remove(at: place) }
        case 3: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        default:
            let end = Int.random(in: place...bytes.count, using: &random)
            bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
        }
    }
}
