/// Parameters as a query or a form body has them (RFC 6749 Appendix B), in the order in which they were added.
///
/// Space is written `%20`, which readers of queries and of forms both understand.
struct QueryText: Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { pairs.append((name, value)) }
    }

    var text: String {
        pairs.map { Self.escaped($0.name) + "=" + Self.escaped($0.value) }.joined(separator: "&")
    }
    var body: [UInt8] { Array(text.utf8) }

    /// Behind a URL, which keeps the query that it has (RFC 6749 §3.1).
    func appended(to url: String) -> String {
        let separator = !url.utf8.contains(UInt8(ascii: "?")) ? "?" : url.utf8.last == UInt8(ascii: "?") ? "" : "&"
        return url + separator + text
    }

    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "-._~".utf8.contains(byte)
    }
}
