internal import Identifiers
package import StrictJSON

/// What a schema says of one attribute (RFC 7643 §2.2 and §7).
package struct AttributeDefinition: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case string, boolean, decimal, integer, dateTime, binary, reference, complex

        /// For messages: "must be ...".
        var phrase: String {
            switch self {
            case .string: "a string"
            case .boolean: "a boolean"
            case .decimal: "a number"
            case .integer: "a whole number"
            case .dateTime: "a date and time such as 2026-01-31T12:00:00Z"
            case .binary: "a string in base64"
            case .reference: "a URI as a string"
            case .complex: "an object"
            }
        }
    }
    package enum Mutability: String, Hashable, Sendable { case readOnly, readWrite, immutable, writeOnly }
    package enum Returned: String, Hashable, Sendable { case always, never, `default`, request }
    package enum Uniqueness: String, Hashable, Sendable { case none, server, global }

    package let name: String
    package let kind: Kind
    package let isMultiValued: Bool
    package let description: String
    package let isRequired: Bool
    /// Suggestions: other values are taken too.
    package let canonicalValues: [String]
    package let isCaseExact: Bool
    package let mutability: Mutability
    package let returned: Returned
    package let uniqueness: Uniqueness
    package let referenceTypes: [String]
    package let subAttributes: [AttributeDefinition]

    init(
        _ name: String, _ kind: Kind, _ description: String, multiValued: Bool = false, required: Bool = false,
        canonicalValues: [String] = [], caseExact: Bool? = nil, mutability: Mutability = .readWrite,
        returned: Returned = .default, uniqueness: Uniqueness = .none, referenceTypes: [String] = [],
        subAttributes: [AttributeDefinition] = []
    ) {
        self.name = name
        self.kind = kind
        self.description = description
        isMultiValued = multiValued
        isRequired = required
        self.canonicalValues = canonicalValues
        // References and binaries are case exact (RFC 7643 §2.3.6, §2.3.7).
        isCaseExact = caseExact ?? (kind == .reference || kind == .binary)
        self.mutability = mutability
        self.returned = returned
        self.uniqueness = uniqueness
        self.referenceTypes = referenceTypes
        self.subAttributes = subAttributes
    }

    package func subAttribute(named name: some StringProtocol) -> AttributeDefinition? {
        subAttributes.first { $0.name.isSameName(as: name) }
    }

    /// The sub-attribute that stands for the whole value of a complex attribute (RFC 7643 §2.4).
    var significant: AttributeDefinition? { subAttribute(named: "value") }

    /// Of kind complex, without a sub-attribute that could stand for it: it cannot be compared as a whole.
    var isCompound: Bool { kind == .complex && significant == nil }

    /// As `/Schemas` shows it.
    package var json: JSONValue {
        var object: JSONObject = ["name": JSONValue(name), "type": JSONValue(kind.rawValue)]
        if !subAttributes.isEmpty { object["subAttributes"] = .array(subAttributes.map(\.json)) }
        object["multiValued"] = .bool(isMultiValued)
        object["description"] = JSONValue(description)
        object["required"] = .bool(isRequired)
        if !canonicalValues.isEmpty { object["canonicalValues"] = JSONValue(canonicalValues) }
        object["caseExact"] = .bool(isCaseExact)
        object["mutability"] = JSONValue(mutability.rawValue)
        object["returned"] = JSONValue(returned.rawValue)
        object["uniqueness"] = JSONValue(uniqueness.rawValue)
        if !referenceTypes.isEmpty { object["referenceTypes"] = JSONValue(referenceTypes) }
        return .object(object)
    }
}
