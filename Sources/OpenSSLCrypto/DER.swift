/// The few forms of DER (X.690) that a revocation list is written in.
enum DER {
    static let integerTag: UInt8 = 0x02
    static let bitStringTag: UInt8 = 0x03
    static let enumeratedTag: UInt8 = 0x0A
    static let sequenceTag: UInt8 = 0x30

    // OBJECT IDENTIFIERs with their tag: 2.5.29.20, .21 and .35 (RFC 5280 §5.2 and §5.3).
    static let listNumber: [UInt8] = [0x06, 0x03, 0x55, 0x1D, 0x14]
    static let reasonCode: [UInt8] = [0x06, 0x03, 0x55, 0x1D, 0x15]
    static let authorityKeyIdentifier: [UInt8] = [0x06, 0x03, 0x55, 0x1D, 0x23]

    /// With the length in as few bytes as it takes (§10.1).
    static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(truncatingIfNeeded: content.count)] + content }
        let length = bigEndian(UInt64(content.count))
        return [tag, 0x80 | UInt8(truncatingIfNeeded: length.count)] + length + content
    }

    static func sequence(_ parts: [[UInt8]]) -> [UInt8] { value(sequenceTag, Array(parts.joined())) }

    /// Not negative: with a zero before a set top bit (§8.3).
    static func integer(_ number: Int64) -> [UInt8] {
        let bytes = bigEndian(number.magnitude)
        return value(integerTag, bytes.first.map { $0 & 0x80 != 0 } == true ? [0] + bytes : bytes)
    }

    /// An extension that is not critical.
    static func `extension`(of kind: [UInt8], _ content: [UInt8]) -> [UInt8] { sequence([kind, value(0x04, content)]) }

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
        return Array(bytes.drop { $0 == 0 }.isEmpty ? [0] : bytes.drop { $0 == 0 })
    }
}
