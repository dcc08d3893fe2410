internal import StrictJSON

extension JSONObject {
    /// The member of that name, A to Z without case; the first of several.
    func member(named name: String) -> JSONValue? { members.first { $0.name.rawValue.isSameName(as: name) }?.value }

    /// Every message and every resource says what it is (RFC 7643 §3, RFC 7644 §3.1). Further URNs are not looked at:
    /// a client lists the extensions of all the services that it knows.
    func requireSchema(_ urn: String) throws(SCIMError) {
        guard let schemas = member(named: "schemas")?.arrayValue else {
            throw SCIMError(.invalidSyntax, "schemas is required: an array that contains \(urn).")
        }
        guard schemas.contains(where: { $0.stringValue?.isSameName(as: urn) == true }) else {
            throw SCIMError(.invalidSyntax, "schemas must contain \(urn).")
        }
    }
}

extension AttributeReader {
    /// What a client may set of a resource: the attributes of the core schema, `externalId`, and each extension under its
    /// URN. An extension need not be listed in `schemas`: clients forget it.
    func resource(_ body: JSONObject, of type: ResourceType) throws(SCIMError) -> JSONObject {
        var resource = try object(body, of: CommonAttributes.all + type.schema.attributes, at: "")
        for schema in type.extensions {
            let found = body.members.filter { $0.name.rawValue.isSameName(as: schema.id) }
            guard let member = found.first, !member.value.isNull else { continue }
            guard found.count == 1 else { throw Self.invalid(schema.id, "is given twice, in different case") }
            guard let given = member.value.objectValue else {
                throw Self.wrongType(schema.id, "an object", member.value)
            }
            let values = try object(given, of: schema.attributes, at: schema.id + ":")
            if !values.isEmpty { resource[schema.id] = .object(values) }
        }
        return resource
    }

    /// A name that people see or type: one line, visible, and not empty.
    func checkName(_ text: String?, at place: String, longest: Int) throws(SCIMError) -> String {
        guard let text, !text.isEmpty else { throw Self.invalid(place, "is required") }
        guard text.utf8.count <= longest else { throw Self.invalid(place, "is longer than \(longest) bytes") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Self.invalid(place, "contains a control character")
        }
        guard text.unicodeScalars.first?.properties.isWhitespace == false,
            text.unicodeScalars.last?.properties.isWhitespace == false
        else {
            throw Self.invalid(place, "must not begin or end with white space")
        }
        return text
    }
}
