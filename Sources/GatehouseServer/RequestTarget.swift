/// The path and query of a request, in the one form that is allowed: origin-form (RFC 9112 §3.2.1).
struct RequestTarget: Sendable {
    enum Refusal: Error, Hashable, Sendable {
        case notOriginForm
        case badCharacter
        case badPercentEncoding
        /// `//`, or a segment that decodes to `.` or `..` or to something with `/`: two readers may disagree on it.
        case ambiguousPath
        case notUTF8
    }

    /// As sent, without the query.
    let path: String
    let query: String?
    /// Percent-decoded. A path that ends in `/` ends in an empty segment; `/` itself has none.
    let segments: [String]

    init(_ text: String) throws(Refusal) {
        let bytes = text.utf8
        guard bytes.first == UInt8(ascii: "/") else { throw .notOriginForm }
        // Only visible ASCII (RFC 3986 §2), and no fragment. A backslash is `/` to some.
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") })
        else {
            throw .badCharacter
        }
        let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        path = String(text[..<end])
        query = end < bytes.endIndex ? String(text[bytes.index(after: end)...]) : nil
        var segments: [String] = []
        let raw = bytes[..<end].dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (index, segment) in raw.enumerated() {
            guard !segment.isEmpty || index == raw.count - 1 else { throw .ambiguousPath }
            segments.append(try Self.decode(segment))
        }
        if segments == [""] { segments = [] }
        self.segments = segments
    }

    private static func decode(_ segment: Substring.UTF8View) throws(Refusal) -> String {
        if !segment.contains(UInt8(ascii: "%")) {
            let text = String(Substring(segment))
            guard !isDots(text.utf8) else { throw .ambiguousPath }
            return text
        }
        guard let bytes = PercentEncoding.decode(segment) else { throw .badPercentEncoding }
        guard !bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 < 0x20 || $0 == 0x7F }), !isDots(bytes) else {
            throw .ambiguousPath
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    private static func isDots(_ bytes: some Collection<UInt8>) -> Bool {
        (1...2).contains(bytes.count) && bytes.allSatisfy { $0 == UInt8(ascii: ".") }
    }
}

enum PercentEncoding {
    /// `nil` when a `%` is not followed by two hexadecimal digits (RFC 3986 §2.1).
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                return nil
            }
            result.append(high << 4 | low)
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
