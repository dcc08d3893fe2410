import HTTPTypes
import Identifiers
import ServerPlugin

/// All routes, as a tree of path segments. Built once.
struct RouteTable: Sendable {
    /// A route with what the server knows of it.
    struct Entry: Sendable {
        let route: Route
        /// Answered by the event loop itself.
        let isLiveness: Bool
    }

    enum Match: Sendable {
        case found(Entry, parameters: [Key: String])
        /// The path exists, the method does not: 405 or 204 with `Allow` (RFC 9110 §15.5.6).
        case otherMethods(allow: String, Entry)
        case notFound
    }

    private struct Node: Sendable {
        var literals: [(segment: String, node: Int)] = []
        var parameter: Int?
        /// Whether every route below is of SCIM.
        var isSCIM = true
        var entries: [(entry: Entry, names: [Key])] = []
    }

    private var nodes: [Node] = [Node()]

    init(_ routes: [Route]) throws(ServerError) {
        for route in routes { try insert(route) }
    }

    private mutating func insert(_ route: Route) throws(ServerError) {
        var current = 0
        var names: [Key] = []
        let isSCIM = if case .scim = route.errors { true } else { false }
        for segment in route.path.segments {
            if !isSCIM { nodes[current].isSCIM = false }
            switch segment {
            case .literal(let text):
                if let known = nodes[current].literals.first(where: { $0.segment.hasSameBytes(as: text.rawValue) }) {
                    current = known.node
                } else {
                    nodes.append(Node())
                    nodes[current].literals.append((text.rawValue, nodes.count - 1))
                    current = nodes.count - 1
                }
            case .parameter(let name):
                names.append(name)
                if let known = nodes[current].parameter {
                    current = known
                } else {
                    nodes.append(Node())
                    nodes[current].parameter = nodes.count - 1
                    current = nodes.count - 1
                }
            }
        }
        guard !nodes[current].entries.contains(where: { $0.entry.route.method == route.method }) else {
            throw .duplicateRoute(method: route.method.rawValue, path: route.path.description)
        }
        if !isSCIM { nodes[current].isSCIM = false }
        let entry = Entry(route: route, isLiveness: route.method == .get && route.path == HealthRoutes.livenessPath)
        nodes[current].entries.append((entry, names))
    }

    /// A literal segment goes before a parameter; where it leads nowhere, the parameter is tried. HEAD is GET.
    func match(_ method: HTTPRequest.Method, _ segments: [String]) -> Match {
        var values: [String] = []
        var other: Int?
        if let found = search(0, segments[...], method == .head ? .get : method, &values, &other) {
            if values.isEmpty { return .found(found.entry, parameters: [:]) }
            return .found(found.entry, parameters: Dictionary(zip(found.names, values)) { first, _ in first })
        }
        guard let other, let first = nodes[other].entries.first?.entry else { return .notFound }
        return .otherMethods(allow: allowedMethods(nodes[other]), first)
    }

    private func search(
        _ index: Int, _ rest: ArraySlice<String>, _ method: HTTPRequest.Method, _ values: inout [String],
        _ other: inout Int?
    ) -> (entry: Entry, names: [Key])? {
        let node = nodes[index]
        guard let segment = rest.first else {
            if let found = node.entries.first(where: { $0.entry.route.method == method }) { return found }
            if other == nil, !node.entries.isEmpty { other = index }
            return nil
        }
        if let literal = node.literals.first(where: { $0.segment.hasSameBytes(as: segment) }),
            let found = search(literal.node, rest.dropFirst(), method, &values, &other)
        {
            return found
        }
        guard let parameter = node.parameter, !segment.isEmpty else { return nil }
        values.append(segment)
        if let found = search(parameter, rest.dropFirst(), method, &values, &other) { return found }
        values.removeLast()
        return nil
    }

    /// How "no such path" looks there: as on the routes next to it, where these are SCIM's. Elsewhere as in the original API.
    func errors(near segments: [String]) -> Route.ErrorFormat {
        var node = nodes[0]
        for segment in segments {
            guard
                let next = node.literals.first(where: { $0.segment.hasSameBytes(as: segment) })?.node ?? node.parameter
            else { break }
            node = nodes[next]
        }
        return node.isSCIM && (!node.literals.isEmpty || !node.entries.isEmpty) ? .scim : .api
    }

    private func allowedMethods(_ node: Node) -> String {
        var methods = Set(node.entries.map(\.entry.route.method.rawValue))
        if methods.contains("GET") { methods.insert("HEAD") }
        methods.insert("OPTIONS")
        return methods.sorted().joined(separator: ", ")
    }
}
