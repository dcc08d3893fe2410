public import Identifiers

/// The name of a namespace: a DNS-1123 label, 1 to 63 of `[a-z0-9-]`, beginning and ending with a letter or digit.
public struct NamespaceName: ByteIdentifier {
    public let rawValue: String

    public init(_ text: some StringProtocol) throws(InvalidValue) {
        guard DNSLabel.isValid(text.utf8) else {
            throw InvalidValue(
                "namespace", "must be 1 to 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit")
        }
        rawValue = String(text)
    }

    private init(builtIn text: String) { rawValue = text }

    /// The tenant's own namespace: users, providers, settings, and the credentials of clients of the original API.
    public static let system = NamespaceName(builtIn: "system")
    /// Objects that every application namespace may refer to.
    public static let shared = NamespaceName(builtIn: "shared")
    /// The application namespace that exists from the start.
    public static let `default` = NamespaceName(builtIn: "default")

    /// The namespaces that always exist.
    public static let builtIn: [NamespaceName] = [.system, .shared, .default]

    /// Whether `*` covers it: every namespace but `system` and `shared`.
    public var isApplication: Bool { self != .system && self != .shared }
}

/// The grammar of a DNS-1123 label (RFC 1123 §2.1, as Kubernetes reads it).
enum DNSLabel {
    static func isValid(_ text: some Collection<UInt8>, maximum: Int = 63) -> Bool {
        var (count, last) = (0, UInt8(0))
        for byte in text {
            guard isAlphanumeric(byte) || (byte == UInt8(ascii: "-") && count > 0) else { return false }
            (count, last) = (count + 1, byte)
        }
        return (1...maximum).contains(count) && last != UInt8(ascii: "-")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
