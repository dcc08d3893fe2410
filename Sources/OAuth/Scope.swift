package import Identifiers

/// What a client asks for or was given: space-separated, case-sensitive, without meaning in their order (RFC 6749 §3.3).
///
/// The order is kept for display; equality ignores it. Tokens are ASCII by the grammar, so `String` compares them well.
package struct Scope: Sendable {
    /// Each token once, at the place where it came first.
    package let tokens: [String]
    private let set: Set<String>

    /// The grammar exactly: one token or more, one space between two, no `"`, no `\`, nothing outside ASCII.
    package init(_ text: String) throws(InvalidValue) {
        let tokens = text.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
        try self.init(checking: tokens.map { String(Substring($0)) })
    }

    /// The scope that names these values; `nil` for none, since an empty scope cannot be written. A name with a space
    /// in it is refused and does not become two tokens.
    package init?(_ values: [ScopeValue]) throws(InvalidValue) {
        guard !values.isEmpty else { return nil }
        try self.init(checking: values.map(\.text))
    }

    private init(checking candidates: [String]) throws(InvalidValue) {
        var tokens: [String] = []
        var set: Set<String> = []
        for token in candidates {
            guard !token.isEmpty else { throw InvalidValue("scope", "tokens are separated by one space") }
            guard token.utf8.allSatisfy(\.isNQCHAR) else {
                throw InvalidValue("scope", "has a character that is not allowed")
            }
            if set.insert(token).inserted { tokens.append(token) }
        }
        self.tokens = tokens
        self.set = set
    }

    private init(known tokens: [String]) {
        self.tokens = tokens
        set = Set(tokens)
    }

    package var values: [ScopeValue] { tokens.map { ScopeValue($0) } }

    /// As it is written in requests and answers.
    package var text: String { tokens.joined(separator: " ") }

    package func contains(_ token: String) -> Bool { set.contains(token) }
    package func isSubset(of other: Scope) -> Bool { set.isSubset(of: other.set) }

    /// The tokens that both have; `nil` when there are none.
    package func intersection(_ other: Scope) -> Scope? {
        let common = tokens.filter(other.set.contains)
        return common.isEmpty ? nil : Scope(known: common)
    }
}

extension Scope: Hashable, CustomStringConvertible {
    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.set == rhs.set }
    package func hash(into hasher: inout Hasher) { hasher.combine(set) }
    package var description: String { text }
}

/// One scope token, with the two forms by which namespace access is asked for.
package enum ScopeValue: Hashable, Sendable {
    case namespace(String)
    case role(String)
    /// Anything else, also `namespace:` without a name: whoever grants decides, and refuses what it does not know.
    case other(String)

    package init(_ token: String) {
        if let name = Self.rest(of: token, after: "namespace:") {
            self = .namespace(name)
        } else if let name = Self.rest(of: token, after: "role:") {
            self = .role(name)
        } else {
            self = .other(token)
        }
    }

    package var text: String {
        switch self {
        case .namespace(let name): "namespace:" + name
        case .role(let name): "role:" + name
        case .other(let token): token
        }
    }

    private static func rest(of token: String, after prefix: String) -> String? {
        let bytes = token.utf8
        guard bytes.starts(with: prefix.utf8), bytes.count > prefix.utf8.count else { return nil }
        return String(Substring(bytes.dropFirst(prefix.utf8.count)))
    }
}
