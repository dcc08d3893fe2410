extension PublicKeyComponents {
    /// The smallest RSA modulus (RFC 7518 §3.3).
    package static let smallestModulus = 2048
    /// The largest that may be allowed: a verification with 16,384 bits and a wide exponent costs 9.7 ms.
    package static let largestModulus = 8192

    /// Refuses what is cheap to refuse before OpenSSL sees the numbers. That a point is on its curve is checked there.
    func checkLimits(maximumRSABits: Int) throws(CryptoFailure) {
        switch self {
        case .rsa(let modulus, let exponent):
            let bits = Self.bitLength(modulus)
            guard bits >= Self.smallestModulus else { throw .unusableKey(.modulusTooSmall) }
            guard bits <= min(maximumRSABits, Self.largestModulus) else { throw .unusableKey(.modulusTooLarge) }
            guard modulus.last.map({ $0 & 1 == 1 }) == true else { throw .unusableKey(.modulusEven) }
            // Odd and at most 2^32 means at most 32 bits.
            guard exponent.last.map({ $0 & 1 == 1 }) == true, (2...32).contains(Self.bitLength(exponent)) else {
                throw .unusableKey(.exponentOutOfRange)
            }
        case .ec(let curve, let x, let y):
            guard x.count == curve.coordinateLength, y.count == curve.coordinateLength else {
                throw .unusableKey(.wrongLength)
            }
        case .ed25519(let key):
            guard key.count == 32 else { throw .unusableKey(.wrongLength) }
            guard !Self.hasSmallOrder(key) else { throw .unusableKey(.smallOrder) }
        }
    }

    /// Bits of a big-endian number, leading zeros not counted.
    static func bitLength(_ number: [UInt8]) -> Int {
        guard let first = number.firstIndex(where: { $0 != 0 }) else { return 0 }
        return (number.count - first) * 8 - number[first].leadingZeroBitCount
    }

    /// Whether an Ed25519 key is one of the points of order 1, 2, 4 or 8, in any encoding: OpenSSL takes them, and
    /// everybody can sign for them. The sign bit is left out of the comparison.
    static func hasSmallOrder(_ key: [UInt8]) -> Bool {
        guard key.count == 32 else { return false }
        var encoded = key
        encoded[31] &= 0x7F
        return smallOrderPoints.contains(encoded)
    }

    /// The y coordinates, little-endian: 0 (order 4), 1 (order 1), the two of order 8, -1 (order 2), and p and p + 1,
    /// which are 0 and 1 again without reduction.
    private static let smallOrderPoints: Set<[UInt8]> = {
        let lastOfPrime: [UInt8] = Array(repeating: 0xFF, count: 30) + [0x7F]
        return [
            Array(repeating: 0, count: 32),
            [1] + Array(repeating: 0, count: 31),
            [
                0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
                0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
            ],
            [
                0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
                0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
            ],
            [0xEC] + lastOfPrime, [0xED] + lastOfPrime, [0xEE] + lastOfPrime,
        ]
    }()
}
