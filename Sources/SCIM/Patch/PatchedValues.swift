internal import StrictJSON

/// The values of a multi-valued attribute under a PATCH.
///
/// - Adding a value that is there changes nothing; one of the same `value` and `type` takes the rest of the new one, since
///   that pair comes once (RFC 7643 §2.4).
/// - A value that becomes primary takes that from the others (RFC 7644 §3.5.2).
/// - Removing what is not there is no error: a client that repeats itself after a lost answer must not fail. RFC 7644
///   demands `noTarget` of a replace only (§3.5.2.3).
/// - An add, or a replace of one sub-attribute, whose filter consists of `eq` alone and finds nothing makes the value that
///   the filter describes. Entra ID sets a first work address by `replace` of `emails[type eq "work"].value`.
struct PatchedValues {
    private(set) var elements: [JSONValue]
    private let target: PatchPath
    private let reader: AttributeReader
    /// Which elements the step has set.
    private var touched: Set<Int> = []

    private var attribute: AttributeDefinition { target.attribute }
    private var place: String { target.place }

    init(_ elements: [JSONValue], of target: PatchPath, reader: AttributeReader) {
        self.elements = elements
        self.target = target
        self.reader = reader
    }

    mutating func apply(_ step: PatchStep) throws(SCIMError) {
        let value = step.value ?? .null
        switch (target.filter, target.subAttribute, step.kind) {
        case (nil, nil, .add): try add(value)
        case (nil, nil, .replace): try replaceAll(value)
        case (nil, nil, .remove): try remove(value)
        case (let filter, nil, .remove):
            elements.removeAll { element in filter?.matches(element) ?? true }
        case (let filter, let inner?, .remove): try set(inner, to: .null, in: matching(filter))
        case (let filter?, nil, .add): try merge(value, where: filter)
        case (let filter?, nil, .replace): try replace(with: value, where: filter)
        case (let filter, let inner?, .add), (let filter, let inner?, .replace):
            try set(inner, to: value.unwrapped(for: inner), where: filter)
        }
        try reader.checkCount(elements.count, at: place)
        try keepOnePrimary()
    }

    private func matching(_ filter: Filter.Node?) -> [Int] {
        elements.indices.filter { filter?.matches(elements[$0]) ?? true }
    }

    // MARK: without a filter

    private func read(_ value: JSONValue) throws(SCIMError) -> [JSONValue] {
        guard !value.isNull else { return [] }
        return try reader.elements(value.arrayValue ?? [value], of: attribute, at: place)
    }

    private mutating func add(_ value: JSONValue) throws(SCIMError) {
        for element in try read(value) {
            let index = elements.firstIndex { $0.isSameValue(as: element) }
            if let index, let old = elements[index].objectValue, let new = element.objectValue {
                elements[index] = .object(old.taking(new))
                touched.insert(index)
            } else if index == nil {
                try reader.checkCount(elements.count + 1, at: place)
                touched.insert(elements.count)
                elements.append(element)
            }
        }
    }

    private mutating func replaceAll(_ value: JSONValue) throws(SCIMError) {
        elements = try read(value)
    }

    /// All values, or with a list only those in it: Entra ID removes `members` so.
    private mutating func remove(_ value: JSONValue) throws(SCIMError) {
        guard !value.isNull else { return elements = [] }
        let listed = try read(value)
        elements.removeAll { element in listed.contains { element.isNamed(by: $0) } }
    }

    // MARK: with a filter, or of one sub-attribute

    private mutating func set(
        _ inner: AttributeDefinition, to value: JSONValue, where filter: Filter.Node?
    ) throws(SCIMError) {
        let found = matching(filter)
        guard found.isEmpty, !value.isNull else { return try set(inner, to: value, in: found) }
        guard let described = filter?.described else { throw noTarget }
        let element = try described.setting(inner, to: value, reader, at: place)
        try append(element)
    }

