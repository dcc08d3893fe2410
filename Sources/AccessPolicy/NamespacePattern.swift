public import Identifiers

/// Where a right holds: one namespace, or `*`.
///
/// `*` is every application namespace and never `system` or `shared`; those need an entry of their own.
public enum NamespacePattern: Hashable, Sendable, Comparable {
    case allApplication
    case named(NamespaceName)

    public init(_ text: some StringProtocol) throws(InvalidValue) {
        self = text.hasSameBytes(as: "*") ? .allApplication : .named(try NamespaceName(text))
    }

    public func covers(_ namespace: NamespaceName) -> Bool {
        switch self {
        case .allApplication: namespace.isApplication
        case .named(let name): name == namespace
        }
    }

    /// Whether every namespace that `other` covers is covered.
    public func covers(_ other: NamespacePattern) -> Bool {
        switch other {
        case .allApplication: self == .allApplication
        case .named(let name): covers(name)
        }
    }

    public var text: String {
        switch self {
        case .allApplication: "*"
        case .named(let name): name.rawValue
        }
    }

    public static func < (lhs: Self, rhs: Self) -> Bool { lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8) }
}
