package import StrictJSON

/// The body of a PATCH, its form checked and its paths still text (RFC 7644 §3.5.2).
///
/// Names of members and operations without case: Entra ID sends `Add`, `Replace` and `Remove`.
package struct PatchRequest: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable { case add, remove, replace }

    package struct Operation: Hashable, Sendable {
        package let kind: Kind
        package let path: String?
        package let value: JSONValue?
    }

    /// In their order, at least one.
    package let operations: [Operation]

    package init(_ body: JSONObject, maximumOperations: Int = 1000) throws(SCIMError) {
        try body.requireSchema(MessageURN.patchOp)
        guard let listed = body.member(named: "Operations")?.arrayValue, !listed.isEmpty else {
            throw SCIMError(.invalidSyntax, "Operations is required: an array of at least one operation.")
        }
        guard listed.count <= maximumOperations else {
            throw SCIMError(
                status: 413, "A PATCH may have \(maximumOperations) operations, and this one has \(listed.count).")
        }
        var operations: [Operation] = []
        for (index, value) in listed.enumerated() {
            do throws(SCIMError) {
                operations.append(try Self.operation(value))
            } catch {
                throw error.at("Operations[\(index)]")
            }
        }
        self.operations = operations
    }

    private static func operation(_ value: JSONValue) throws(SCIMError) -> Operation {
        guard let object = value.objectValue else {
            throw SCIMError(.invalidSyntax, "an operation must be an object, not \(value.kind).")
        }
        guard let word = object.member(named: "op")?.stringValue,
            let kind = Kind.allCases.first(where: { $0.rawValue.isSameName(as: word) })
        else { throw SCIMError(.invalidSyntax, "op must be add, remove or replace.") }
        let path = object.member(named: "path")
        guard path == nil || path == .null || path?.stringValue != nil else {
            throw SCIMError(.invalidPath, "path must be a string.")
        }
        if kind == .remove, path?.stringValue == nil { throw SCIMError(.noTarget, "remove needs a path.") }
        let given = object.member(named: "value")
        guard kind == .remove || given != nil else { throw SCIMError(.invalidValue, "\(kind.rawValue) needs a value.") }
        return Operation(kind: kind, path: path?.stringValue, value: given)
    }
}

/// A resource after a PATCH, and whether that made a difference: when not, its version stays.
package struct PatchOutcome<Resource: Hashable & Sendable>: Hashable, Sendable {
    package let resource: Resource
    package let isChanged: Bool
}
