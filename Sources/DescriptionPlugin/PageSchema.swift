import StrictJSON
import SafeHTML

/// A schema on the page: its type in words, its limits, its fields.
struct PageSchema {
    private let schema: JSONObject
    /// How deep this stands in another; the description does not nest deeper than this allows.
    private let depth: Int
    private static let deepest = 6

    init(_ schema: JSONObject) { self.init(schema, depth: 0) }

    private init(_ schema: JSONObject, depth: Int) {
        self.schema = schema
        self.depth = depth
    }

    /// The media types of a body, each with the name of its schema.
    static func content(_ content: JSONObject?) -> HTML {
        .joined(
            (content?.members ?? []).map { media in
                let schema = media.value["schema"]?.objectValue ?? JSONObject()
                return "<code>\(media.name.rawValue)</code>: \(PageSchema(schema).type)"
            }, by: ", or ")
    }

    /// One entry of a list of fields or parameters.
    static func field(
        _ name: String, of schema: JSONObject, place: String? = nil, isRequired: Bool, description: String?
    ) -> HTML { PageSchema(schema).field(name, place: place, isRequired: isRequired, description: description) }

    private func field(_ name: String, place: String?, isRequired: Bool, description: String?) -> HTML {
        let place: HTML = place.map { ", in \($0)" } ?? .nothing
        let required: HTML = isRequired ? ", <strong>required</strong>" : .nothing
        let limits = limits
        let rest: HTML = limits.isEmpty ? .nothing : "<p class=\"limits\">\(limits)</p>"
        return """
            <dt><code>\(name)</code> <span class="type">\(type)\(place)\(required)</span></dt>
            <dd>\(Prose.paragraphs(description))\(rest)\(fields)</dd>
            """
    }

    /// All of it, as it stands under its name.
    var body: HTML {
        let limits = limits
        let rest: HTML = limits.isEmpty ? .nothing : "<p class=\"limits\">\(limits)</p>"
        let fields = fields
        return "\(fields.isEmpty ? "<p>\(type)</p>" : .nothing)\(rest)\(fields)"
    }

    // MARK: Type

    /// `string (date-time) or null`, `array of X`, `map of X`.
    var type: HTML {
        if let reference = schema["$ref"]?.stringValue.flatMap(Reference.init) {
            return "<a href=\"#schema-\(reference.name)\">\(reference.name)</a>"
        }
        let null: HTML = schema["nullable"]?.boolValue ?? false ? " or null" : .nothing
        switch schema["type"]?.stringValue {
        case "array": return "array of \(inner("items"))\(null)"
        case "object" where schema["enum"]?.arrayValue == [.null]: return "null"
        case "object" where schema["additionalProperties"]?.objectValue != nil:
            return "map of \(inner("additionalProperties"))\(null)"
        case let name?:
            let format: HTML = schema["format"]?.stringValue.map { " (\($0))" } ?? .nothing
            return "\(name)\(format)\(null)"
        case nil:
            let choices = choices.map { PageSchema($0, depth: depth + 1).type }
            return choices.isEmpty ? "any" : .joined(choices, by: " or ")
        }
    }

    private func inner(_ name: String) -> HTML {
        guard depth < Self.deepest, let inner = schema[name]?.objectValue else { return "any" }
        return PageSchema(inner, depth: depth + 1).type
    }

    /// What the value may be instead. Alternatives without a type only restrict the fields; the description says how.
    private var choices: [JSONObject] {
        guard depth < Self.deepest else { return [] }
        return ["oneOf", "anyOf"].flatMap { schema[$0]?.arrayValue ?? [] }.compactMap(\.objectValue)
            .filter { $0["type"] != nil || $0["$ref"] != nil }
    }

    // MARK: Limits

    var limits: HTML {
        var parts: [HTML] = []
        if let values = schema["enum"]?.arrayValue, values != [.null] {
            parts.append("One of \(HTML.joined(values.map(Self.literal), by: ", ")).")
        }
        parts += [
            range("minimum", "maximum", of: nil), range("minLength", "maxLength", of: "character"),
            range("minItems", "maxItems", of: "item"),
        ]
        if schema["uniqueItems"]?.boolValue ?? false { parts.append("No item twice.") }
        if let pattern = schema["pattern"]?.stringValue { parts.append("Matches <code>\(pattern)</code>.") }
        if let value = schema["default"] { parts.append("Default \(Self.literal(value)).") }
        let choices = choices.map { PageSchema($0, depth: depth + 1) }
        parts += choices.map { choice in
            let limits = choice.limits
            return limits.isEmpty ? .nothing : "As \(choice.type): \(limits)"
        }
        return .joined(parts.filter { !$0.isEmpty }, by: " ")
    }

    private func range(_ low: String, _ high: String, of thing: String?) -> HTML {
        let low = schema[low]?.integerValue
        let high = schema[high]?.integerValue
        let things = thing.map { " " + $0 + ((high ?? low) == 1 ? "" : "s") } ?? ""
        return switch (low, high) {
        case (let low?, let high?): "\(String(low)) to \(String(high))\(things)."
        case (let low?, nil): "At least \(String(low))\(things)."
        case (nil, let high?): "At most \(String(high))\(things)."
        case (nil, nil): .nothing
        }
    }

    private static func literal(_ value: JSONValue) -> HTML {
        "<code>\(value.stringValue.map { $0.isEmpty ? "\"\"" : $0 } ?? value.encodedText())</code>"
    }

    // MARK: Fields

    /// Of an object, or of the objects in an array. Schemas with a name stand under that name.
    var fields: HTML {
        guard depth < Self.deepest else { return .nothing }
        if schema["properties"] == nil {
            for name in ["items", "additionalProperties"] {
                if let inner = schema[name]?.objectValue { return PageSchema(inner, depth: depth + 1).fields }
            }
        }
        let required = Set(schema["required"]?.arrayValue ?? [])
        let entries: [HTML] = (schema["properties"]?.objectValue?.members ?? []).map { member in
            let content = member.value.objectValue ?? JSONObject()
            return PageSchema(content, depth: depth + 1).field(
                member.name.rawValue, place: nil, isRequired: required.contains(.string(member.name)),
                description: content["description"]?.stringValue)
        }
        return entries.isEmpty ? .nothing : "<dl class=\"fields\">\(entries)</dl>"
    }
}
