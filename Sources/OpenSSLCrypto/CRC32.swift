/// The checksum of IEEE 802.3, for the last characters of our tokens: it tells a mistyped or made-up token from one
/// that is worth a look-up. It protects against accidents only; forging one is trivial.
package enum CRC32 {
    private static let table: [UInt32] = (0..<256 as Range<UInt32>).map { byte in
        (0..<8).reduce(byte) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
    }

    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0 as UInt32) { sum, byte in
            sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)]  // the index is a byte, the table has 256
        }
    }
}
