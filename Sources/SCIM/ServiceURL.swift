/// The root of the service, from which the location of each resource is made.
package struct ServiceURL: Hashable, Sendable {
    private let text: String

    /// The URL of the SCIM root, with or without a slash at its end.
    package init(_ text: String) {
        var bytes = text.utf8[...]
        while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        self.text = String(Substring(bytes))
    }

    /// The URL below the root; bytes that a path segment cannot have are percent-encoded (RFC 3986 §3.3).
    package func location(_ segments: String...) -> String {
        var location = text
        for segment in segments { location += "/" + Self.encoded(segment) }
        return location
    }

    private static func encoded(_ segment: String) -> String {
        var bytes: [UInt8] = []
        for byte in segment.utf8 {
            if isSegment(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isSegment(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~:@".utf8.contains(byte)
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") - 10 + nibble
    }
}
