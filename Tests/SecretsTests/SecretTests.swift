import Secrets
import Testing

@Suite("Secrets")
struct SecretTests {
    private struct Holder {
        let name = "client"
        let secret = Secret(utf8: "hunter2")
    }

    @Test("no way of printing shows the bytes")
    func printing() {
        let secret = Secret(utf8: "hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        dump([secret], to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\([secret])",
            "\(Optional(secret) as Any)", "\(Holder())", String(reflecting: Holder()), dumped,
        ]
        for text in texts {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))  // the first byte in decimal
            #expect(text.contains("redacted"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test(
        "comparison",
        arguments: [
            ("", "", true), ("a", "a", true), ("a", "b", false), ("a", "", false), ("a", "aa", false),
            ("same length 1", "same length 2", false), ("Same length 1", "same length 1", false),
            ("K", "\u{212A}", false), ("\u{E9}", "e\u{301}", false), ("a\0b", "a\0c", false), ("é€😀", "é€😀", true),
        ])
    func comparison(_ one: String, _ other: String, isSame same: Bool) {
        #expect(Secret(utf8: one).matches(Secret(utf8: other)) == same)
        #expect(Secret(utf8: other).matches(Secret(utf8: one)) == same)
        #expect(Secret.constantTimeEqual(Array(one.utf8), Array(other.utf8)) == same)
    }

    @Test("every single flipped bit is a difference")
    func bits() {
        let bytes = [UInt8](0..<40)
        for index in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var changed = bytes
                changed[index] ^= 1 << bit
                #expect(!Secret.constantTimeEqual(bytes, changed))
            }
        }
    }

    @Test("revealed only on demand")
    func reveal() {
        #expect(Secret([1, 2, 255]).reveal() == [1, 2, 255])
        #expect(Secret(utf8: "é").revealText() == "é")
        #expect(Secret([0x61, 0xFF]).revealText() == "a\u{FFFD}")
        #expect(Secret(utf8: "é").count == 2)
        #expect(Secret([]).isEmpty)
        #expect(!Secret([0]).isEmpty)
    }
}
