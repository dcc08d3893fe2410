import HTTPTypes
import ServerPlugin
import StrictJSON
import Testing

@testable import GatehouseServer

@Test(
    arguments: [
        ("100 fields", "GET /livez", Array(repeating: "A: b", count: 98), 200),
        ("101 fields", "GET /livez", Array(repeating: "A: b", count: 100), 431),
        ("32 KiB of fields", "GET /livez", ["A: " + String(repeating: "b", count: 33 * 1024)], 431),
        ("long target", "GET /" + String(repeating: "a", count: 20 * 1024), [], 414),
        ("very long target", "GET /" + String(repeating: "a", count: 40 * 1024), [], 431),
        ("body over the route's limit", "POST /echo", ["Content-Length: 1001"], 413),
        ("body over any limit", "POST /echo", ["Content-Length: 9223372036854775808"], 413),
        ("unknown expectation", "POST /echo", ["Content-Length: 3", "Expect: magic"], 417),
    ] as [(String, String, [String], Int)])
func heads(name: String, line: String, fields: [String], expected: Int) async throws {
    let answer = try await TestServer.run {
        try await $0.exchange(TestServer.request(line, fields: fields + ["Connection: close"]))
    }
    #expect(answer.status == expected, "\(name): \(answer.prefix(300))")
}

@Test func aChunkedBodyIsCounted() async throws {
    try await TestServer.run { server in
        let request = TestServer.request("POST /echo", fields: ["Transfer-Encoding: chunked"])
        let answer = try await server.exchange(
            request + "3e8\r\n" + String(repeating: "a", count: 1000) + "\r\n1\r\na\r\n")
        #expect(answer.statuses == [413])
        #expect(answer.field("Connection") == "close")
    }
}

@Test func aLittleTooMuchIsReadAndTheConnectionKept() async throws {
    try await TestServer.run { server in
        let answer = try await server.exchange(
            TestServer.request("POST /echo", body: String(repeating: "a", count: 1001))
                + TestServer.request("GET /livez", fields: ["Connection: close"]))
        #expect(answer.statuses == [413, 200])
    }
}

@Test func continueIsSaidOnlyWhenTheBodyIsWanted() async throws {
    try await TestServer.run { server in
        let client = try await server.client()
        try await client.send(TestServer.request("POST /echo", fields: ["Content-Length: 3", "Expect: 100-continue"]))
        #expect(try await client.readAnswer().status == 100)
        try await client.send("abc")
        #expect(try await client.readAnswer().body == "abc")
        try await client.send(
            TestServer.request("POST /echo", fields: ["Content-Length: 3000", "Expect: 100-continue"]))
        #expect(try await client.read().statuses == [413])
    }
}

@Test func bodiesInMemoryAreBounded() async throws {
    try await TestServer.run(configure: { $0.limits.bufferedBodyBytes = 600 }) { server in
        let first = try await server.client()
        try await first.send(TestServer.request("POST /echo", fields: ["Content-Length: 600", "Expect: 100-continue"]))
        _ = try await first.readAnswer()
        try await first.send(String(repeating: "a", count: 500))
        // The first one's bytes are counted when the server has read them; until then a second one may get through.
        var second = ""
        repeat {
            second = try await server.ask("POST /echo", body: String(repeating: "b", count: 200))
        } while second.status == 200
        #expect(second.status == 503)
        #expect(second.field("Retry-After") == "1")
        try await first.send(String(repeating: "a", count: 100))
        #expect(try await first.readAnswer().status == 200)
        #expect(try await server.ask("POST /echo", body: String(repeating: "b", count: 200)).status == 200)
    }
}

@Test(arguments: ["", "GET /livez HT", "GET /livez HTTP/1.1\r\nHost: id.example\r\n"])
func anIdleConnectionEnds(sent: String) async throws {
    let answer = try await TestServer.run(configure: { $0.limits.idleSeconds = 1 }) { try await $0.exchange(sent) }
    #expect(answer.isEmpty)
}

@Test func aKeptConnectionEndsWhenIdle() async throws {
    let answer = try await TestServer.run(configure: { $0.limits.idleSeconds = 1 }) { server in
        try await server.exchange(TestServer.request("GET /livez"))
    }
    #expect(answer.statuses == [200])
}

@Test func aBodyThatDoesNotComeIs408() async throws {
    let answer = try await TestServer.run(configure: { $0.limits.requestTimeoutSeconds = 1 }) { server in
        try await server.exchange(TestServer.request("POST /oauth/token", fields: ["Content-Length: 3"]) + "ab")
    }
    #expect(answer.statuses == [408])
    #expect(answer.body.hasPrefix("{\"error\":\"invalid_request\""))
}

@Test func aHandlerThatTakesTooLongIs504AndCancelled() async throws {
    let gate = Gate()
    let cancelled = Gate()
    let route = Route(.get, "/slow", access: .open) { _ in
        await gate.wait()  // ends by cancellation
        if Task.isCancelled { cancelled.open() }
        return .json([:])
    }
    try await TestServer.run(routes: [route], configure: { $0.limits.requestTimeoutSeconds = 1 }) { server in
        let answer = try await server.exchange(TestServer.request("GET /slow"))
        #expect(answer.statuses == [504])
        await cancelled.wait()
    }
}

@Test func connectionsAreCounted() async throws {
    try await TestServer.run(configure: { $0.limits.connectionsPerPeer = 2 }) { server in
        let first = try await server.client()
        let second = try await server.client()
        for client in [first, second] {
            try await client.send(TestServer.request("GET /livez"))
            _ = try await client.readAnswer()
        }
        #expect(try await server.client().read().isEmpty, "the third is closed at once")
        #expect(server.server.statistics.turnedAwayConnections == 1)
        try await first.send(TestServer.request("GET /livez", fields: ["Connection: close"]))
        _ = try await first.read()
    }
}
