/// The serial number of a certificate that we issue: 16 bytes from the random generator, so that nobody knows the
/// next one and no two are the same (RFC 5280 §4.1.2.2 allows 20; the contract shows at most 32 hexadecimal digits).
///
/// The first byte is never zero and never has its top bit set: then the INTEGER in the certificate has exactly these
/// 16 bytes, and the serial has one spelling here, in `Certificate.serial` and in the store.
package struct CertificateSerial: Hashable, Sendable, CustomStringConvertible {
    private static let length = 16

    /// Big-endian.
    let bytes: [UInt8]

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// 126 random bits; the two others keep the number positive and its length constant.
    package static func random() throws(CryptoFailure) -> CertificateSerial {
        var bytes = try RandomBytes.make(length)
        bytes[0] = bytes[0] & 0x3F | 0x40
        return CertificateSerial(bytes)
    }

    /// 32 lower-case digits, as `hex` writes them; `nil` for every other spelling.
    package init?(hex: String) {
        guard let bytes = Hexadecimal.bytes(hex), bytes.count == Self.length, let first = bytes.first,
            (0x01...0x7F).contains(first)
        else { return nil }
        self.bytes = bytes
    }

    /// 32 lower-case digits.
    package var hex: String { Hexadecimal.text(bytes) }
    package var description: String { hex }
}
