import Foundation
import HTTPFetch
import HTTPTypes
import Testing

/// A policy for a loopback peer, small enough for hostile ones.
func loopbackPolicy(_ server: LoopbackServer, timeout: Duration = .seconds(5)) throws -> FetchPolicy {
    var policy = FetchPolicy.provider(allowOrigins: [try Origin(server.origin)])
    policy.maximumBytes = 64 * 1024
    policy.maximumHeaderBytes = 8 * 1024
    policy.timeout = timeout
    return policy
}

func request(
    _ server: LoopbackServer, _ path: String = "/", _ method: FetchMethod = .GET, bulkhead: String = "one"
) throws -> FetchRequest {
    FetchRequest(method, try FetchURL(server.origin + path, allowing: [try Origin(server.origin)]), bulkhead: bulkhead)
}

/// The failure of one fetch from a peer with this handler.
func failure(
    timeout: Duration = .seconds(5), _ handler: @escaping @Sendable (LoopbackServer.Connection) -> Void
) async throws -> FetchFailure? {
    let server = try LoopbackServer(handler)
    let (request, policy) = (try request(server), try loopbackPolicy(server, timeout: timeout))
    let fetcher = try HTTPFetcher()
    do throws(FetchFailure) {
        _ = try await fetcher.fetch(request, policy: policy)
        await fetcher.shutdown()
        return nil
    } catch {
        await fetcher.shutdown()
        return error
    }
}

@Suite struct HTTPFetcherTests {
    @Test func answersWholeAndReusesTheConnection() async throws {
        let server = try LoopbackServer { request in
            LoopbackServer.response(
                "201 Created", "hello", headers: ["Cache-Control: max-age=60", "X-Two: a", "X-Two: b", "X-Empty:"])
        }
        let fetcher = try HTTPFetcher()
        for _ in 0..<3 {
            let response = try await fetcher.fetch(request(server, "/a?b=c"), policy: loopbackPolicy(server))
            #expect(response.status == 201)
            #expect(String(decoding: response.body, as: UTF8.self) == "hello")
            #expect(response.headers[.cacheControl] == "max-age=60")
            #expect(response.headers[values: try #require(HTTPField.Name("x-two"))] == ["a", "b"])
            #expect(response.headers[try #require(HTTPField.Name("x-empty"))]?.isEmpty == true)
            #expect(response.timing.total > .zero)
        }
        #expect(server.connectionCount == 1)
        #expect(server.requests.count == 3)
        await fetcher.shutdown()
    }

    @Test func sendsWhatWasAskedAndNothingElse() async throws {
        let server = try LoopbackServer { _ in LoopbackServer.response() }
        let fetcher = try HTTPFetcher()
        var post = try request(server, "/token", .POST)
        post.headers = [
            .contentType: "application/x-www-form-urlencoded", .authorization: "Basic abc", .accept: "application/json",
        ]
        post.body = Array("grant_type=x".utf8)
        _ = try await fetcher.fetch(post, policy: loopbackPolicy(server))
        _ = try await fetcher.fetch(request(server, "/empty", .POST), policy: loopbackPolicy(server))
        _ = try await fetcher.fetch(request(server, "/gone", .DELETE), policy: loopbackPolicy(server))
        _ = try await fetcher.fetch(request(server, "/get"), policy: loopbackPolicy(server))
        await fetcher.shutdown()
        let host = "Host: 127.0.0.1:\(server.port)"
        #expect(
            server.requests.map { $0.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) } == [
                [
                    "POST /token HTTP/1.1", host, "Content-Type: application/x-www-form-urlencoded",
                    "Authorization: Basic abc",
                    "Accept: application/json", "User-Agent: gatehouse", "Content-Length: 12", "", "grant_type=x",
                ],
                ["POST /empty HTTP/1.1", host, "Accept: */*", "User-Agent: gatehouse", "Content-Length: 0", "", ""],
                ["DELETE /gone HTTP/1.1", host, "Accept: */*", "User-Agent: gatehouse", "", ""],
                ["GET /get HTTP/1.1", host, "Accept: */*", "User-Agent: gatehouse", "", ""],
            ])
    }

    @Test(arguments: ["host", "Content-Length", "transfer-encoding", "expect", "accept-encoding"])
    func refusesHeadersThatAreLibcurls(_ name: String) async throws {
        let server = try LoopbackServer { _ in LoopbackServer.response() }
        let fetcher = try HTTPFetcher()
        var request = try request(server)
        request.headers[try #require(HTTPField.Name(name))] = "1"
        await #expect(throws: FetchFailure.invalidHeader(name.lowercased())) {
            try await fetcher.fetch(request, policy: loopbackPolicy(server))
        }
        #expect(server.connectionCount == 0)
        await fetcher.shutdown()
    }

    /// An error page and a redirect are answers; what they mean is the caller's matter. Nothing is followed.
    @Test(arguments: ["302 Found", "307 Temporary Redirect", "404 Not Found", "500 Oops", "401 Unauthorized"])
    func answersFailuresAsTheyAre(_ status: String) async throws {
        let other = try LoopbackServer { _ in LoopbackServer.response("200 OK", "followed") }
        let location = other.origin
        let server = try LoopbackServer { _ in
            LoopbackServer.response(
                status, "<html>",
                headers: ["Location: \(location)/", "Content-Type: text/html", "WWW-Authenticate: Negotiate"])
        }
        let fetcher = try HTTPFetcher()
        let response = try await fetcher.fetch(request(server), policy: loopbackPolicy(server))
        #expect("\(response.status)" == status.prefix(3))
        #expect(response.body == Array("<html>".utf8))
        #expect(server.requests.count == 1)
        #expect(other.connectionCount == 0)
        await fetcher.shutdown()
    }

    /// Cookies that a peer sets are not sent back.
    @Test func keepsNoCookies() async throws {
        let server = try LoopbackServer { _ in
            LoopbackServer.response("200 OK", "", headers: ["Set-Cookie: a=b; Path=/"])
        }
        let fetcher = try HTTPFetcher()
        for _ in 0..<2 { _ = try await fetcher.fetch(request(server), policy: loopbackPolicy(server)) }
        #expect(server.requests.allSatisfy { !$0.lowercased().contains("cookie") })
        await fetcher.shutdown()
    }

    /// A response that says gzip, which nobody asked for, is handed over as it came.
    @Test func decodesNothing() async throws {
        let server = try LoopbackServer { _ in
            LoopbackServer.response("200 OK", "not gzip", headers: ["Content-Encoding: gzip"])
        }
        let fetcher = try HTTPFetcher()
        let response = try await fetcher.fetch(request(server), policy: loopbackPolicy(server))
        #expect(response.body == Array("not gzip".utf8))
        await fetcher.shutdown()
    }

    @Test func printsNoSecret() throws {
        let url = try FetchURL("https://example.com/?code=secret")
        let request = FetchRequest(
            .POST, url, headers: [.authorization: "secret"], body: Array("secret".utf8), bulkhead: "b")
        var dumped = ""
        dump(request, to: &dumped)
        #expect(
            !dumped.contains("secret") && !"\(request)".contains("secret")
                && !String(reflecting: request).contains("secret"))
    }
}

