/// 16 random bytes in hexadecimal: in the answer, the access log and the audit log.
enum RequestID {
    private static let digits = Array("0123456789abcdef".utf8)

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let words = (generator.next() as UInt64, generator.next() as UInt64)
        return unsafe String(unsafeUninitializedCapacity: 32) { buffer in
            var index = 0
            for word in [words.0, words.1] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    unsafe buffer[index] = digits[Int(truncatingIfNeeded: word >> UInt64(shift)) & 0xF]
                    index += 1
                }
            }
            return index
        }
    }
}
