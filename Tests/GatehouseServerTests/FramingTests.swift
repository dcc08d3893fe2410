import Testing

private let host = "Host: id.example\r\n"
private let chunked = "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n"

/// Bytes that two readers could understand differently are refused, and the connection ends.
@Test(
    arguments: [
        ("two Content-Length", "POST /echo HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
        ("Content-Length twice", "POST /echo HTTP/1.1\r\n\(host)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        ("Content-Length list", "POST /echo HTTP/1.1\r\n\(host)Content-Length: 3, 3\r\n\r\nabc"),
        ("Content-Length with a sign", "POST /echo HTTP/1.1\r\n\(host)Content-Length: +3\r\n\r\nabc"),
        (
            "Content-Length without end",
            "POST /echo HTTP/1.1\r\n\(host)Content-Length: 99999999999999999999999\r\n\r\nabc"
        ),
        (
            "TE and CL",
            "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        ),
        (
            "CL and TE",
            "POST /echo HTTP/1.1\r\n\(host)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        ),
        ("TE gzip", "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\nabc"),
        (
            "TE gzip, chunked",
            "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        ),
        (
            "TE twice",
            "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        ("TE xchunked", "POST /echo HTTP/1.1\r\n\(host)Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("TE from HTTP/1.0", "POST /echo HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        ("chunk size is no number", chunked + "zz\r\nabc\r\n0\r\n\r\n"),
        ("chunk size overflows", chunked + "ffffffffffffffff1\r\nabc\r\n0\r\n\r\n"),
        ("chunk size and space", chunked + "3 \r\nabc\r\n0\r\n\r\n"),
        ("chunk without end", chunked + "3\r\nabcX0\r\n\r\n"),
        ("chunk with bare LF", chunked + "3\nabc\n0\n\n"),
        ("obs-fold", "GET /open HTTP/1.1\r\n\(host)X-A: b\r\n c\r\n\r\n"),
        ("obs-fold with a tab", "GET /open HTTP/1.1\r\n\(host)X-A: b\r\n\tc\r\n\r\n"),
        ("folded first field", "GET /open HTTP/1.1\r\n X-A: b\r\n\(host)\r\n"),
        ("NUL in a value", "GET /open HTTP/1.1\r\n\(host)X-A: b\u{0}c\r\n\r\n"),
        ("control in a value", "GET /open HTTP/1.1\r\n\(host)X-A: b\u{1}c\r\n\r\n"),
        ("bare CR in a value", "GET /open HTTP/1.1\r\n\(host)X-A: b\rc\r\n\r\n"),
        ("space in a name", "GET /open HTTP/1.1\r\n\(host)X A: b\r\n\r\n"),
        ("space before the colon", "GET /open HTTP/1.1\r\n\(host)X-A : b\r\n\r\n"),
        ("empty name", "GET /open HTTP/1.1\r\n\(host): b\r\n\r\n"),
        ("no colon", "GET /open HTTP/1.1\r\n\(host)Xb\r\n\r\n"),
        ("bare LF", "GET /open HTTP/1.1\nHost: id.example\n\n"),
        ("method is not ASCII", "G\u{cb}T /open HTTP/1.1\r\n\(host)\r\n"),
        ("method in lower case", "get /open HTTP/1.1\r\n\(host)\r\n"),
        ("path is not ASCII", "GET /\u{e4} HTTP/1.1\r\n\(host)\r\n"),
        ("NUL in the path", "GET /\u{0} HTTP/1.1\r\n\(host)\r\n"),
        ("CONNECT", "CONNECT id.example:443 HTTP/1.1\r\n\(host)\r\n"),
        ("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("HTTP/0.9", "GET /open\r\n\r\n"),
        ("HTTP/9.9", "GET /open HTTP/9.9\r\n\(host)\r\n"),
        ("no Host", "GET /livez HTTP/1.1\r\n\r\n"),
        ("two Hosts", "GET /livez HTTP/1.1\r\n\(host)\(host)\r\n"),
        ("no HTTP at all", "\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n"),
    ])
func ambiguousBytes(name: String, bytes: String) async throws {
    let answer = try await TestServer.run { try await $0.exchange(bytes) }
    #expect(answer.statuses == [400], "\(name): \(answer)")
    #expect(answer.field("Connection") == "close")
    #expect(answer.field("X-Request-Id")?.utf8.count == 32)
}

@Test(arguments: [
    "GET http://id.example/open", "OPTIONS *", "GET //open", "GET /a%2fb", "GET /a/../open", "GET /%2e%2e", "GET /%zz",
    "GET /%ff",
    "GET /open#fragment", "GET /a\\b",
])
func ambiguousTargets(line: String) async throws {
    let answer = try await TestServer.run { try await $0.ask(line) }
    #expect(answer.statuses == [400], "\(answer)")
    #expect(answer.body.hasPrefix("{\"code\":3,\"details\":[],\"message\":"))
}

@Test func everyBadByteIsSurvived() async throws {
    try await TestServer.run { server in
        for byte in UInt8.min...UInt8.max {
            let client = try await server.client()
            try await client.send(
                Array("GET /open".utf8) + [byte] + Array(" HTTP/1.1\r\n\(host)X: ".utf8) + [byte]
                    + Array("\r\n\r\n".utf8))
            client.finishSending()
            _ = try await client.read()
        }
        #expect(try await server.ask("GET /livez").status == 200)
    }
}

@Test func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await TestServer.run { server in
        let requests = (0..<500).map { TestServer.request($0 % 3 == 0 ? "GET /open" : "GET /livez") }.joined()
        let answer = try await server.exchange(
            requests + TestServer.request("POST /echo", fields: ["Connection: close"], body: "last"))
        #expect(answer.statuses == Array(repeating: 200, count: 501))
        #expect(answer.hasSuffix("\r\n\r\nlast"))
    }
}

@Test func nothingIsAnsweredAfterBadBytes() async throws {
    try await TestServer.run { server in
        let answer = try await server.exchange(
            TestServer.request("GET /open") + "BAD\r\n\r\n" + TestServer.request("GET /open"))
        #expect(answer.statuses == [200, 400])
    }
}

@Test func aBodyIsNotTheNextRequest() async throws {
    try await TestServer.run { server in
        let smuggled = TestServer.request("GET /open")
        let answer = try await server.exchange(
            TestServer.request("POST /nowhere", body: smuggled)
                + TestServer.request("GET /livez", fields: ["Connection: close"]))
        #expect(answer.statuses == [404, 200])
    }
}

@Test(arguments: [
    chunked + "3\r\nabc\r\n0\r\n\r\n", chunked + "1;x=y\r\na\r\n2\r\nbc\r\n0\r\nTrailer: x\r\n\r\n",
    "POST /echo HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\nabc",
])
func bodies(request: String) async throws {
    try await TestServer.run { server in
        let client = try await server.client()
        for _ in 0..<2 {  // and the connection is good for another
            try await client.send(request)
            let answer = try await client.readAnswer()
            #expect(answer.status == 200)
            #expect(answer.body == "abc")
        }
    }
}

@Test func halfClosedClientsGetTheirAnswer() async throws {
    try await TestServer.run { server in
        let client = try await server.client()
        try await client.send(TestServer.request("GET /open"))
        client.finishSending()
        #expect(try await client.read().status == 200)
    }
}
