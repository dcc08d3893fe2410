internal import Identifiers

/// The version of a resource as a weak ETag, `W/"12"` (RFC 7644 §3.14, RFC 9110 §8.8.3).
package struct EntityTag: Hashable, Sendable {
    /// What stands between the quotes.
    private let value: Key

    /// The tag of a revision, which counts the changes of a resource.
    package init(revision: Int64) { value = Key(String(revision)) }

    fileprivate init(value: String) { self.value = Key(value) }

    package var text: String { "W/\"\(value)\"" }

    /// The revision, when the tag is one of ours.
    package var revision: Int64? {
        guard let number = Int64(value.rawValue), EntityTag(revision: number) == self else { return nil }
        return number
    }
}

/// The value of `If-Match` or `If-None-Match`: `*`, or tags (RFC 9110 §13.1).
///
/// Tags compare weakly in both: ours are all weak, so `If-Match` would never pass by the strong comparison that RFC 9110
/// asks for, while RFC 7644 §3.14 shows it with weak tags.
package enum EntityTagCondition: Hashable, Sendable {
    case any
    case tags([EntityTag])

    private static let most = 100

    /// Several header fields are joined by commas before. Throws `invalidSyntax`.
    package init(_ text: String) throws(SCIMError) {
        var reader = TagReader(bytes: Array(text.utf8))
        guard let condition = reader.condition(most: Self.most) else {
            throw SCIMError(
                .invalidSyntax, #"If-Match and If-None-Match are * or a list of at most 100 tags such as W/"12"."#)
        }
        self = condition
    }

    /// Whether the version that the resource has, `nil` when there is none, is among these. When not, a request with
    /// `If-Match` is answered 412; when it is, one with `If-None-Match` is answered 304 for a GET and 412 otherwise.
    package func matches(_ current: EntityTag?) -> Bool {
        guard let current else { return false }
        switch self {
        case .any: return true
        case .tags(let tags): return tags.contains(current)
        }
    }
}

/// `#entity-tag`, with the empty elements that RFC 9110 §5.6.1 lets a recipient pass over.
private struct TagReader {
    let bytes: [UInt8]
    private var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() { while next == 0x20 || next == 0x09 { offset += 1 } }

    mutating func condition(most: Int) -> EntityTagCondition? {
        skipBlanks()
        if take(UInt8(ascii: "*")) {
            skipBlanks()
            return next == nil ? .any : nil
        }
        var tags: [EntityTag] = []
        while next != nil {
            if take(UInt8(ascii: ",")) {
                skipBlanks()
                continue
            }
            guard tags.count < most, let tag = tag() else { return nil }
            tags.append(tag)
            skipBlanks()
            guard next == nil || next == UInt8(ascii: ",") else { return nil }
        }
        return tags.isEmpty ? nil : .tags(tags)
    }

    private mutating func tag() -> EntityTag? {
        if take(UInt8(ascii: "W")) {
            guard take(UInt8(ascii: "/")) else { return nil }
        }
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = offset
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte > 0x20, byte != 0x7F else { return nil }
            offset += 1
        }
        let value = String(decoding: bytes[start..<offset], as: UTF8.self)
        return take(UInt8(ascii: "\"")) ? EntityTag(value: value) : nil
    }
}
