internal import Identifiers

/// The host and port of a URI, read so narrowly that every reader finds the same host, and that the text may stand in a
/// header (RFC 3986 §3.2.2: neither percent escapes nor sub-delims in a host, and no user information).
struct URIAuthority {
    let host: String
    let port: String?

    /// Throws what is wrong, as the reason of an `InvalidValue`.
    init(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        guard !bytes.contains(UInt8(ascii: "@")) else { throw Fault(reason: "has user information") }
        let hostEnd: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")) else { throw Self.badHost }
            hostEnd = bracket + 1
        } else {
            hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        }
        guard Self.isHost(bytes[..<hostEnd]) else { throw Self.badHost }
        host = String(decoding: bytes[..<hostEnd], as: UTF8.self)
        guard hostEnd < bytes.endIndex else {
            port = nil
            return
        }
        let digits = bytes[(hostEnd + 1)...]
        guard bytes[hostEnd] == UInt8(ascii: ":"), Self.isPort(digits) else { throw Fault(reason: "has a bad port") }
        port = String(decoding: digits, as: UTF8.self)
    }

    struct Fault: Error {
        let reason: String
    }

    private static let badHost = Fault(reason: "has no host, or one that is not allowed")

    private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.first == UInt8(ascii: "[") {
            let address = String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
            return address.utf8.allSatisfy { $0.hexDigitValue != nil || $0 == 0x3A || $0 == 0x2E }
                && IPAddress(address)?.isV4 == false
        }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isName =
            bytes.count <= 253
            && labels.allSatisfy { label in
                !label.isEmpty && label.count <= 63
                    && label.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x5F }
            }
        // `2130706433`, `127.1` and `0x7f.1` are names here and 127.0.0.1 to a browser.
        guard let last = labels.last, isName else { return false }
        guard last.allSatisfy(\.isASCIIDigit) || last.starts(with: "0x".utf8) || last.starts(with: "0X".utf8) else {
            return true
        }
        return IPAddress(String(decoding: bytes, as: UTF8.self)) != nil
    }

    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isASCIIDigit), digits.first != 0x30 else {
            return false
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65_535
    }
}
