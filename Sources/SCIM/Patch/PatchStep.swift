internal import StrictJSON

/// One change of one attribute: an operation, or a part of one that has no path.
struct PatchStep: Hashable, Sendable {
    let kind: PatchRequest.Kind
    let target: PatchPath
    let value: JSONValue?
    /// Which operation, for messages.
    let index: Int
}

extension PatchRequest {
    /// The operations as steps, their paths found in the schemas of the type.
    func steps(of type: ResourceType) throws(SCIMError) -> [PatchStep] {
        var steps: [PatchStep] = []
        for (index, operation) in operations.enumerated() {
            do throws(SCIMError) {
                steps += try Self.steps(operation, index, of: type)
            } catch {
                throw error.at("Operations[\(index)]")
            }
        }
        return steps
    }

    private static func steps(
        _ operation: Operation, _ index: Int, of type: ResourceType
    ) throws(SCIMError) -> [PatchStep] {
        let value = operation.value ?? .null
        guard let path = operation.path else {
            guard let object = value.objectValue else {
                throw SCIMError(.invalidValue, "without a path, value must be an object, not \(value.kind).")
            }
            return try steps(operation.kind, index, setting: object, below: nil, of: type)
        }
        switch try PatchPath.read(path, of: type) {
        case .path(let target):
            guard !target.isReadOnly else {
                throw SCIMError(.mutability, "\(target.place) is set by the service and cannot be changed.")
            }
            return [PatchStep(kind: operation.kind, target: target, value: operation.value, index: index)]
        case .unknown(let reason): throw SCIMError(.invalidPath, "\(reason).")
        case .schema(let schema, let isExtension):
            if operation.kind == .remove || value.isNull {
                guard isExtension else { throw SCIMError(.invalidPath, "the core schema cannot be removed.") }
                return removal(of: schema, index)
            }
            guard let object = value.objectValue else {
                throw SCIMError(.invalidValue, "\(schema.id) must be an object, not \(value.kind).")
            }
            return try steps(operation.kind, index, setting: object, below: schema, of: type)
        }
    }

    /// What an operation without path sets: each member is a path of its own, which Entra ID uses in full
    /// (`"name.givenName"`, `"urn:...:User:department"`, `"emails[type eq \"work\"].value"`).
    ///
    /// Members that are unknown or the service's to say are passed over, as in a PUT: Okta sends the group's `id`.
    private static func steps(
        _ kind: Kind, _ index: Int, setting object: JSONObject, below schema: Schema?, of type: ResourceType
    ) throws(SCIMError) -> [PatchStep] {
        var steps: [PatchStep] = []
        for member in object.members {
            let name = schema.map { "\($0.id):\(member.name.rawValue)" } ?? member.name.rawValue
            switch try PatchPath.read(name, of: type) {
            case .unknown: continue
            case .path(let target) where target.isReadOnly: continue
            case .path(let target):
                steps.append(PatchStep(kind: kind, target: target, value: member.value, index: index))
            case .schema(let inner, let isExtension):
                if member.value.isNull, isExtension {
                    steps += removal(of: inner, index)
                } else if let values = member.value.objectValue {
                    steps += try Self.steps(kind, index, setting: values, below: inner, of: type)
                } else {
                    throw SCIMError(.invalidValue, "\(inner.id) must be an object, not \(member.value.kind).")
                }
            }
        }
        return steps
    }

    private static func removal(of schema: Schema, _ index: Int) -> [PatchStep] {
        schema.attributes.map { attribute in
            let path = AttributePath(extensionURN: schema.id, attribute)
            return PatchStep(kind: .remove, target: PatchPath(path: path, filter: nil), value: nil, index: index)
        }
    }
}
