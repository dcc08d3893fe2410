/// CRC-32 of IEEE 802.3 (reflected, polynomial 0x04C11DB7): the checksum in our opaque tokens. It finds typing errors and
/// garbage; it proves nothing.
package enum CRC32 {
    /// The remainder of each byte.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    package static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        let table = table
        var remainder = UInt32.max
        for index in bytes.indices {
            remainder = remainder >> 8 ^ table[Int((remainder ^ UInt32(bytes[index])) & 0xFF)]
        }
        return ~remainder
    }
}
