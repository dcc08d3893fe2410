internal import StrictJSON

/// What a term of a filter looks at.
package enum FilterTarget: Hashable, Sendable, CustomStringConvertible {
    case attribute(AttributePath)
    /// Within brackets: a sub-attribute of the attribute before them.
    case subAttribute(AttributeDefinition)
    /// An attribute of a schema that the resource type does not have: it has no value, in any resource.
    case unknown(String)

    package var description: String {
        switch self {
        case .attribute(let path): path.description
        case .subAttribute(let definition): definition.name
        case .unknown(let name): name
        }
    }

    /// `nil` when nobody knows.
    package var definition: AttributeDefinition? {
        switch self {
        case .attribute(let path): path.leaf
        case .subAttribute(let definition): definition
        case .unknown: nil
        }
    }

    /// The values in a resource, or within brackets in one value of the attribute before them.
    func values(in scope: JSONValue) -> [JSONValue] {
        switch self {
        case .attribute(let path): scope.objectValue.map(path.values) ?? []
        case .subAttribute(let definition): definition.values(in: scope)
        case .unknown: []
        }
    }

    /// The same without choosing the significant sub-attribute, for `pr`.
    func wholeValues(in scope: JSONValue) -> [JSONValue] {
        guard case .attribute(let path) = self, path.subAttribute == nil else { return values(in: scope) }
        return scope.objectValue.map(path.elements) ?? []
    }
}

/// One comparison: `userName eq "bjensen"`.
package struct FilterComparison: Hashable, Sendable {
    package let target: FilterTarget
    package let operation: FilterOperator
    package let operand: FilterOperand

    /// Of several values one that passes is enough (RFC 7644 §3.4.2.2). Unassigned is the same as `null` (RFC 7643 §2.5):
    /// equal to `null`, and not equal to anything else.
    func matches(_ scope: JSONValue) -> Bool {
        let values = target.values(in: scope)
        if case .null = operand { return values.isEmpty == (operation == .equal) }
        guard !values.isEmpty else { return operation == .notEqual }
        return values.contains(where: passes)
    }

    private var isCaseExact: Bool {
        guard let definition = target.definition else { return true }
        return (definition.kind == .complex ? definition.significant ?? definition : definition).isCaseExact
    }

    private func passes(_ value: JSONValue) -> Bool {
        switch operand {
        case .null: return false
        case .bool(let flag):
            guard let ours = value.boolValue else { return operation == .notEqual }
            return (ours == flag) == (operation == .equal)
        case .number(let number):
            return FilterNumbers.compare(value, number, operation)
        case .instant(let instant, _):
            guard let ours = value.stringValue.flatMap({ DateTime($0) }) else { return operation == .notEqual }
            return operation.holds(ours, instant)
        case .text(let text, let key):
            guard let ours = value.stringValue else { return operation == .notEqual }
            if target.definition?.kind == .dateTime { return passes(JSONString(ours), text) }
            return passes(isCaseExact ? JSONString(ours) : JSONString(CaseFolding.key(ours)), key)
        }
    }

    private func passes(_ ours: JSONString, _ key: JSONString) -> Bool {
        switch operation {
        case .contains: ours.rawValue.containsBytes(of: key.rawValue)
        case .startsWith: ours.rawValue.utf8.starts(with: key.rawValue.utf8)
        case .endsWith: ours.rawValue.utf8.reversed().starts(with: key.rawValue.utf8.reversed())
        case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: operation.holds(ours, key)
        }
    }
}

/// Numbers compare exactly while both are whole, and as doubles otherwise.
enum FilterNumbers {
    static func compare(_ value: JSONValue, _ operand: JSONValue, _ operation: FilterOperator) -> Bool {
        if let ours = value.integerValue, let theirs = operand.integerValue { return operation.holds(ours, theirs) }
        guard let ours = double(value), let theirs = double(operand) else { return operation == .notEqual }
        return operation.holds(ours, theirs)
    }

    static func double(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let integer): Double(integer)
        case .number(let number): number.double
        case .null, .bool, .string, .array, .object: nil
        }
    }
}

extension String {
    /// Whether the bytes of the other are among these, one after the other. Each text has a limit, so the product of their
    /// lengths has one too.
    func containsBytes(of other: String) -> Bool {
        let (ours, theirs) = (Array(utf8), Array(other.utf8))
        guard let first = theirs.first else { return true }
        guard ours.count >= theirs.count else { return false }
        return (0...ours.count - theirs.count).contains { start in
            ours[start] == first && ours[start..<start + theirs.count].elementsEqual(theirs)
        }
    }
}
