/// A map that is read key by key. Every key that is asked for is a known key; `finish` reports all others.
package final class SettingsMap {
    package let context: ReadingContext
    package let position: ConfigurationPosition
    private let entries: [YAMLEntry]
    private var known: [String] = []

    package init(entries: [YAMLEntry], at position: ConfigurationPosition, context: ReadingContext) {
        self.entries = entries
        self.position = position
        self.context = context
    }

    /// The value of a key; `nil` when it is absent or `null`.
    package subscript(key: String) -> SettingsValue? {
        guard let entry = entry(key), !entry.value.isNull else { return nil }
        return SettingsValue(entry.value, key: key, context: context)
    }

    /// The value of a key that must be there.
    package func required(_ key: String) -> SettingsValue? {
        if let value = self[key] { return value }
        let empty = entry(key)?.keyPosition
        context.report(
            empty == nil ? "key '\(key)' is missing" : "'\(key)' has no value", at: empty ?? position)
        return nil
    }

    /// The key with its place, asked for.
    package func entry(_ key: String) -> YAMLEntry? {
        known.append(key)
        return entries.first { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// Makes keys known without reading them.
    package func allow(_ keys: [String]) { known += keys }

    package var keys: [YAMLEntry] { entries }

    /// Reports every key that nobody asked for, with the nearest that somebody did.
    package func finish() {
        let known = Set(known)
        for entry in entries where !known.contains(entry.key) {
            context.report(
                "unknown key '\(printable(entry.key))'", at: entry.keyPosition,
                suggestion: Suggestion.nearest(to: entry.key, among: known.subtracting(entries.map(\.key))))
        }
    }
}

/// One value and the key it stands under, read as what it should be. Every reader answers `nil` after reporting why.
package struct SettingsValue {
    package let node: YAMLNode
    package let key: String
    package let context: ReadingContext

    package init(_ node: YAMLNode, key: String, context: ReadingContext) {
        self.node = node
        self.key = key
        self.context = context
    }

    package var position: ConfigurationPosition { node.position }

    /// Reports a problem of this value and answers `nil`.
    package func refuse<T>(_ message: String, suggestion: String? = nil) -> T? {
        context.report("'\(key)' \(message)", at: position, suggestion: suggestion)
        return nil
    }

    /// The scalar with its variables put in.
    func scalar(expecting expected: String) -> (scalar: YAMLScalar, isExpanded: Bool)? {
        guard case .scalar(let scalar) = node.content else { return refuse("must be \(expected), not \(node.kind)") }
        do throws(Interpolation.Failure) {
            let (text, isExpanded) = try Interpolation.expand(
                scalar.text, environment: context.surroundings.environment)
            return (YAMLScalar(text, style: scalar.style), isExpanded)
        } catch {
            context.report(error.message, at: position)
            return nil
        }
    }

    package func map() -> SettingsMap? {
        guard case .map(let entries) = node.content else { return refuse("must be a map, not \(node.kind)") }
        return SettingsMap(entries: entries, at: position, context: context)
    }

    package func list<T>(maximum: Int = 1000, _ read: (SettingsValue) -> T?) -> [T]? {
        guard case .list(let nodes) = node.content else { return refuse("must be a list, not \(node.kind)") }
        guard nodes.count <= maximum else { return refuse("has more than \(maximum) entries") }
        // All are read, so that all problems show, and then one that failed fails the list.
        let values = nodes.map { read(SettingsValue($0, key: key, context: context)) }
        return values.contains { $0 == nil } ? nil : values.compactMap(\.self)
    }

    /// A list, or one value that stands for a list of one.
    package func oneOrList<T>(maximum: Int = 1000, _ read: (SettingsValue) -> T?) -> [T]? {
        if case .list = node.content { return list(maximum: maximum, read) }
        return read(self).map { [$0] }
    }
}
