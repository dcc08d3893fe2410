import HTTPTypes
import ServerPlugin
import StrictJSON
import Synchronization
import Testing

@testable import GatehouseServer

/// Parts for one answer, and how many were asked for.
private final class Parts: Sendable {
    private let rest: Mutex<ArraySlice<String>>
    private let count = Atomic(0)

    init(_ parts: [String]) { rest = Mutex(parts[...]) }

    var asked: Int { count.load(ordering: .relaxed) }

    func next() -> [UInt8]? {
        count.add(1, ordering: .relaxed)
        return rest.withLock { $0.popFirst() }.map { Array($0.utf8) }
    }

    func route(_ path: PathTemplate = "/parts", body: String = "", status: HTTPResponse.Status = .ok) -> Route {
        Route(.get, path, access: .open) { [self] _ in .parts(body, status: status) { self.next() } }
    }
}

extension Response {
    fileprivate static func parts(
        _ body: String = "", status: HTTPResponse.Status = .ok, _ rest: @escaping NextPart
    ) -> Response {
        var response = Response(status: status, headers: [.contentType: "text/plain"], body: Array(body.utf8))
        response.rest = rest
        return response
    }
}

/// One part, `ab`, and then whatever happens.
private func route(then next: @escaping @Sendable () async throws -> [UInt8]?) -> Route {
    Route(.get, "/parts", access: .open) { _ in .parts("ab") { try await next() } }
}

private let old = "GET /parts HTTP/1.0\r\nHost: id.example\r\n\r\n"

@Test func partsAreChunksAndTheConnectionIsKept() async throws {
    let parts = Parts(["ab", "", String(repeating: "c", count: 26)])
    let (answer, log) = try await TestServer.run(routes: [parts.route(body: "x")]) { server in
        // What comes behind waits its turn.
        let requests =
            TestServer.request("GET /parts") + TestServer.request("GET /livez", fields: ["Connection: close"])
        return (try await server.exchange(requests), server.log)
    }
    #expect(answer.statuses == [200, 200])
    #expect(answer.field("Transfer-Encoding") == "chunked")
    #expect(answer.field("Content-Length") == nil)
    #expect(answer.field("Content-Type") == "text/plain")
    #expect(answer.field("Connection") == nil)
    let body = "1\r\nx\r\n2\r\nab\r\n1a\r\n" + String(repeating: "c", count: 26) + "\r\n0\r\n\r\n"
    #expect(answer.body.hasPrefix(body + "HTTP/1.1 200 OK\r\n"), "\(answer)")
    #expect(parts.asked == 4)
    let line = log.close()
    #expect(line.contains(#""level":"info""#))
    #expect(line.contains(#""path":"/parts","status":200,"#))
    #expect(line.contains(#""bytes_out":29,"remote""#))
}

@Test func anAnswerOfNoPartsIsComplete() async throws {
    try await TestServer.run(routes: [Parts([]).route(), Parts([""]).route("/empty")]) { server in
        for path in ["/parts", "/empty"] {
            let answer = try await server.ask("GET \(path)")
            #expect(answer.body == "0\r\n\r\n", "\(answer)")
        }
    }
}

@Test func olderClientsGetNoChunks() async throws {
    let answer = try await TestServer.run(routes: [Parts(["ab", "", "c"]).route(body: "x")]) { server in
        try await server.exchange(old.replacing("\r\n\r\n", with: "\r\nConnection: keep-alive\r\n\r\n"))
    }
    #expect(answer.status == 200)
    #expect(answer.field("Transfer-Encoding") == nil)
    #expect(answer.field("Content-Length") == nil)
    #expect(answer.field("Connection") == "close")
    #expect(answer.body == "xabc")
}

@Test(
    arguments: [("HEAD", .ok, "chunked"), ("GET", .noContent, nil), ("GET", .notModified, nil)]
        as [(String, HTTPResponse.Status, String?)])
func partsThatNobodyWantsAreNotMade(method: String, status: HTTPResponse.Status, coding: String?) async throws {
    let parts = Parts(["ab"])
    let answer = try await TestServer.run(routes: [parts.route(body: "x", status: status)]) { server in
        try await server.exchange(
            TestServer.request("\(method) /parts") + TestServer.request("GET /livez", fields: ["Connection: close"]))
    }
    #expect(answer.statuses == [status.code, 200])
    #expect(answer.field("Transfer-Encoding") == coding)
    #expect(answer.field("Content-Length") == nil)
    #expect(answer.body.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(answer)")
    #expect(parts.asked == 0)
}

/// 64 parts of 256 KiB; what is made and not read is in the buffers of the system, a few megabytes, and not in ours.
@Test func partsAreMadeAsFastAsTheyAreRead() async throws {
    let part = String(repeating: "a", count: 256 * 1024)
    let parts = Parts(Array(repeating: part, count: 64))
    try await TestServer.run(routes: [parts.route()]) { server in
        let client = try await RawClient(port: server.port, receiveBuffer: 64 * 1024)
        try await client.send(TestServer.request("GET /parts", fields: ["Connection: close"]))
        var read = 0
        while true {
            let count = try await client.readSome(128 * 1024)
            if count == 0 { break }
            read += count
            let ahead = parts.asked * part.utf8.count - read
            guard ahead <= 8 << 20 else {
                Issue.record("\(ahead) bytes ahead of the client")
                break
            }
        }
        #expect(read > 64 * part.utf8.count)
    }
}

