/// A dictionary key or set member made of any text, compared by its bytes.
///
/// Use a domain type where there is one; this is for tables keyed by text whose meaning is elsewhere.
public struct Key: ByteIdentifier {
    public let rawValue: String
    @inlinable public init(_ text: some StringProtocol) { rawValue = String(text) }
}
