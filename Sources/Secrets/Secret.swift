/// Bearer material, a private key or a password: not printed, not `Codable`, compared in constant time.
///
/// The bytes are reachable only through `reveal`, so that `git grep reveal` lists every place that handles them.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    public init(_ bytes: [UInt8]) { self.bytes = bytes }
    public init(utf8 text: some StringProtocol) { bytes = Array(text.utf8) }

    public var isEmpty: Bool { bytes.isEmpty }
    public var count: Int { bytes.count }

    /// The bytes themselves, for the one call that needs them.
    public func reveal() -> [UInt8] { bytes }

    /// The secret as text, for the one response or request that carries it. Not UTF-8 becomes U+FFFD.
    public func revealText() -> String { String(decoding: bytes, as: UTF8.self) }

    /// Equality that takes the same time wherever the first difference is. Lengths are not secret.
    public func matches(_ other: Secret) -> Bool { Self.constantTimeEqual(bytes, other.bytes) }

    public var description: String { "Secret(redacted)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// Compares two byte strings in time that depends on their length only.
    public static func constantTimeEqual(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count else { return false }
        var difference: UInt8 = 0
        for index in lhs.indices { difference |= lhs[index] ^ rhs[index] }
        return difference == 0
    }
}
