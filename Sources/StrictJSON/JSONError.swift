/// Why bytes are not a document that we read, and where. Never holds the content, which may be a secret or hostile.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: String, Hashable, Sendable {
        case tooLarge = "document too large"
        case tooDeep = "nested too deeply"
        case tooManyMembers = "too many members in one object"
        case duplicateMember = "member name comes twice"
        case notAnObject = "not an object"
        case notUTF8 = "not UTF-8"
        case byteOrderMark = "begins with a byte order mark"
        case unexpectedByte = "unexpected byte"
        case unexpectedEnd = "unexpected end"
        case trailingBytes = "bytes after the value"
        case badNumber = "not a number"
        case badEscape = "unknown or broken escape"
        case loneSurrogate = "escape of half a surrogate pair"
        case controlCharacter = "control character in a text"
    }

    public let reason: Reason
    /// The first byte that cannot be: of an escape its backslash, of a repeated name its quote, past the end the length.
    public let offset: Int

    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "\(reason.rawValue) at byte \(offset)" }
}
