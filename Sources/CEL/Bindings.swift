/// The values of variables for one evaluation. A handful: found by looking through them.
package struct Bindings: Sendable, ExpressibleByDictionaryLiteral {
    private var entries: [(name: String, value: CELValue)]

    package init() { entries = [] }
    package init(dictionaryLiteral elements: (String, CELValue)...) {
        entries = elements.map { (name: $0.0, value: $0.1) }
    }

    package subscript(name: String) -> CELValue? {
        get {
            for entry in entries where ByteText.equal(entry.name, name) { return entry.value }
            return nil
        }
        set {
            entries.removeAll { ByteText.equal($0.name, name) }
            if let newValue { entries.append((name: name, value: newValue)) }
        }
    }
}
