internal import Identifiers
internal import StrictJSON

/// An attribute of a resource type, or one of its sub-attributes, in the schema's spelling (RFC 7644 §3.10).
package struct AttributePath: Hashable, Sendable, CustomStringConvertible {
    /// The extension to which the attribute belongs; `nil` for the core schema and the common attributes.
    package let extensionURN: String?
    package let attribute: AttributeDefinition
    package let subAttribute: AttributeDefinition?

    init(extensionURN: String?, _ attribute: AttributeDefinition, _ subAttribute: AttributeDefinition? = nil) {
        self.extensionURN = extensionURN
        self.attribute = attribute
        self.subAttribute = subAttribute
    }

    /// `name.familyName`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`: one text for each
    /// attribute, however it was written. What a planner looks up.
    package var description: String {
        let name = subAttribute.map { "\(attribute.name).\($0.name)" } ?? attribute.name
        return extensionURN.map { "\($0):\(name)" } ?? name
    }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.description.hasSameBytes(as: rhs.description) }
    package func hash(into hasher: inout Hasher) { description.hashBytes(into: &hasher) }

    /// What is compared or selected at the end of the path.
    package var leaf: AttributeDefinition { subAttribute ?? attribute }

    func with(_ subAttribute: AttributeDefinition?) -> AttributePath {
        AttributePath(extensionURN: extensionURN, attribute, subAttribute)
    }

    /// The values of the attribute itself, without its sub-attribute: none when it is unassigned.
    func elements(in resource: JSONObject) -> [JSONValue] {
        let container = extensionURN.map { resource[$0]?.objectValue } ?? resource
        switch container?[attribute.name] {
        case nil, .null?: return []
        case .array(let values)?: return values
        case let value?: return [value]
        }
    }

    /// The values at the end of the path. Of a complex attribute its significant sub-attribute, where it has one
    /// (RFC 7644 §3.4.2.2: `emails co "example.com"`).
    func values(in resource: JSONObject) -> [JSONValue] {
        elements(in: resource).flatMap { element -> [JSONValue] in
            guard let inner = subAttribute ?? attribute.significant else { return [element] }
            return inner.values(in: element)
        }
    }
}

extension AttributeDefinition {
    /// The values of this sub-attribute in one value of a complex attribute. What is no object is its own `value`.
    func values(in element: JSONValue) -> [JSONValue] {
        guard let object = element.objectValue else { return isNamedValue ? [element] : [] }
        switch object[name] {
        case nil, .null?: return []
        case .array(let values)?: return values
        case let value?: return [value]
        }
    }

    private var isNamedValue: Bool { name.hasSameBytes(as: "value") }
}
