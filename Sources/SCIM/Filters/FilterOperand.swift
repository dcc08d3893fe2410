package import StrictJSON

/// The value that a filter compares with, read as the attribute's type.
package enum FilterOperand: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONValue)
    /// `key` is what is compared: the text itself for an attribute that is case exact, and its folding otherwise.
    case text(JSONString, key: JSONString)
    case instant(DateTime, text: JSONString)

    /// As JSON, for printing a filter.
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let value): value
        case .text(let text, _), .instant(_, let text): .string(text)
        }
    }
}

extension FilterOperand {
    /// Reads the value for an attribute; a type that the attribute can never have is refused, with a hint.
    ///
    /// `nil` as attribute: one of a schema that nobody here knows, whose type is whatever the value's is.
    static func read(
        _ value: JSONValue, for attribute: AttributeDefinition?, _ operation: FilterOperator
    ) -> Result<FilterOperand, Refusal> {
        guard let attribute else { return .success(untyped(value)) }
        if attribute.isCompound {
            let names = attribute.subAttributes.map(\.name).joined(separator: ", ")
            return .failure(Refusal("\(attribute.name) has no value of its own; compare one of \(names)"))
        }
        let leaf = attribute.kind == .complex ? attribute.significant ?? attribute : attribute
        if operation.family != .equality {
            if leaf.kind == .boolean || leaf.kind == .binary {
                return .failure(
                    Refusal("\(operation.rawValue) cannot compare \(leaf.name), which is a \(leaf.kind.rawValue)"))
            }
            if value.isNull { return .failure(Refusal("\(operation.rawValue) cannot compare with null; use pr")) }
        }
        if value.isNull { return .success(.null) }
        guard let operand = typed(value, leaf, operation) else {
            return .failure(Refusal("\(leaf.name) is compared with \(phrase(for: leaf)), not with \(value.kind)"))
        }
        return .success(operand)
    }

    struct Refusal: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    private static func phrase(for leaf: AttributeDefinition) -> String {
        switch leaf.kind {
        case .boolean: "true or false"
        case .string, .reference, .binary, .complex: "a string in quotes"
        case .decimal, .integer: "a number"
        case .dateTime: leaf.kind.phrase
        }
    }

    private static func untyped(_ value: JSONValue) -> FilterOperand {
        switch value {
        case .bool(let flag): .bool(flag)
        case .integer, .number: .number(value)
        case .string(let text): .text(text, key: text)
        case .null, .array, .object: .null
        }
    }

    private static func typed(
        _ value: JSONValue, _ leaf: AttributeDefinition, _ operation: FilterOperator
    ) -> FilterOperand? {
        switch (leaf.kind, value) {
        case (.boolean, _):
            return value.lenientBool.map(FilterOperand.bool)
        case (.integer, .integer), (.integer, .number), (.decimal, .integer), (.decimal, .number):
            return operation.family == .substring ? nil : .number(value)
        case (.dateTime, .string(let text)):
            // A part of a date is no date: sw, co and ew look at the text.
            if operation.family == .substring { return .text(text, key: text) }
            return DateTime(text.rawValue).map { .instant($0, text: text) }
        case (.string, .string(let text)), (.reference, .string(let text)), (.binary, .string(let text)):
            return .text(text, key: leaf.isCaseExact ? text : JSONString(CaseFolding.key(text.rawValue)))
        default: return nil
        }
    }
}

extension JSONValue {
    /// A boolean, also as the text that Entra ID sends: `"True"`, `"False"`, in any case.
    var lenientBool: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string(let text) where text.rawValue.isSameName(as: "true"): true
        case .string(let text) where text.rawValue.isSameName(as: "false"): false
        default: nil
        }
    }
}