@Test func aClientThatDoesNotReadIsLeft() async throws {
    let part = [UInt8](repeating: 0x61, count: 256 * 1024)
    let asked = Parts([])
    let endless = route {
        _ = asked.next()
        return part
    }
    try await TestServer.run(routes: [endless], configure: { $0.limits.writeSeconds = 1 }) { server in
        let client = try await RawClient(port: server.port, receiveBuffer: 64 * 1024)
        try await client.send(TestServer.request("GET /parts"))
        #expect(await server.log.line(with: "broken_off").contains(#""broken_off":"client too slow""#))
        #expect(asked.asked * part.count < 8 << 20)
        #expect(server.server.statistics.serverErrors == 0)
    }
}

@Test func aClientThatLeavesEndsItsParts() async throws {
    let gate = Gate()
    let cancelled = Gate()
    let waiting = route {
        await gate.wait()  // ends by cancellation
        if Task.isCancelled { cancelled.open() }
        return nil
    }
    try await TestServer.run(routes: [waiting]) { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /parts"))
        _ = try await client.read { $0.hasSuffix("ab\r\n") }
        await gate.arrived(1)
        client.leaveAbruptly()
        await cancelled.wait()
        let line = await server.log.line(with: "broken_off")
        #expect(line.contains(#""status":200,"#) && line.contains(#""bytes_out":2,"broken_off":"client left""#))
    }
}

@Test func aPartThatFailsBreaksTheAnswerOff() async throws {
    let failing = route { throw Surprise(secret: "gth_at_0123456789abcdefghijABCDEFGHIJ") }
    try await TestServer.run(routes: [failing]) { server in
        let answer = try await server.exchange(TestServer.request("GET /parts"))
        #expect(answer.status == 200)
        #expect(answer.body == "2\r\nab\r\n", "no last chunk")
        let id = try #require(answer.field("X-Request-Id"))
        _ = await #expect(throws: RawClient.Failed.self, "an orderly end would look complete to HTTP/1.0") {
            try await server.exchange(old)
        }
        #expect(server.server.statistics.serverErrors == 2)
        let lines = server.log.close().split(separator: "\n").filter { $0.contains(id) }
        #expect(lines.count == 2)
        #expect(lines.contains { $0.contains("broken_off\":\"part failed") && $0.contains("\"level\":\"warning\"") })
        #expect(
            lines.contains { $0.contains("answer broken off") && $0.contains("Surprise(secret: \\\"redacted\\\")") })
    }
}

@Test func aPartThatDoesNotComeBreaksTheAnswerOff() async throws {
    let gate = Gate()
    let never = route {
        await gate.wait()
        return []  // and an empty one gives no more time
    }
    try await TestServer.run(routes: [never], configure: { $0.limits.requestTimeoutSeconds = 1 }) { server in
        let answer = try await server.exchange(TestServer.request("GET /parts"))
        #expect(answer.body == "2\r\nab\r\n")
        #expect(server.log.close().contains(#""broken_off":"part too slow""#))
    }
}

@Test func partsHoldTheirSlot() async throws {
    let gate = Gate()
    let slow = route {
        await gate.wait()
        return nil
    }
    let quick = Route(.get, "/quick", access: .open) { _ in .json([:]) }
    try await TestServer.run(routes: [slow, quick], configure: { $0.limits.requestsInFlight = 1 }) { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /parts"))
        await gate.arrived(1)
        #expect(try await server.ask("GET /quick").status == 503)
        gate.open()
        let answer = try await client.read { $0.hasSuffix("0\r\n\r\n") }
        #expect(answer.body == "2\r\nab\r\n0\r\n\r\n")
        #expect(try await server.ask("GET /quick").status == 200)
        #expect(server.server.statistics.requestsInFlight == 0)
    }
}

/// Parts without end and without a wait, on the one event loop of the server.
@Test func partsLetOthersHaveTheirTurn() async throws {
    let isStopped = Gate()
    let stopped = Parts([""])
    let endless = route { stopped.asked == 0 ? [] : nil }
    let stop = Route(.get, "/stop", access: .open) { _ in
        _ = stopped.next()
        isStopped.open()
        return .json([:])
    }
    try await TestServer.run(routes: [endless, stop]) { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /parts"))
        _ = try await client.read { $0.hasSuffix("ab\r\n") }
        #expect(try await server.ask("GET /stop").status == 200)
        let end = try await client.read { $0.hasSuffix("0\r\n\r\n") }
        #expect(end == "0\r\n\r\n")
    }
}

@Test func theStopWaitsForParts() async throws {
    let gate = Gate()
    let parts = Parts(["cd"])
    let slow = route {
        await gate.wait()
        return parts.next()
    }
    try await TestServer.run(routes: [slow]) { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /parts"))
        await gate.arrived(1)
        server.server.shutdown()
        gate.open()
        #expect(try await client.read().body == "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n")
    }
}

@Test(arguments: [TestServer.request("GET /parts"), old])
func theStopBreaksPartsOffInTheEnd(request: String) async throws {
    let gate = Gate()
    let slow = route {
        await gate.wait()
        return nil
    }
    try await TestServer.run(routes: [slow], configure: { $0.limits.drainSeconds = 1 }) { server in
        let client = try await server.client()
        try await client.send(request)
        let start = try await client.read { $0.hasSuffix("ab") || $0.hasSuffix("ab\r\n") }
        await gate.arrived(1)
        server.server.shutdown()
        if start.contains("chunked") {
            let rest = try await client.read()
            #expect(rest.isEmpty, "no last chunk")
        } else {
            _ = await #expect(throws: RawClient.Failed.self) { try await client.read() }
        }
        #expect(await server.log.line(with: "broken_off").contains("server stopped"))
    }
}
