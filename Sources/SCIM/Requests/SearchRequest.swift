internal import Identifiers
package import StrictJSON

/// What a client asks of one resource type: a GET with its parameters or a POST to `/.search` (RFC 7644 §3.4.2, §3.4.3).
package struct SearchRequest: Hashable, Sendable {
    package let filter: Filter?
    package let sort: SortOrder?
    package let page: Page
    package let projection: Projection

    /// The parameters of a query, decoded. Those that are not SCIM's are passed over.
    package init(
        parameters: [(name: String, value: String)], of type: ResourceType, maximumResults: Int
    ) throws(SCIMError) {
        var values: [Key: String] = [:]
        for parameter in parameters where Self.names.contains(Key(parameter.name)) {
            guard values.updateValue(parameter.value, forKey: Key(parameter.name)) == nil else {
                throw SCIMError(.invalidValue, "\(parameter.name) is given twice.")
            }
        }
        func value(_ name: String) -> String? { values[Key(name)] }
        func number(_ name: String) throws(SCIMError) -> Int64? {
            guard let text = value(name) else { return nil }
            return try Page.number(text, name)
        }
        filter = try Self.filter(value("filter"), of: type)
        sort = try SortOrder.read(by: value("sortBy"), order: value("sortOrder"), of: type)
        page = Page(startIndex: try number("startIndex"), count: try number("count"), maximum: maximumResults)
        projection = try Projection(
            attributes: value("attributes").map(Projection.names) ?? [],
            excluded: value("excludedAttributes").map(Projection.names) ?? [], of: type)
    }

    /// The body of a POST to `/.search`.
    package init(_ body: JSONObject, of type: ResourceType, maximumResults: Int) throws(SCIMError) {
        try body.requireSchema(MessageURN.searchRequest)
        filter = try Self.filter(try body.text("filter"), of: type)
        sort = try SortOrder.read(by: try body.text("sortBy"), order: try body.text("sortOrder"), of: type)
        page = Page(
            startIndex: try body.number("startIndex"), count: try body.number("count"), maximum: maximumResults)
        projection = try Projection(
            attributes: try body.texts("attributes"), excluded: try body.texts("excludedAttributes"), of: type)
    }

    private static let names: Set<Key> = Set(
        ["filter", "sortBy", "sortOrder", "startIndex", "count", "attributes", "excludedAttributes"].map { Key($0) })

    /// An empty filter is none: some clients always send the parameter.
    private static func filter(_ text: String?, of type: ResourceType) throws(SCIMError) -> Filter? {
        guard let text, !text.utf8.allSatisfy({ $0 == 0x20 }) else { return nil }
        return try Filter(text, of: type)
    }
}

extension JSONObject {
    fileprivate func text(_ name: String) throws(SCIMError) -> String? {
        guard let value = member(named: name), !value.isNull else { return nil }
        guard let text = value.stringValue else { throw AttributeReader.wrongType(name, "a string", value) }
        return text
    }

    /// A number, also as a text: RFC 7644 has integers, and clients both.
    fileprivate func number(_ name: String) throws(SCIMError) -> Int64? {
        guard let value = member(named: name), !value.isNull else { return nil }
        if let text = value.stringValue { return try Page.number(text, name) }
        guard let number = value.integerValue else { throw AttributeReader.wrongType(name, "a whole number", value) }
        return number
    }

    fileprivate func texts(_ name: String) throws(SCIMError) -> [String] {
        guard let value = member(named: name), !value.isNull else { return [] }
        if let text = value.stringValue { return Projection.names(text) }
        guard let elements = value.arrayValue else { throw AttributeReader.wrongType(name, "an array", value) }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue else {
                throw AttributeReader.wrongType("\(name)[\(index)]", "a string", element)
            }
            texts.append(text)
        }
        return texts
    }
}
