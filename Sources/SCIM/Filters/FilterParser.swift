internal import StrictJSON

/// Why a text is not of the grammar, and the byte at which that shows.
struct GrammarFailure: Error {
    let message: String
    let offset: Int
    /// Whether it lies within the brackets of a path: then it is the filter that is wrong.
    var isInFilter = false
}

/// Bytes to a filter, by recursive descent (RFC 7644 §3.4.2.2, figure 1). Recursion follows brackets, whose depth is bounded.
///
/// More lenient than the figure where clients are: any number of spaces, none needed beside a bracket, and a sub-attribute
/// behind a value path also in filters, so that Entra's `emails[type eq "work"].value eq "x"` is
/// `emails[type eq "work" and value eq "x"]`.
struct FilterParser {
    /// Whose attributes the names are.
    private enum Scope {
        case resource(ResourceType)
        /// Within brackets.
        case element(AttributePath)
    }

    private let bytes: [UInt8]
    private let type: ResourceType
    private var scope: Scope
    private(set) var offset = 0
    private var depth = 0
    private var terms = 0

    init(_ text: String, of type: ResourceType, called name: String) throws(GrammarFailure) {
        bytes = Array(text.utf8)
        self.type = type
        scope = .resource(type)
        guard bytes.count <= FilterLimits.bytes else {
            throw GrammarFailure(
                message: "the \(name) is longer than \(FilterLimits.bytes) bytes", offset: FilterLimits.bytes)
        }
    }

    static func filter(_ text: String, of type: ResourceType) throws(GrammarFailure) -> Filter.Node {
        var parser = try FilterParser(text, of: type, called: "filter")
        parser.skipSpaces()
        guard !parser.isAtEnd else { throw parser.failure("it is empty") }
        let node = try parser.disjunction()
        guard parser.isAtEnd else { throw parser.failure("'and', 'or' or the end should follow") }
        return node
    }

    // MARK: bytes

    var isAtEnd: Bool { offset >= bytes.count }
    private var next: UInt8? { isAtEnd ? nil : bytes[offset] }

    func failure(_ message: String, at offset: Int? = nil) -> GrammarFailure {
        var isInFilter = false
        if case .element = scope { isInFilter = true }
        return GrammarFailure(message: message, offset: offset ?? self.offset, isInFilter: isInFilter)
    }

    private mutating func skipSpaces() { while next == UInt8(ascii: " ") { offset += 1 } }

