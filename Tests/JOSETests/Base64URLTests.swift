import JOSE
import SeededRandom
import Testing

@Suite struct Base64URLTests {
    @Test(
        "RFC 4648 §10, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func published(text: String, encoded: String) {
        #expect(Base64URL.encode(Array(text.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(text.utf8))
    }

    @Test func bothWays() {
        var random = SeededGenerator(seed: 3)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF, 0xFE]) == "-__-")
    }

    @Test(arguments: [
        "A", "AAAAA", "Zh", "Zm9=", "Zg==", "Zg=", "Zm8=", "+/+/", "Zm 9v", "Zm9v\n", "Zm.v", "Zm9v\0", "\u{FF21}AAA",
        "ZZ", "ZmZ",
    ])
    func refused(text: String) { #expect(Base64URL.decode(text) == nil) }

    /// One text for each byte string: whatever decodes is what encoding gives.
    @Test func canonical() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for text in [
                    [first, second], [UInt8(ascii: "A"), first, second], [65, 65, first, second],
                    [65, 65, 65, 65, first, second],
                ] {
                    if let bytes = Base64URL.decode(text), Base64URL.encodeBytes(bytes) != text {
                        Issue.record("\(text) decodes and is not canonical")
                    }
                }
            }
        }
    }
}
