internal import HTTPTypes

/// The header of the last response on a transfer: those of informational responses are forgotten, trailers ignored.
struct ResponseHead {
    private(set) var fields = HTTPFields()
    /// Of all lines, kept or not.
    private(set) var byteCount = 0
    private var hasBody = false
    private var hasEnded = false

    /// Whether the empty line came (libcurl takes a head that was cut off for a whole one), and whether there is one
    /// length: two that differ are how one response is made to look like two (RFC 9112 §6.3).
    var isSound: Bool { hasEnded && Set(fields[values: .contentLength]).count <= 1 }

    /// The body has begun: what follows are trailers (RFC 9110 §6.5), which nobody here understands.
    mutating func beginBody() { hasBody = true }

    mutating func add(line bytes: [UInt8]) {
        byteCount += bytes.count
        if hasBody { return }
        if bytes.starts(with: "HTTP/".utf8) {
            (fields, hasEnded) = (HTTPFields(), false)
            return
        }
        if bytes.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) { hasEnded = true }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: bytes[..<colon], as: UTF8.self))
        else { return }  // libcurl has done the framing; an odd line changes nothing
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        let value = bytes[(colon + 1)...].drop(while: isSpace)
        let end = value.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? value.startIndex
        fields.append(HTTPField(name: name, value: String(decoding: value[..<end], as: UTF8.self)))
    }
}
