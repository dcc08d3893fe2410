/// A reader for the HTML that the pages write, and for no other: what it cannot read, the pages should not have.
struct Markup {
    struct Element {
        let name: String
        let attributes: [String: String]
        /// All text inside, without tags.
        var text = ""
    }

    struct Unreadable: Error { let place: Substring }

    private(set) var elements: [Element] = []

    private static let void: Set<String> = [
        "meta", "link", "input", "path", "circle", "rect", "br",
    ]

    init(_ source: String) throws {
        var rest = source[...]
        guard rest.hasPrefix("<!doctype html>\n") else { throw Unreadable(place: rest.prefix(40)) }
        rest = rest.dropFirst(16)
        var open: [Int] = []
        while let less = rest.firstIndex(of: "<") {
            let text = rest[..<less]
            if text.contains(">") || text.contains("\"") { throw Unreadable(place: text) }
            for index in open { elements[index].text += text }
            rest = rest[less...]
            guard let tag = rest.prefixMatch(of: /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)\/?>/) else {
                throw Unreadable(place: rest.prefix(80))
            }
            let name = String(tag.2)
            if tag.1.isEmpty {
                var attributes: [String: String] = [:]
                for attribute in tag.3.matches(of: /\ ([a-zA-Z-]+)(?:="([^"]*)")?/) {
                    guard attributes.updateValue(String(attribute.2 ?? ""), forKey: String(attribute.1)) == nil else {
                        throw Unreadable(place: tag.0)
                    }
                }
                elements.append(Element(name: name, attributes: attributes))
                if !Self.void.contains(name) { open.append(elements.count - 1) }
            } else {
                guard let last = open.popLast(), elements[last].name == name else { throw Unreadable(place: tag.0) }
            }
            rest = rest[tag.range.upperBound...]
        }
        guard open.isEmpty, rest.allSatisfy(\.isWhitespace) else { throw Unreadable(place: rest) }
    }

    func named(_ names: String...) -> [Element] { elements.filter { names.contains($0.name) } }
}
