import HTTPTypes
import Identifiers
import ServerPlugin
import Testing

@testable import GatehouseServer

private func route(_ method: HTTPRequest.Method, _ path: PathTemplate) -> Route {
    Route(method, path, access: .open) { _ in Response(status: .ok) }
}

private let routes = [
    route(.get, "/"), route(.get, "/a"), route(.post, "/a"), route(.get, "/a/{x}"), route(.delete, "/a/{x}"),
    route(.get, "/a/b"),
    route(.get, "/a/{y}/c"), route(.get, "/a/b/d"), route(.post, "/only"), route(.get, "/{z}/end"),
]

@Test(
    arguments: [
        (.get, [], "/", [:]),
        (.get, ["a"], "/a", [:]),
        (.head, ["a"], "/a", [:]),
        (.post, ["a"], "/a", [:]),
        (.get, ["a", "q"], "/a/{x}", ["x": "q"]),
        (.get, ["a", "b"], "/a/b", [:]),
        (.delete, ["a", "b"], "/a/{x}", ["x": "b"]),
        (.get, ["a", "b", "d"], "/a/b/d", [:]),
        (.get, ["a", "b", "c"], "/a/{y}/c", ["y": "b"]),
        (.get, ["a", "{x}"], "/a/{x}", ["x": "{x}"]),
        (.get, ["a", "end"], "/a/{x}", ["x": "end"]),
        (.get, ["q", "end"], "/{z}/end", ["z": "q"]),
    ] as [(HTTPRequest.Method, [String], String, [String: String])])
func found(method: HTTPRequest.Method, segments: [String], template: String, parameters: [String: String]) throws {
    guard case .found(let entry, let values) = try RouteTable(routes).match(method, segments) else {
        Issue.record("\(segments) is not found")
        return
    }
    #expect(entry.route.path.description == template)
    #expect(values == Dictionary(uniqueKeysWithValues: parameters.map { (Key($0.key), $0.value) }))
}

@Test(
    arguments: [
        (.get, ["b"]), (.get, ["A"]), (.get, ["a", ""]), (.get, ["a", "b", ""]), (.get, ["a", "b", "c", "d"]),
        (.get, ["\u{212A}"]),
        (.head, ["nothing"]), (.get, ["", "end"]),
    ] as [(HTTPRequest.Method, [String])])
func notFound(method: HTTPRequest.Method, segments: [String]) throws {
    guard case .notFound = try RouteTable(routes).match(method, segments) else {
        Issue.record("\(segments) is found")
        return
    }
}

@Test(
    arguments: [
        (.delete, ["a"], "GET, HEAD, OPTIONS, POST"),
        (.options, ["a"], "GET, HEAD, OPTIONS, POST"),
        (.get, ["only"], "OPTIONS, POST"),
        (.head, ["only"], "OPTIONS, POST"),
        (.put, ["a", "q"], "DELETE, GET, HEAD, OPTIONS"),
    ] as [(HTTPRequest.Method, [String], String)])
func otherMethods(method: HTTPRequest.Method, segments: [String], allow: String) throws {
    guard case .otherMethods(let methods, _) = try RouteTable(routes).match(method, segments) else {
        Issue.record("\(segments) has no other methods")
        return
    }
    #expect(methods == allow)
}

@Test func oneRouteForOneShape() {
    #expect(throws: ServerError.duplicateRoute(method: "GET", path: "/a/{other}")) {
        try RouteTable(routes + [route(.get, "/a/{other}")])
    }
}
