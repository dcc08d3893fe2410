/// A value with the place where it is written, for messages of those who check it further.
package struct Located<Value> {
    package let value: Value
    package let position: ConfigurationPosition

    package init(_ value: Value, at position: ConfigurationPosition) {
        self.value = value
        self.position = position
    }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}

extension SettingsValue {
    /// Reads with the place.
    package func located<Value>(_ read: (SettingsValue) -> Value?) -> Located<Value>? {
        read(self).map { Located($0, at: position) }
    }

    /// A name of a provider, a policy or the tenant: 1 to 128 of letters, digits, `.`, `_` and `-`.
    package func name() -> String? {
        guard let text = text() else { return nil }
        let isName =
            text.utf8.count <= 128
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "._-".utf8.contains(byte)
            }
        return isName ? text : refuse("must be 1 to 128 of letters, digits, '.', '_' and '-'")
    }
}
