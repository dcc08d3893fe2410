import Identifiers
import OpenSSLCrypto

/// Names of credentials: what is asked for, and the suffix that makes a repeated create a new one (contract README 2.5).
enum CredentialName {
    static let maximumBytes = 128
    private static let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)

    static func check(_ name: String) throws(CredentialFailure) {
        let isAllowed = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
        guard (1...maximumBytes).contains(name.utf8.count), name.utf8.allSatisfy(isAllowed) else {
            throw .invalid(field: "name", reason: "must be 1 to \(maximumBytes) of A-Z, a-z, 0-9, '-', '_' and '.'")
        }
    }

    /// 8 of `[a-z0-9]`, without bias.
    static func suffix() throws(CryptoFailure) -> String {
        var text: [UInt8] = []
        while text.count < 8 {
            for byte in try RandomBytes.make(12) where byte < 252 && text.count < 8 {
                text.append(letters[Int(byte % 36)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
