import HTTPTypes
package import Identifiers

/// Which route a method and a path lead to, for those who ask about routes without calling them. The server has its own
/// table, which reads the target as it comes over the wire.
package struct RouteCatalog: Sendable {
    private let routes: [Key: [Route]]

    package init(_ routes: [Route]) {
        self.routes = Dictionary(grouping: routes) { Self.key($0.method.rawValue, $0.path.segments.count) }
    }

    private static func key(_ method: String, _ count: Int) -> Key { Key("\(method) \(count)") }

    /// The route and the values in its path. A literal segment goes before a parameter; HEAD is GET.
    package func find(method: String, path: String) -> (route: Route, parameters: [Key: String])? {
        let path = path.prefix { $0 != "?" }
        guard path.first == "/" else { return nil }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let method = method.uppercased().hasSameBytes(as: "HEAD") ? "GET" : method.uppercased()
        let candidates = routes[Self.key(method, segments.count)] ?? []
        let found = candidates.compactMap { route in Self.match(route, segments).map { (route, $0) } }
        return found.min { $0.1.count < $1.1.count }.map { ($0.0, $0.1) }
    }

    private static func match(_ route: Route, _ segments: [String]) -> [Key: String]? {
        var parameters: [Key: String] = [:]
        for (segment, text) in zip(route.path.segments, segments) {
            switch segment {
            case .literal(let literal): if literal != Key(text) { return nil }
            case .parameter(let name):
                if text.isEmpty { return nil }
                parameters[name] = text
            }
        }
        return parameters
    }
}
