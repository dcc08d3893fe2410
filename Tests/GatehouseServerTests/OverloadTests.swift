import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

@testable import GatehouseServer

private func gated(_ gate: Gate, _ method: String = "") -> [Route] {
    [
        Route(.get, "/slow", access: .open) { _ in
            await gate.wait()
            return .json([:])
        },
        Route(.get, "/quick", access: .open) { _ in .json([:]) },
        Route(.post, "/oauth/quick", access: .open, errors: .oauth) { _ in .json([:]) },
        Route(.post, "/revoke", access: .open, lane: .reserved) { _ in .json([:]) },
    ]
}

@Test func whatIsTooMuchIsToldAtOnce() async throws {
    let gate = Gate()
    try await TestServer.run(routes: gated(gate), configure: { $0.limits.requestsInFlight = 2 }) { server in
        let slow = [try await server.client(), try await server.client()]
        for client in slow { try await client.send(TestServer.request("GET /slow")) }
        await gate.arrived(2)

        let shed = try await server.ask("GET /quick")
        #expect(shed.status == 503)
        #expect(shed.field("Retry-After") == "1")
        #expect(shed.body == #"{"code":14,"details":[],"message":"Too many requests at once: try again."}"#)
        let oauth = try await server.ask("POST /oauth/quick")
        #expect(oauth.status == 503)
        #expect(oauth.body.hasPrefix(#"{"error":"temporarily_unavailable","#))
        #expect(try await server.ask("POST /revoke").status == 200, "the reserved lane is open")
        #expect(try await server.ask("GET /readyz").status == 200)
        #expect(try await server.ask("GET /livez").status == 200)
        #expect(server.server.statistics.shed == 2)
        #expect(server.server.statistics.requestsInFlight == 2)

        gate.open()
        for client in slow { #expect(try await client.readAnswer().status == 200) }
        #expect(try await server.ask("GET /quick").status == 200)
    }
}

@Test func theReservedLaneIsBoundedToo() async throws {
    let gate = Gate()
    let routes = [
        Route(.get, "/slow", access: .open, lane: .reserved) { _ in
            await gate.wait()
            return .json([:])
        },
        Route(.get, "/quick", access: .open) { _ in .json([:]) },
    ]
    try await TestServer.run(routes: routes, configure: { $0.limits.reservedInFlight = 1 }) { server in
        let slow = try await server.client()
        try await slow.send(TestServer.request("GET /slow"))
        await gate.arrived(1)
        #expect(try await server.ask("GET /slow").status == 503)
        #expect(try await server.ask("GET /quick").status == 200)
        gate.open()
        #expect(try await slow.readAnswer().status == 200)
    }
}

/// A slot belongs to the handler, not to the client: hanging up does not make room for more.
@Test func aSlotIsHeldUntilTheHandlerEnds() async throws {
    let gate = Gate()
    let ignoring = Gate()
    let route = Route(.get, "/slow", access: .open) { _ in
        await gate.wait()
        await Task { await ignoring.wait() }.value  // does not end by cancellation
        return .json([:])
    }
    try await TestServer.run(routes: [route], configure: { $0.limits.requestsInFlight = 1 }) { server in
        do {
            let client = try await server.client()
            try await client.send(TestServer.request("GET /slow"))
            await gate.arrived(1)
            gate.open()
            await ignoring.arrived(1)
        }
        #expect(try await server.ask("GET /slow").status == 503)
        ignoring.open()
    }
}
