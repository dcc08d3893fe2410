/// The templates of `providers/`, by name. The program embeds them; a test gives its own.
package struct ProviderTemplates: Sendable {
    private let texts: [String: [UInt8]]

    package init(_ texts: [String: [UInt8]]) { self.texts = texts }

    package static let none = ProviderTemplates([:])

    package var names: [String] { texts.keys.sorted() }

    func text(_ name: String) -> [UInt8]? { texts[name] }
}

/// One template, parsed: what a provider file starts from.
struct ProviderTemplate {
    /// What a template says for people and tests; no part of a provider's settings.
    static let descriptive = ["title", "claims", "subject_forms", "quirks", "docs", "examples", "inputs", "category", "notes"]

    let entries: [YAMLEntry]
    /// The names that the template needs values for.
    let inputs: [String]

    static func load(
        _ name: String, from templates: ProviderTemplates, context: ReadingContext
    ) -> ProviderTemplate? {
        guard let text = templates.text(name) else { return nil }
        do throws(ConfigurationProblems) {
            let root = try YAMLDocument.parse(text, file: "providers/\(name).yaml")
            guard case .map(let entries)? = root?.content else { return ProviderTemplate(entries: [], inputs: []) }
            return ProviderTemplate(
                entries: entries.filter { $0.key != "name" && !descriptive.contains($0.key) },
                inputs: inputs(in: entries))
        } catch {
            context.report(error)
            return nil
        }
    }

    /// `inputs` is a map by name, or a list of names or of maps with a `name`.
    private static func inputs(in entries: [YAMLEntry]) -> [String] {
        switch entries.first(where: { $0.key == "inputs" })?.value.content {
        case .map(let inputs): inputs.map(\.key)
        case .list(let inputs): inputs.compactMap(inputName)
        default: []
        }
    }

    private static func inputName(_ node: YAMLNode) -> String? {
        switch node.content {
        case .scalar(let scalar): scalar.text
        case .map(let entries):
            entries.first { $0.key == "name" }.flatMap { name in
                if case .scalar(let scalar) = name.value.content { scalar.text } else { nil }
            }
        case .list: nil
        }
    }
}

extension YAMLNode {
    /// The node with `{name}` in its texts replaced.
    func replacing(_ inputs: [String: String]) -> YAMLNode {
        switch content {
        case .scalar(let scalar):
            var text = scalar.text
            for (name, value) in inputs { text = text.replacing("{\(name)}", with: value) }
            return YAMLNode(.scalar(YAMLScalar(text, isPlain: scalar.isPlain)), at: position)
        case .list(let nodes): return YAMLNode(.list(nodes.map { $0.replacing(inputs) }), at: position)
        case .map(let entries):
            let replaced = entries.map { YAMLEntry(key: $0.key, at: $0.keyPosition, value: $0.value.replacing(inputs)) }
            return YAMLNode(.map(replaced), at: position)
        }
    }
}
