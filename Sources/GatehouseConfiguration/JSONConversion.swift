package import StrictJSON

extension YAMLNode {
    /// The node as the JSON value it stands for, by the core schema: what claims are in a policy's example.
    package func json(context: ReadingContext) -> JSONValue? {
        switch content {
        case .scalar(let scalar): return scalar.json ?? report("JSON has no such number", to: context)
        case .list(let nodes):
            let values = nodes.map { $0.json(context: context) }
            return values.contains { $0 == nil } ? nil : .array(values.compactMap(\.self))
        case .map(let entries):
            var object = JSONObject()
            for entry in entries {
                guard let value = entry.value.json(context: context) else { return nil }
                object[entry.key] = value
            }
            return .object(object)
        }
    }

    private func report(_ message: String, to context: ReadingContext) -> JSONValue? {
        context.report(message, at: position)
        return nil
    }
}

extension YAMLScalar {
    fileprivate var json: JSONValue? {
        switch value {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .decimal(let text): try? JSONValue.parse(Array(text.utf8))
        case .notFinite: nil
        case .text: .string(JSONString(text))
        }
    }
}
