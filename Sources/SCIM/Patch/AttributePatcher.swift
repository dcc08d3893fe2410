internal import StrictJSON

/// Applies the steps of a PATCH to the attributes of a resource, one after the other (RFC 7644 §3.5.2.1 to §3.5.2.3).
///
/// What it leaves is checked by the schemas as a whole afterwards; here only the values that come in are.
struct AttributePatcher {
    let reader: AttributeReader
    private(set) var attributes: JSONObject

    init(_ attributes: JSONObject, limits: ResourceLimits) {
        reader = AttributeReader(limits: limits)
        self.attributes = attributes
    }

    /// The attributes after all the steps. Unassigning a required attribute is `mutability` (§3.5.2.2).
    static func apply(
        _ steps: [PatchStep], to attributes: JSONObject, of type: ResourceType, limits: ResourceLimits
    ) throws(SCIMError) -> JSONObject {
        var patcher = AttributePatcher(attributes, limits: limits)
        for step in steps {
            do throws(SCIMError) {
                try patcher.apply(step)
            } catch {
                throw error.at("Operations[\(step.index)]")
            }
        }
        for required in type.schema.attributes where required.isRequired {
            guard patcher.attributes[required.name] != nil else {
                throw SCIMError(.mutability, "\(required.name) is required and cannot be removed.")
            }
        }
        return patcher.attributes
    }

    private mutating func apply(_ step: PatchStep) throws(SCIMError) {
        let (urn, name) = (step.target.path.extensionURN, step.target.attribute.name)
        var container = urn.map { attributes[$0]?.objectValue ?? JSONObject() } ?? attributes
        container[name] = try changed(container[name], by: step)
        if let urn {
            attributes[urn] = container.isEmpty ? .none : .object(container)
        } else {
            attributes = container
        }
    }

    private func changed(_ current: JSONValue?, by step: PatchStep) throws(SCIMError) -> JSONValue? {
        let attribute = step.target.attribute
        if attribute.isMultiValued {
            var values = PatchedValues(current?.arrayValue ?? [], of: step.target, reader: reader)
            try values.apply(step)
            return values.elements.isEmpty ? .none : .array(values.elements)
        }
        if attribute.kind == .complex {
            let object = try changedObject(current?.objectValue ?? JSONObject(), by: step)
            return object.isEmpty ? .none : .object(object)
        }
        guard step.kind != .remove, let value = step.value?.unwrapped(for: attribute) else { return nil }
        let new = try reader.value(value, of: attribute, at: step.target.place)
        try attribute.checkMutability(from: current, to: new)
        return new
    }

    private func changedObject(_ object: JSONObject, by step: PatchStep) throws(SCIMError) -> JSONObject {
        let attribute = step.target.attribute
        if let inner = step.target.subAttribute {
            let value = step.kind == .remove ? .null : step.value?.unwrapped(for: inner) ?? .null
            return try object.setting(inner, to: value, reader, at: step.target.place)
        }
        guard step.kind != .remove, let value = step.value?.unwrapped(for: attribute), !value.isNull else {
            return JSONObject()
        }
        return try object.merging(value, as: attribute, reader, at: step.target.place)
    }
}

extension JSONValue {
    /// The value for an attribute that has one: Entra ID sends arrays of one element, and `{"value": ...}` in them.
    func unwrapped(for attribute: AttributeDefinition) -> JSONValue {
        guard !attribute.isMultiValued, let elements = arrayValue, elements.count <= 1 else { return self }
        guard let only = elements.first else { return .null }
        guard attribute.kind != .complex, let object = only.objectValue else { return only }
        return object.member(named: "value") ?? only
    }
}

extension AttributeDefinition {
    func checkMutability(from old: JSONValue?, to new: JSONValue?) throws(SCIMError) {
        guard mutability == .immutable, let old, old != new else { return }
        throw SCIMError(.mutability, "\(name) has a value and cannot be changed.")
    }
}

extension JSONObject {
    /// This value of a complex attribute with one sub-attribute set, or unassigned by `null`.
    func setting(
        _ inner: AttributeDefinition, to value: JSONValue, _ reader: AttributeReader, at place: String
    ) throws(SCIMError) -> JSONObject {
        let new = try reader.value(value, of: inner, at: place)
        try inner.checkMutability(from: self[inner.name], to: new)
        var changed = self
        changed[inner.name] = new
        return changed
    }

    /// This value of a complex attribute with the given sub-attributes set; others stay, those of `null` go (§3.5.2.3).
    ///
    /// Another `value` is another thing: what described the old one goes with it, so that a new manager does not keep the
    /// `$ref` of the one before.
    func merging(
        _ value: JSONValue, as attribute: AttributeDefinition, _ reader: AttributeReader, at place: String
    ) throws(SCIMError) -> JSONObject {
        let given = try reader.single(value, of: attribute, at: place)?.objectValue ?? JSONObject()
        var merged = self
        if let significant = attribute.significant, !attribute.isMultiValued, let new = given[significant.name],
            new != self[significant.name]
        {
            merged = JSONObject()
        }
        for member in value.objectValue?.members ?? [] where member.value.isNull || member.value == .array([]) {
            guard let inner = attribute.subAttribute(named: member.name.rawValue), inner.mutability != .readOnly else {
                continue
            }
            try inner.checkMutability(from: merged[inner.name], to: nil)
            merged[inner.name] = nil
        }
        for member in given.members {
            let inner = attribute.subAttribute(named: member.name.rawValue)
            try inner?.checkMutability(from: merged[member.name.rawValue], to: member.value)
            merged[member.name.rawValue] = member.value
        }
        return merged
    }
}
