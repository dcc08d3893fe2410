package import StrictJSON

/// A filter of one resource type: parsed, its attributes found, its values read (RFC 7644 §3.4.2.2).
///
/// An attribute that the type's schemas do not have is refused: a search by a misspelt name must not look like one that
/// found nobody, or the client makes people twice. An attribute of a schema that the type does not have (another service's
/// extension) has no value in any resource.
package struct Filter: Hashable, Sendable, CustomStringConvertible {
    package indirect enum Node: Hashable, Sendable {
        case comparison(FilterComparison)
        case present(FilterTarget)
        /// At least two; never an `and` within.
        case and([Node])
        /// At least two; never an `or` within.
        case or([Node])
        case not(Node)
        /// `emails[type eq "work"]`: one value passes all of it. The inner terms look at sub-attributes.
        case values(of: AttributePath, Node)
    }

    package let root: Node

    /// Throws `invalidFilter`, with the place in bytes from 0.
    package init(_ text: String, of type: ResourceType) throws(SCIMError) {
        do throws(GrammarFailure) {
            root = try FilterParser.filter(text, of: type)
        } catch {
            throw SCIMError(.invalidFilter, "The filter is not valid: \(error.message), at byte \(error.offset).")
        }
    }

    init(_ root: Node) { self.root = root }

    /// Whether a resource, as it is sent to clients, passes.
    package func matches(_ resource: JSONObject) -> Bool { root.matches(.object(resource)) }

    /// What must all hold: the parts of an outermost `and`, or the filter itself. A planner takes from these what an index
    /// can answer and tests the rest with `matches`.
    package var conjuncts: [Filter] {
        guard case .and(let nodes) = root else { return [Filter(root.flattened)] }
        return nodes.map { Filter($0.flattened) }
    }

    /// The comparison, when the filter is only that.
    package var comparison: FilterComparison? {
        guard case .comparison(let comparison) = root else { return nil }
        return comparison
    }

    /// The filter in its normal form, which parses to the same.
    package var description: String { root.text }
}

extension Filter.Node {
    func matches(_ scope: JSONValue) -> Bool {
        switch self {
        case .comparison(let comparison): comparison.matches(scope)
        case .present(let target): target.wholeValues(in: scope).contains(where: \.isAssigned)
        case .and(let nodes): nodes.allSatisfy { $0.matches(scope) }
        case .or(let nodes): nodes.contains { $0.matches(scope) }
        case .not(let node): !node.matches(scope)
        case .values(let path, let node): scope.objectValue?.contains(path, node) ?? false
        }
    }

    /// `emails[value eq "x"]` is `emails.value eq "x"`, which is easier to plan. Not with `ne` and `null`, which an
    /// absent sub-attribute passes.
    fileprivate var flattened: Filter.Node {
        guard case .values(let path, .comparison(let inner)) = self, case .subAttribute(let definition) = inner.target,
            inner.operation != .notEqual, inner.operand != .null
        else { return self }
        return .comparison(
            FilterComparison(
                target: .attribute(path.with(definition)), operation: inner.operation, operand: inner.operand))
    }

    var text: String {
        switch self {
        case .comparison(let comparison):
            "\(comparison.target) \(comparison.operation.rawValue) \(comparison.operand.json.encodedText())"
        case .present(let target): "\(target) pr"
        case .and(let nodes):
            nodes.map { if case .or = $0 { "(\($0.text))" } else { $0.text } }.joined(separator: " and ")
        case .or(let nodes): nodes.map(\.text).joined(separator: " or ")
        case .not(let node): "not (\(node.text))"
        case .values(let path, let node): "\(path)[\(node.text)]"
        }
    }
}

extension JSONObject {
    fileprivate func contains(_ path: AttributePath, _ node: Filter.Node) -> Bool {
        path.elements(in: self).contains(where: node.matches)
    }
}

extension JSONValue {
    /// Whether this is a value: not `null`, not empty, and for an object not without one (RFC 7644 §3.4.2.2, `pr`).
    var isAssigned: Bool {
        switch self {
        case .null: false
        case .bool, .integer, .number: true
        case .string(let text): !text.rawValue.isEmpty
        case .array(let values): values.contains(where: \.isAssigned)
        case .object(let object): object.members.contains { $0.value.isAssigned }
        }
    }
}
