/// What an operation of a PATCH changes: `PATH = attrPath / valuePath [subAttr]` (RFC 7644 §3.5.2).
struct PatchPath: Hashable, Sendable {
    let path: AttributePath
    /// Which of several values, as the filter in brackets says.
    let filter: Filter.Node?

    var attribute: AttributeDefinition { path.attribute }
    var subAttribute: AttributeDefinition? { path.subAttribute }

    /// Whether only the service may set it.
    var isReadOnly: Bool { attribute.mutability == .readOnly || subAttribute?.mutability == .readOnly }

    /// For messages: the path without what the filter says.
    var place: String { path.description }

    enum Reading {
        case path(PatchPath)
        /// A schema as a whole.
        case schema(Schema, isExtension: Bool)
        /// Of the grammar, and of no schema of the resource type.
        case unknown(reason: String)
    }

    /// Throws `invalidFilter` for a mistake in brackets and `invalidPath` for any other (RFC 7644 §3.12, table 9).
    static func read(_ text: String, of type: ResourceType) throws(SCIMError) -> Reading {
        do throws(GrammarFailure) {
            return try parse(text, of: type)
        } catch {
            throw SCIMError(
                error.isInFilter ? .invalidFilter : .invalidPath,
                "The path is not valid: \(error.message), at byte \(error.offset).")
        }
    }

    private static func parse(_ text: String, of type: ResourceType) throws(GrammarFailure) -> Reading {
        var parser = try FilterParser(text, of: type, called: "path")
        let name = parser.word()
        guard !name.isEmpty else { throw parser.failure("the name of an attribute should stand here") }
        let path: AttributePath
        switch type.resolve(name) {
        case .attribute(let found): path = found
        case .schema(let schema, let isExtension):
            guard parser.isAtEnd else { throw parser.failure("a ':' and the name of an attribute should follow") }
            return .schema(schema, isExtension: isExtension)
        case .unknownSchema(let name): return .unknown(reason: "\(type.name) has no schema of \(name.shortened)")
        case .unknownAttribute(let reason): return .unknown(reason: reason)
        case .malformed(let reason): throw parser.failure(reason, at: 0)
        }
        guard !parser.isAtEnd else { return .path(PatchPath(path: path, filter: nil)) }
        guard path.attribute.isMultiValued else {
            throw parser.failure("only an attribute of several values may have brackets behind it")
        }
        let filter = try parser.valueFilter(of: path, at: 0)
        let subAttribute = parser.take(".") ? try parser.subAttribute(of: path) : nil
        guard parser.isAtEnd else { throw parser.failure("the path should end here") }
        return .path(PatchPath(path: path.with(subAttribute), filter: filter))
    }
}
