internal import Identifiers

/// Which `typ` a token must have, so that a token made for one purpose is not taken for another (RFC 8725 §3.11).
package struct TypeRule: Hashable, Sendable {
    private let names: Set<Key>
    private let allowsAbsent: Bool

    /// A plain JWT: no `typ`, or `JWT` in any case (RFC 7519 §5.1).
    package static let jwt = TypeRule(names: ["jwt"], allowsAbsent: true)
    /// An access token (RFC 9068 §4).
    package static let accessToken = TypeRule(names: ["at+jwt"], allowsAbsent: false)

    /// One of these media types; absent is not one of them.
    package static func oneOf(_ names: [String]) -> TypeRule { TypeRule(names: names, allowsAbsent: false) }

    /// What either rule admits.
    package func or(_ other: TypeRule) -> TypeRule {
        TypeRule(keys: names.union(other.names), allowsAbsent: allowsAbsent || other.allowsAbsent)
    }

    private init(names: [String], allowsAbsent: Bool) {
        self.init(keys: Set(names.map(Self.normalised)), allowsAbsent: allowsAbsent)
    }

    private init(keys: Set<Key>, allowsAbsent: Bool) { (names, self.allowsAbsent) = (keys, allowsAbsent) }

    func admits(_ type: String?) -> Bool { type.map { names.contains(Self.normalised($0)) } ?? allowsAbsent }

    /// Media types compare without regard to ASCII case, and `application/` may be left out (RFC 7515 §4.1.9).
    private static func normalised(_ type: String) -> Key {
        var bytes = type.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        let prefix = Array("application/".utf8)
        if bytes.starts(with: prefix), !bytes.dropFirst(prefix.count).contains(UInt8(ascii: "/")) {
            bytes.removeFirst(prefix.count)
        }
        return Key(String(decoding: bytes, as: UTF8.self))
    }
}