@Suite struct HostilePeerTests {
    @Test func chunkedFloodIsCutOff() async throws {
        #expect(
            try await failure { connection in
                connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
                while connection.write(chunk) {}
            } == .tooLarge(.body))
    }

    @Test func announcedFloodIsNotRead() async throws {
        #expect(
            try await failure { connection in
                connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
                connection.waitForClose()
            } == .tooLarge(.body))
    }

    /// A body of unknown length, ended by closing: within the limit it counts as whole, beyond it is refused.
    @Test func unframedFloodIsCutOff() async throws {
        #expect(
            try await failure { connection in
                connection.readRequest()
                connection.write("HTTP/1.0 200 OK\r\n\r\n")
                while connection.write(String(repeating: "x", count: 10_000)) {}
            } == .tooLarge(.body))
    }

    @Test func theLimitItselfIsAllowed() async throws {
        let body = String(repeating: "x", count: 64 * 1024)
        let server = try LoopbackServer {
            LoopbackServer.response("200 OK", $0.hasPrefix("GET /over") ? body + "x" : body)
        }
        let fetcher = try HTTPFetcher()
        #expect(try await fetcher.fetch(request(server), policy: loopbackPolicy(server)).body.count == 64 * 1024)
        await #expect(throws: FetchFailure.tooLarge(.body)) {
            try await fetcher.fetch(request(server, "/over"), policy: loopbackPolicy(server))
        }
        await fetcher.shutdown()
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", .protocolError(.truncated)),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", .protocolError(.truncated)),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", .unreachable(.connectionClosed)),
            ("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", .protocolError(.malformed)),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", .protocolError(.malformed)),
            ("HTTP/1.1 200 OK\r\nContent-", .protocolError(.malformed)),
            ("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", .protocolError(.malformed)),
            ("HTTP/1.1 banana\r\n\r\n", .protocolError(.malformed)),
            ("hello, I speak 0.9", .protocolError(.malformed)),
            ("<html>error</html>\r\n\r\n", .protocolError(.malformed)),
            ("", .unreachable(.connectionClosed)),
            (
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                .unreachable(.connectionClosed)
            ),
        ] as [(String, FetchFailure)])
    func brokenResponse(_ response: String, is expected: FetchFailure) async throws {
        let failure = try await failure { connection in
            connection.readRequest()
            connection.write(response)
        }
        #expect(failure == expected)
    }

    @Test(
        arguments: [
            "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 9000) + "\r\n\r\n",
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 2000) + "\r\n",
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 1000),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
                + String(repeating: "T: u\r\n", count: 2000) + "\r\n",
        ])
    func headerFloodIsCutOff(_ response: String) async throws {
        #expect(
            try await failure { connection in
                connection.readRequest()
                connection.write(response)
                connection.waitForClose()
            } == .tooLarge(.header))
    }

    @Test func hangingPeerTimesOut() async throws {
        let failure = try await failure(timeout: .milliseconds(200)) { connection in
            connection.readRequest()
            connection.waitForClose()
        }
        #expect(failure == .timeout(.response))
    }

    /// Bytes that keep coming do not extend the deadline.
    @Test func drippingPeerTimesOut() async throws {
        #expect(
            try await failure(timeout: .milliseconds(250)) { connection in
                connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
                while connection.write("x"), !connection.waitForClose(atMost: 10) {}
            } == .timeout(.response))
    }
}
