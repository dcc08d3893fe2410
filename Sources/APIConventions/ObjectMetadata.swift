package import ServerPlugin
package import StrictJSON

/// `metadata` of an object that is made or replaced.
package struct ObjectMetadata: Sendable {
    package let body: RequestBody
    package let name: String?
    package let description: String
    package let labels: JSONObject
    package let annotations: JSONObject
    package let isDisabled: Bool

    /// Absent is empty, except on creation, where the name must be in it.
    package init(_ request: RequestBody, isRequired: Bool) throws(APIError) {
        guard let body = try request.object("metadata") else {
            if isRequired { throw request.invalid("metadata", "is required") }
            body = request
            (name, description, labels, annotations, isDisabled) = (nil, "", JSONObject(), JSONObject(), false)
            return
        }
        self.body = body
        name = try body.text("name")
        description = try body.text("description") ?? ""
        guard description.utf8.count <= 1200 else { throw body.invalid("description", "must be at most 1,200 bytes") }
        labels = try Self.texts(body, "labels", most: 64)
        annotations = try Self.texts(body, "annotations", most: 64)
        isDisabled = try body.boolean("disable") ?? false
    }

    private static func texts(_ body: RequestBody, _ name: String, most: Int) throws(APIError) -> JSONObject {
        var texts = JSONObject()
        for (key, value) in try body.textMap(name) { texts[key] = JSONValue(value) }
        guard texts.members.count <= most else { throw body.invalid(name, "must be at most \(most)") }
        return texts
    }

    package func requiredName() throws(APIError) -> String { try body.required("name", name) }
}
