import HTTPTypes
import ServerPlugin

/// Bytes that do not change while the program runs, with what a cache needs to know of them.
struct PublicDocument: Sendable {
    private let full: Response
    private let notModified: Response
    private let tag: String

    /// In seconds. A cache then asks again, and is answered 304 unless the program has changed.
    private static let lifetime = 300

    init(_ bytes: [UInt8], contentType: String, contentSecurityPolicy: String? = nil) {
        tag = Self.tag(bytes)
        let caching: HTTPFields = [.cacheControl: "public, max-age=\(Self.lifetime)", .eTag: tag]
        notModified = Response(status: .notModified, headers: caching)
        var headers = caching
        headers[.contentType] = contentType
        if let contentSecurityPolicy { headers[.contentSecurityPolicy] = contentSecurityPolicy }
        full = Response(status: .ok, headers: headers, body: bytes)
    }

    /// RFC 9110 §13.1.2: `*`, or a list of tags that are compared without their mark of weakness.
    func answer(to request: Request) -> Response {
        guard let asked = request.headers[.ifNoneMatch] else { return full }
        let isKnown = asked.utf8.split(separator: UInt8(ascii: ",")).contains { item in
            var item = item.drop { $0 == UInt8(ascii: " ") }
            while item.last == UInt8(ascii: " ") { item.removeLast() }
            if item.starts(with: "W/".utf8) { item = item.dropFirst(2) }
            return item.elementsEqual("*".utf8) || item.elementsEqual(tag.utf8)
        }
        return isKnown ? notModified : full
    }

    /// FNV-1a, 64 bits: tells versions of our own document apart, and protects nothing.
    private static func tag(_ bytes: [UInt8]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return "\"" + String(hash, radix: 16) + "\""
    }
}