    mutating func take(_ symbol: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: symbol) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ symbol: Unicode.Scalar) throws(GrammarFailure) {
        skipSpaces()
        guard take(symbol) else { throw failure("a '\(symbol)' should follow") }
    }

    /// What stands up to the next space, bracket or quote; it may be empty.
    mutating func word() -> String {
        let start = offset
        while let byte = next, !" ()[]\"".utf8.contains(byte) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// The word, when it is that one; nothing is consumed otherwise.
    private mutating func takeWord(_ expected: String) -> Bool {
        let start = offset
        if word().isSameName(as: expected) { return true }
        offset = start
        return false
    }

    // MARK: logic

    private mutating func disjunction() throws(GrammarFailure) -> Filter.Node {
        var nodes = [try conjunction()]
        while takeWord("or") { nodes.append(try conjunction()) }
        return nodes.count == 1 ? nodes[0] : .or(nodes.flatMap { if case .or(let inner) = $0 { inner } else { [$0] } })
    }

    private mutating func conjunction() throws(GrammarFailure) -> Filter.Node {
        var nodes = [try term()]
        while takeWord("and") { nodes.append(try term()) }
        return nodes.count == 1 ? nodes[0] : .conjunction(nodes)
    }

    /// One term, and the spaces behind it.
    private mutating func term() throws(GrammarFailure) -> Filter.Node {
        skipSpaces()
        if take("(") {
            let node = try nested(until: ")")
            skipSpaces()
            return node
        }
        let start = offset
        if takeWord("not") {
            skipSpaces()
            if take("(") {
                let node = try nested(until: ")")
                skipSpaces()
                return .not(node)
            }
            throw failure("not is followed by parentheses: not (...)")
        }
        offset = start
        let node = try expression()
        skipSpaces()
        return node
    }

    private mutating func nested(until end: Unicode.Scalar) throws(GrammarFailure) -> Filter.Node {
        guard depth < FilterLimits.depth else {
            throw failure("brackets are nested deeper than \(FilterLimits.depth)")
        }
        depth += 1
        let node = try disjunction()
        depth -= 1
        try expect(end)
        return node
    }

    // MARK: terms

    private mutating func expression() throws(GrammarFailure) -> Filter.Node {
        let start = offset
        let name = word()
        guard !name.isEmpty else { throw failure("the name of an attribute should follow") }
        let target = try target(name, at: start)
        if next == UInt8(ascii: "[") {
            guard case .attribute(let path) = target else {
                throw failure("brackets may follow only a complex attribute of \(type.name)")
            }
            return try valuePath(path, at: start)
        }
        return try comparison(of: target)
    }

    private func target(_ name: String, at start: Int) throws(GrammarFailure) -> FilterTarget {
        switch scope {
        case .element(let path):
            if let inner = path.attribute.subAttribute(named: name) { return .subAttribute(inner) }
            guard name.isAttributeName else { throw failure("this is no name of a sub-attribute", at: start) }
            throw failure("\(path.attribute.name) has no sub-attribute \(name.shortened)", at: start)
        case .resource(let type):
            switch type.resolve(name) {
            case .attribute(let path): return .attribute(path)
            case .unknownSchema(let name): return .unknown(name)
            case .schema: throw failure("a ':' and the name of an attribute should follow the schema")
            case .unknownAttribute(let reason), .malformed(let reason): throw failure(reason, at: start)
            }
        }
    }

    private mutating func comparison(of target: FilterTarget) throws(GrammarFailure) -> Filter.Node {
        guard terms < FilterLimits.terms else { throw failure("there are more than \(FilterLimits.terms) terms") }
        terms += 1
        skipSpaces()
        let start = offset
        let name = word()
        if name.isSameName(as: "pr") { return .present(target) }
        guard let operation = FilterOperator(word: name) else {
            throw failure("an operator should follow: eq, ne, co, sw, ew, pr, gt, ge, lt or le", at: start)
        }
        skipSpaces()
        let valueStart = offset
        let value = try literal()
        switch FilterOperand.read(value, for: target.definition, operation) {
        case .success(let operand):
            return .comparison(FilterComparison(target: target, operation: operation, operand: operand))
        case .failure(let refusal): throw failure(refusal.reason, at: valueStart)
        }
    }

    /// `compValue = false / null / true / number / string`, by the rules of JSON.
    private mutating func literal() throws(GrammarFailure) -> JSONValue {
        let start = offset
        if take("\"") {
            while let byte = next, byte != UInt8(ascii: "\"") { offset += byte == UInt8(ascii: "\\") ? 2 : 1 }
            offset = min(offset, bytes.count)
            guard take("\"") else { throw failure("this string has no end", at: start) }
            do throws(JSONError) {
                return try JSONValue.parse(Array(bytes[start..<offset]))
            } catch {
                throw failure("this is no string of JSON: \(error.reason.rawValue)", at: start + error.offset)
            }
        }
        let text = word()
        for (name, value) in [("true", true), ("false", false), ("null", nil)] as [(String, JSONValue)]
        where text.isSameName(as: name) {
            return value
        }
        guard let value = try? JSONValue.parse(Array(text.utf8)), FilterNumbers.double(value) != nil else {
            throw failure(
                "a value should follow: true, false, null, a number, or a string in double quotes", at: start)
        }
        return value
    }

    // MARK: value paths

    private mutating func valuePath(_ path: AttributePath, at start: Int) throws(GrammarFailure) -> Filter.Node {
        let inner = try valueFilter(of: path, at: start)
        guard take(".") else { return .values(of: path, inner) }
        let name = try subAttribute(of: path)
        let compared = try comparison(of: .subAttribute(name))
        return .values(of: path, .conjunction([inner, compared]))
    }

    /// What stands in brackets, both of which it reads.
    mutating func valueFilter(of path: AttributePath, at start: Int) throws(GrammarFailure) -> Filter.Node {
        guard path.subAttribute == nil, path.attribute.kind == .complex else {
            throw failure("brackets may follow only a complex attribute, not \(path.leaf.name)")
        }
        guard take("[") else { throw failure("a '[' should follow") }
        let outer = scope
        scope = .element(path)
        let inner = try nested(until: "]")
        scope = outer
        return inner
    }

    /// The name of a sub-attribute; the dot before it has been read.
    mutating func subAttribute(of path: AttributePath) throws(GrammarFailure) -> AttributeDefinition {
        let start = offset
        let name = word()
        guard let found = path.attribute.subAttribute(named: name) else {
            let shown = name.isAttributeName ? name.shortened : "of this name"
            throw failure("\(path.attribute.name) has no sub-attribute \(shown)", at: start)
        }
        return found
    }
}

extension Filter.Node {
    /// All of them; an `and` among them is dissolved.
    static func conjunction(_ nodes: [Filter.Node]) -> Filter.Node {
        .and(nodes.flatMap { if case .and(let inner) = $0 { inner } else { [$0] } })
    }
}
