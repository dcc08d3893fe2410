import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

@testable import GatehouseServer

@Test func aRequestUnderWayIsFinished() async throws {
    let gate = Gate()
    let slow = Route(.get, "/slow", access: .open) { _ in
        await gate.wait()
        return .json(["done": true])
    }
    try await TestServer.run(routes: [slow]) { server in
        let busy = try await server.client()
        try await busy.send(TestServer.request("GET /slow"))
        await gate.arrived(1)
        let watching = try await server.client()
        try await watching.send(TestServer.request("GET /readyz"))
        #expect(try await watching.readAnswer().status == 200)
        let idle = try await server.client()
        try await idle.send(TestServer.request("GET /livez"))
        #expect(try await idle.readAnswer().status == 200)

        server.server.shutdown()
        try await watching.send(TestServer.request("GET /readyz"))
        let notReady = try await watching.read()
        #expect(notReady.status == 503)
        #expect(notReady.field("Connection") == "close")
        #expect(try await idle.read().isEmpty, "an idle connection is closed")

        gate.open()
        let answer = try await busy.read()
        #expect(answer.status == 200)
        #expect(answer.body == #"{"done":true}"#)
        #expect(answer.field("Connection") == "close")
    }
}

@Test func aListenerThatStoppedAcceptsNothing() async throws {
    // Another test's listener may be given the port in between, so one of a few has to be closed.
    var isClosed = false
    for _ in 0..<5 where !isClosed {
        let port = try await TestServer.run { $0.port }
        do {
            _ = try await RawClient(port: port)
        } catch is RawClient.Failed {
            isClosed = true
        }
    }
    #expect(isClosed)
}

/// A handler that never ends delays the stop by `drainSeconds` and no longer.
@Test func theStopHasAnEnd() async throws {
    let gate = Gate()
    let never = Gate()
    let stuck = Route(.get, "/stuck", access: .open) { _ in
        await gate.wait()
        await Task { await never.wait() }.value
        return .json([:])
    }
    try await TestServer.run(routes: [stuck], configure: { $0.limits.drainSeconds = 1 }) { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /stuck"))
        await gate.arrived(1)
        server.server.shutdown()
        #expect(try await client.read().isEmpty)
    }
    never.open()
}

@Test func aServerRunsOnce() async throws {
    try await TestServer.run { server in
        _ = await #expect(throws: ServerError.alreadyStarted) { try await server.server.run() }
    }
}

@Test func anAddressInUseIsNamed() async throws {
    try await TestServer.run { server in
        let port = server.port
        do {
            try await TestServer.run(configure: { $0.listeners = [.init(host: "127.0.0.1", port: port)] }) { _ in
                Issue.record("two servers listen on one port")
            }
        } catch ServerError.cannotBind(let address, _) {
            #expect(address == "127.0.0.1:\(port)")
        }
    }
}
