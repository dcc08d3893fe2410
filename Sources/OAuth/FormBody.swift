package import Identifiers
package import Secrets

/// The parameters of a request body, each at most once unless its RFC lets it repeat.
///
/// A parameter without a value is one that was not sent (RFC 6749 §3.1). Parameters that nobody asks for are ignored, as
/// the RFC demands, but they may not repeat either: two readers of the same body must not see different requests.
package struct FormBody: Sendable {
    private let values: [Key: [String]]

    /// RFC 8693 §2.1, RFC 8707 §2
    package static let repeatable = ["audience", "resource"]
    private static let maximumPairs = 100

    package init(
        _ bytes: [UInt8], repeatable: [String] = Self.repeatable, maximumBytes: Int = 64 << 10
    ) throws(FormError) {
        let repeatable = Set(repeatable.map { Key($0) })
        var values: [Key: [String]] = [:]
        for (name, value) in try Self.pairs(bytes, maximumBytes: maximumBytes) where !value.isEmpty {
            guard values[name] == nil || repeatable.contains(name) else {
                throw .repeatedParameter(Self.printable(name))
            }
            values[name, default: []].append(value)
        }
        self.values = values
    }

    /// Every parameter as it was sent, for whoever wants to know of those that are not theirs, or are empty.
    package static func pairs(
        _ bytes: [UInt8], maximumBytes: Int = 64 << 10
    ) throws(FormError) -> [(name: Key, value: String)] {
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        let pairs = bytes.split(separator: UInt8(ascii: "&"), maxSplits: maximumPairs, omittingEmptySubsequences: false)
        guard pairs.count <= maximumPairs else { throw .tooManyParameters }
        var read: [(name: Key, value: String)] = []
        for pair in pairs where !pair.isEmpty {
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try pair[..<separator].formDecoded()
            guard !name.isEmpty else { throw .unnamedParameter(at: pair.startIndex) }
            read.append((Key(name), try pair[separator...].dropFirst().formDecoded()))
        }
        return read
    }

    /// The value of a parameter that comes once; of one that may repeat, the first.
    package subscript(name: String) -> String? { values[Key(name)]?.first }

    /// All values of a parameter that may repeat, in their order.
    package func all(_ name: String) -> [String] { values[Key(name)] ?? [] }

    /// The value of a parameter that holds a token or a password.
    package func secret(_ name: String) -> Secret? { self[name].map { Secret(utf8: $0) } }

    /// Whether the header says what the bytes have to be: the media type, and no charset but UTF-8 (RFC 6749 §3.2).
    package static func isForm(contentType: String?) -> Bool {
        guard let contentType else { return false }
        let parts = contentType.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { String(Substring($0)).trimmingOptionalSpace() }
        guard let type = parts.first, type.equalsIgnoringASCIICase("application/x-www-form-urlencoded") else {
            return false
        }
        let charsets = ["charset=utf-8", #"charset="utf-8""#]
        return parts.count == 1
            || parts.count == 2 && charsets.contains { parts[1].equalsIgnoringASCIICase($0) }
    }

    private static func printable(_ name: Key) -> String? {
        let bytes = name.rawValue.utf8
        let isPlain = bytes.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0 == UInt8(ascii: "_") }
        return isPlain && bytes.count <= 30 ? name.rawValue : nil
    }
}

/// Values are tokens and passwords: only the names are shown.
extension FormBody: CustomStringConvertible, CustomReflectable {
    package var description: String { "FormBody(\(values.keys.sorted().map(\.rawValue).joined(separator: ", ")))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
