/// The paths below declared variables that an expression reads, for lint: `claims.ref` and `claims["ref"]` are both
/// `["claims", "ref"]`. Only the longest of each chain, each once, in source order.
struct ReferencedPaths {
    private let variables: Set<String>
    private var found: [[String]] = []

    static func collect(_ syntax: Syntax, in environment: Environment) -> [[String]] {
        var collector = ReferencedPaths(variables: Set(environment.variables.keys))
        collector.visit(syntax, locals: [])
        return collector.found
    }

    private init(variables: Set<String>) { self.variables = variables }

    private mutating func visit(_ syntax: Syntax, locals: Set<String>) {
        if let path = path(of: syntax, locals) {
            if !found.contains(path) { found.append(path) }
            return
        }
        guard case .loop(let loop) = syntax.kind else {
            for child in syntax.kind.children { visit(child, locals: locals) }
            return
        }
        visit(loop.range, locals: locals)
        for body in [loop.predicate, loop.transform].compactMap(\.self) {
            visit(body, locals: locals.union([loop.variable]))
        }
    }

    private func path(of syntax: Syntax, _ locals: Set<String>) -> [String]? {
        var fields: [String] = []
        var current = syntax
        while true {
            switch current.kind {
            case .identifier(let name):
                guard !locals.contains(name) else { return nil }
                return resolved([name] + fields.reversed())
            case .select(let operand, let field), .has(let operand, let field):
                fields.append(field)
                current = operand
            case .index(let operand, let key):
                guard case .literal(.string(let field)) = key.kind else { return nil }
                fields.append(field)
                current = operand
            default: return nil
            }
        }
    }

    /// A variable's own name may have dots: the longest declared one is the root.
    private func resolved(_ path: [String]) -> [String]? {
        for length in stride(from: path.count, through: 1, by: -1) {
            let name = path.prefix(length).joined(separator: ".")
            if variables.contains(name) { return [name] + path.dropFirst(length) }
        }
        return nil
    }
}
