internal import Federation
internal import ProviderTemplates

/// The templates of `providers/`, by name. The program embeds them; a test gives its own.
package struct TemplateCatalog: Sendable {
    private let texts: [String: [UInt8]]

    package init(_ texts: [String: [UInt8]]) { self.texts = texts }

    package static let none = TemplateCatalog([:])

    /// Those in the binary.
    package static let embedded = TemplateCatalog(
        Dictionary(ProviderTemplates.all.map { ($0.name, $0.yaml) }) { first, _ in first })

    package var names: [String] { texts.keys.sorted() }

    func text(_ name: String) -> [UInt8]? { texts[name] }
}

/// One template, parsed: what a provider file starts from.
struct ProviderTemplate {
    /// What a template says for people and tests; no part of a provider's settings.
    static let descriptive = [
        "claims", "subject_forms", "quirks", "docs", "examples", "inputs", "category", "notes",
    ]

    let entries: [YAMLEntry]
    /// The names that the template needs values for.
    let inputs: [String]
    /// The claims that tokens of this kind are known to have.
    let claims: [KnownClaim]

    static func load(
        _ name: String, from templates: TemplateCatalog, context: ReadingContext
    ) -> ProviderTemplate? {
        guard let text = templates.text(name) else { return nil }
        do throws(ConfigurationProblems) {
            let root = try YAMLDocument.parse(text, file: "providers/\(name).yaml")
            guard case .map(let entries)? = root?.content else {
                return ProviderTemplate(entries: [], inputs: [], claims: [])
            }
            return ProviderTemplate(
                entries: entries.filter { $0.key != "name" && !descriptive.contains($0.key) },
                inputs: names(under: "inputs", in: entries), claims: claims(in: entries))
        } catch {
            context.report(error)
            return nil
        }
    }

    /// `claims`: by name, what a claim means, and whether it never changes.
    private static func claims(in entries: [YAMLEntry]) -> [KnownClaim] {
        named(under: "claims", in: entries).map { name, details in
            KnownClaim(
                name: name, meaning: text("meaning", of: details), isImmutable: text("immutable", of: details) == "true"
            )
        }
    }

    private static func names(under key: String, in entries: [YAMLEntry]) -> [String] {
        named(under: key, in: entries).map(\.name)
    }

    /// A map by name, or a list of names or of maps with a `name`.
    private static func named(under key: String, in entries: [YAMLEntry]) -> [(name: String, details: YAMLNode)] {
        switch entries.first(where: { $0.key == key })?.value.content {
        case .map(let named): named.map { ($0.key, $0.value) }
        case .list(let nodes):
            nodes.map { node in
                if case .scalar(let scalar) = node.content {
                    (scalar.text, node)
                } else {
                    (text("name", of: node), node)
                }
            }
        default: []
        }
    }

    private static func text(_ key: String, of node: YAMLNode) -> String {
        guard case .map(let entries) = node.content, let entry = entries.first(where: { $0.key == key }),
            case .scalar(let scalar) = entry.value.content
        else { return "" }
        return scalar.text
    }
}

extension ProviderTemplate {
    /// What the provider file does not say itself, with `{input}` in texts replaced by what it gives; `nil` when a
    /// value is missing.
    func entries(besides own: [YAMLEntry], inputs values: [String: String], at use: SettingsValue) -> [YAMLEntry]? {
        let inherited = entries.filter { entry in !own.contains { $0.key.utf8.elementsEqual(entry.key.utf8) } }
        let missing = inputs.filter { input in
            values[input] == nil && inherited.contains { $0.value.mentions("{\(input)}") }
        }
        for input in missing { use.report("needs a value: inputs: {\(input): ...}") }
        for name in values.keys.sorted() where !inputs.contains(name) {
            use.report("has no input '\(printable(name))'")
        }
        guard missing.isEmpty else { return nil }
        return inherited.map { YAMLEntry(key: $0.key, at: $0.keyPosition, value: $0.value.replacing(values)) }
    }
}

extension YAMLNode {
    fileprivate func mentions(_ text: String) -> Bool {
        switch content {
        case .scalar(let scalar): scalar.text.contains(text)
        case .list(let nodes): nodes.contains { $0.mentions(text) }
        case .map(let entries): entries.contains { $0.value.mentions(text) }
        }
    }

    /// The node with `{name}` in its texts replaced.
    fileprivate func replacing(_ inputs: [String: String]) -> YAMLNode {
        switch content {
        case .scalar(let scalar):
            var text = scalar.text
            for (name, value) in inputs.sorted(by: { $0.key < $1.key }) {
                text = text.replacing("{\(name)}", with: value)
            }
            return YAMLNode(.scalar(YAMLScalar(text, style: scalar.style)), at: position)
        case .list(let nodes): return YAMLNode(.list(nodes.map { $0.replacing(inputs) }), at: position)
        case .map(let entries):
            let replaced = entries.map { YAMLEntry(key: $0.key, at: $0.keyPosition, value: $0.value.replacing(inputs)) }
            return YAMLNode(.map(replaced), at: position)
        }
    }
}
