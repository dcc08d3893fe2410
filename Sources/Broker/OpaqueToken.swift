import Identifiers
package import OpenSSLCrypto
package import Secrets

/// An opaque token: `gth_<class>_<30 random base62><6 base62 of checksum>`.
///
/// 30 of base62 are 178 random bits. The checksum (CRC-32 of all before it) lets scanners and the server drop garbage
/// without a look-up; it proves nothing. Regular expression: `gth_(at|st|sc|rt|ac|dv|iv|ev|ss|cs)_[0-9A-Za-z]{36}`.
package struct OpaqueToken: Sendable {
    package let tokenClass: TokenClass
    package let secret: Secret

    package static let prefix = "gth_"
    private static let randomLength = 30
    private static let checksumLength = 6
    /// `gth_at_` and the rest: every token has the same length.
    private static let length = 7 + randomLength + checksumLength
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Makes a new one.
    package init(making tokenClass: TokenClass) throws(CryptoFailure) {
        var bytes = Array("gth_\(tokenClass.rawValue)_".utf8)
        bytes.append(contentsOf: try Self.randomText(Self.randomLength))
        bytes.append(contentsOf: Self.checksum(of: bytes))
        self.tokenClass = tokenClass
        secret = Secret(bytes)
    }

    /// Reads one that was presented; `nil` when it is not of the form or its checksum is wrong.
    package init?(parsing bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes.starts(with: Self.prefix.utf8), bytes[6] == UInt8(ascii: "_") else {
            return nil
        }
        guard let tokenClass = TokenClass(rawValue: String(decoding: bytes[4..<6], as: UTF8.self)) else { return nil }
        var value = CRC32.checksum(bytes.span.extracting(droppingLast: Self.checksumLength))
        for digit in bytes.suffix(Self.checksumLength).reversed() {
            guard digit == Self.alphabet[Int(value % 62)] else { return nil }
            value /= 62
        }
        self.tokenClass = tokenClass
        secret = Secret(bytes)
    }

    /// Random text of base62, without bias: bytes that would favour a digit are thrown away.
    static func randomText(_ count: Int) throws(CryptoFailure) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(count)
        while text.count < count {
            for byte in try RandomBytes.make(count + 8) where byte < 248 && text.count < count {
                text.append(alphabet[Int(byte % 62)])
            }
        }
        return text
    }

    private static func checksum(of bytes: [UInt8]) -> [UInt8] {
        var value = CRC32.checksum(bytes.span)
        var digits = [UInt8](repeating: UInt8(ascii: "0"), count: checksumLength)
        for index in digits.indices.reversed() {
            digits[index] = alphabet[Int(value % 62)]
            value /= 62
        }
        return digits
    }
}

/// Hashes tokens with the server's key: what the store keeps, and what look-ups go by.
package struct TokenHasher: Sendable {
    private let key: HMACKey

    /// - Parameter key: 32 random bytes, kept beside the signing keys and never in the database.
    package init(key: Secret) { self.key = HMACKey(key) }

    /// A further key for one purpose: HMAC of what the purpose says of itself.
    func derived(_ purpose: [UInt8]) -> Secret { Secret(key.sha256(Array("gatehouse derived key ".utf8) + purpose)) }

    package func hash(_ token: OpaqueToken) -> TokenHash? { TokenHash(key.sha256(token.secret.reveal())) }
}

/// Ids of what is stored and audited. They are names, not secrets.
enum RecordID {
    /// `<prefix>_`, 8 of base62 for the millisecond, 14 random ones (83 bits).
    ///
    /// Beginning with the time, ids of one moment lie side by side in every index of the database: a batch of new rows then
    /// touches a page or two of each index, and not one page for each row.
    static func make(_ prefix: String, at now: Timestamp) throws(CryptoFailure) -> String {
        var digits = [UInt8](repeating: UInt8(ascii: "0"), count: 8)
        var value = UInt64(max(0, now.milliseconds))
        for index in digits.indices.reversed() {
            digits[index] = OpaqueToken.alphabet[Int(value % 62)]
            value /= 62
        }
        return prefix + "_" + String(decoding: digits + (try OpaqueToken.randomText(14)), as: UTF8.self)
    }
}
