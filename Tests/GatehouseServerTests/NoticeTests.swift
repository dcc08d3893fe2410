import AccessPolicy
import GatehouseServer
import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

private let routes = [
    Route(.get, "/who", access: .authenticated) { _ in .json([:]) },
    Route(.get, "/own", access: .authenticated) { _ in
        Response(status: .ok, headers: [.init("x-retires") ?? .server: "never"])
    },
    Route(.get, "/parts", access: .authenticated) { _ in
        var response = Response.json([:])
        response.rest = { nil }
        return response
    },
    Route(.get, "/none", access: .authenticated) { _ in Response(status: .noContent) },
    Route(.get, "/ns/{namespace}", access: .permission(.credentials, .get, in: .path("namespace"))) { _ in .json([:]) },
    Route(.get, "/conflict", access: .authenticated) { _ in throw APIError(.alreadyExists, "It exists.") },
    Route(.get, "/fails", access: .authenticated) { _ in throw Surprise(secret: "x") },
    Route(.get, "/late", access: .authenticated) { _ in
        await Gate().wait()  // ends by cancellation
        return .json([:])
    },
    Route(.get, "/oauth", access: .permission(.credentials, .get, in: .fixed(.system)), errors: .oauth) { _ in
        .json([:])
    },
    Route(.get, "/open", access: .open) { _ in .json([:]) },
]

@Test(
    arguments: [
        ("GET /who", "noticed", 200, ["soon", "very soon"]),
        ("HEAD /who", "noticed", 200, ["soon", "very soon"]),
        ("GET /parts", "noticed", 200, ["soon", "very soon"]),
        ("GET /none", "noticed", 204, ["soon", "very soon"]),
        ("GET /own", "noticed", 200, ["never"]),  // the route's own word stands
        ("GET /ns/default", "noticed", 404, ["soon", "very soon"]),
        ("GET /oauth", "noticed", 403, ["soon", "very soon"]),
        ("GET /conflict", "noticed", 409, ["soon", "very soon"]),
        ("GET /fails", "noticed", 500, ["soon", "very soon"]),
        ("GET /late", "noticed", 504, ["soon", "very soon"]),
        ("GET /who", "nobody", 200, []),
        ("GET /who", "wrong", 401, []),
        ("GET /open", "noticed", 200, []),  // nobody asked who it is
        ("GET /nowhere", "noticed", 404, []),
    ] as [(String, String, Int, [String])])
func notices(line: String, token: String, status: Int, retires: [String]) async throws {
    try await TestServer.run(routes: routes, configure: { $0.limits.requestTimeoutSeconds = 1 }) { server in
        let answer = try await server.ask(line, fields: ["Authorization: APIToken \(token)"])
        #expect(answer.status == status, "\(answer)")
        let said = answer.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("x-retires: ") }
        #expect(said.map { String($0.dropFirst(11)) } == retires)
        #expect(answer.field("X-Ends") == (retires.isEmpty ? nil : "2026-11-24T02:16:33Z"))
        for name in ["X-Split", "X-Bell", "X-Delete", "X-Tab", "X-Umlaut", "X-Evil", "X Evil"] {
            #expect(answer.field(name) == nil, "\(name)")
        }
        #expect(!answer.contains("Content-Length: 99"))
        let log = server.log.close()
        let isKnown = status != 401 && !["/open", "/nowhere"].contains { line.hasSuffix($0) }
        #expect(log.contains("\"principal_id\":\"usr_test\"") == isKnown, "\(log)")
    }
}