    private mutating func set(_ inner: AttributeDefinition, to value: JSONValue, in found: [Int]) throws(SCIMError) {
        for index in found {
            guard let object = elements[index].objectValue else { continue }
            elements[index] = .object(try object.setting(inner, to: value, reader, at: place))
            touched.insert(index)
        }
        dropEmpty()
    }

    private mutating func merge(_ value: JSONValue, where filter: Filter.Node) throws(SCIMError) {
        let value = value.onlyElement
        let found = matching(filter)
        for index in found {
            guard let object = elements[index].objectValue else { continue }
            elements[index] = .object(try object.merging(value, as: attribute, reader, at: place))
            touched.insert(index)
        }
        dropEmpty()
        guard found.isEmpty, !value.isNull else { return }
        guard let described = filter.described else { throw noTarget }
        try append(try described.merging(value, as: attribute, reader, at: place))
    }

    private mutating func replace(with value: JSONValue, where filter: Filter.Node) throws(SCIMError) {
        let found = matching(filter)
        guard let first = found.first else { throw noTarget }
        if let new = try reader.single(value.onlyElement, of: attribute, at: place) {
            elements[first] = new
            touched.insert(first)
            elements = elements.enumerated().filter { $0.offset == first || !found.contains($0.offset) }.map(\.element)
        } else {
            elements.removeAll(where: filter.matches)
        }
    }

    private mutating func append(_ element: JSONObject) throws(SCIMError) {
        // Read once more as a whole: what a filter describes has passed no limit yet.
        guard let read = try reader.single(.object(element), of: attribute, at: place) else { throw noTarget }
        touched.insert(elements.count)
        elements.append(read)
    }

    /// Only where a sub-attribute was taken away, and then no element was appended: `touched` is not needed for those.
    private mutating func dropEmpty() {
        guard elements.contains(where: { $0.objectValue?.isEmpty == true }) else { return }
        touched = []
        elements.removeAll { $0.objectValue?.isEmpty == true }
    }

    private mutating func keepOnePrimary() throws(SCIMError) {
        let primary = elements.indices.filter { elements[$0].isPrimary }
        guard primary.count > 1 else { return }
        let new = primary.filter(touched.contains)
        guard new.count == 1 else {
            throw AttributeReader.invalid(place, "has more than one value that is primary")
        }
        for index in primary where !touched.contains(index) {
            guard var object = elements[index].objectValue else { continue }
            object["primary"] = false
            elements[index] = .object(object)
        }
    }

    private var noTarget: SCIMError {
        SCIMError(.noTarget, "\(place) has no value that the path selects.")
    }
}

extension JSONValue {
    /// The element of an array of one, and anything else as it is.
    fileprivate var onlyElement: JSONValue {
        guard let elements = arrayValue, elements.count == 1 else { return self }
        return elements[0]
    }

    /// Equal, or of the same `value` and `type`.
    fileprivate func isSameValue(as other: JSONValue) -> Bool {
        if self == other { return true }
        guard let value = self["value"], value == other["value"] else { return false }
        return self["type"] == other["type"]
    }

    /// Whether an element of a list of removals means this value: by its `value`, and its `type` where it has one.
    fileprivate func isNamed(by other: JSONValue) -> Bool {
        guard let value = other["value"] else { return self == other }
        return value == self["value"] && (other["type"] == nil || other["type"] == self["type"])
    }
}

extension JSONObject {
    fileprivate func taking(_ other: JSONObject) -> JSONObject {
        var taken = self
        for member in other.members { taken[member.name.rawValue] = member.value }
        return taken
    }
}

extension Filter.Node {
    /// The value that a filter of `eq` alone describes: `type eq "work"` is `{"type": "work"}`. `nil` for any other filter.
    fileprivate var described: JSONObject? {
        let terms = if case .and(let nodes) = self { nodes } else { [self] }
        var object = JSONObject()
        for term in terms {
            guard case .comparison(let comparison) = term, comparison.operation == .equal,
                case .subAttribute(let inner) = comparison.target, comparison.operand != .null,
                inner.mutability != .readOnly, object[inner.name] == nil
            else { return nil }
            object[inner.name] = comparison.operand.json
        }
        return object
    }
}
