import Foundation
import HTTPFetch
import Testing

/// Where connections may go, what is counted, and how fetches end early.
@Suite struct ReachabilityTests {
    @Test func aNameThatLeadsToLoopbackIsRefusedWhenConnecting() async throws {
        let server = try LoopbackServer { _ in LoopbackServer.response() }
        let url = try FetchURL("https://provider.test:\(server.port)/")
        for (address, range) in [
            ("127.0.0.1", .loopback), ("[::ffff:127.0.0.1]", .loopback), ("[64:ff9b::7f00:1]", .loopback),
            ("10.1.2.3", .privateUse),
            ("169.254.169.254", .linkLocal), ("0.0.0.0", .unspecified), ("[::]", .unspecified),
            ("[fe80::1]", .linkLocal),
        ] as [(String, AddressRange)] {
            let fetcher = try HTTPFetcher(fixedAddresses: ["provider.test:\(server.port):\(address)"])
            await #expect(throws: FetchFailure.addressRefused(range), "\(address)") {
                try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: .provider())
            }
            await fetcher.shutdown()
        }
        #expect(server.connectionCount == 0)
    }

    @Test func anAllowedOriginMayResolveToLoopbackButNotToLinkLocal() async throws {
        let server = try LoopbackServer { _ in LoopbackServer.response() }
        let text = "http://provider.test:\(server.port)"
        let policy = FetchPolicy.provider(allowOrigins: [try Origin(text)])
        let request = FetchRequest(.GET, try FetchURL(text, allowing: policy.allowOrigins), bulkhead: "b")
        let good = try HTTPFetcher(fixedAddresses: ["provider.test:\(server.port):127.0.0.1"])
        #expect(try await good.fetch(request, policy: policy).status == 200)
        await good.shutdown()
        let bad = try HTTPFetcher(fixedAddresses: ["provider.test:\(server.port):169.254.169.254"])
        await #expect(throws: FetchFailure.addressRefused(.linkLocal)) { try await bad.fetch(request, policy: policy) }
        await bad.shutdown()
    }

    /// The URL was made under another policy: the fetch's own decides.
    @Test func thePolicyOfTheFetchDecides() async throws {
        let server = try LoopbackServer { _ in LoopbackServer.response() }
        let fetcher = try HTTPFetcher()
        await #expect(throws: FetchFailure.notHTTPS) { try await fetcher.fetch(request(server), policy: .provider()) }
        #expect(server.connectionCount == 0)
        await fetcher.shutdown()
    }

    @Test func unreachable() async throws {
        _ = environmentWithProxies
        let origin = try Origin("http://127.0.0.1:\(LoopbackServer.portWithoutListener())")
        let fetcher = try HTTPFetcher()
        let policy = FetchPolicy.provider(allowOrigins: [origin])
        await #expect(throws: FetchFailure.unreachable(.connectionRefused)) {
            let url = try FetchURL(origin.rawValue, allowing: [origin])
            return try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy)
        }
        await #expect(throws: FetchFailure.unreachable(.nameNotResolved)) {
            let url = try FetchURL("https://no-such-host.invalid/")
            return try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy)
        }
        await fetcher.shutdown()
    }

    /// The environment's proxy would see every token endpoint's secret. All tests run with one set; see LoopbackServer.
    @Test func environmentProxyIsIgnored() async throws {
        let server = try LoopbackServer { _ in LoopbackServer.response("200 OK", "direct") }
        #expect(ProcessInfo.processInfo.environment["http_proxy"] == "http://127.0.0.1:1")
        let fetcher = try HTTPFetcher()
        #expect(try await fetcher.fetch(request(server), policy: loopbackPolicy(server)).body == Array("direct".utf8))
        await fetcher.shutdown()
    }

    @Test func oneHangingProviderDoesNotSlowAnother() async throws {
        let hanging = try LoopbackServer { connection in
            connection.readRequest()
            connection.waitForClose()
        }
        let good = try LoopbackServer { _ in LoopbackServer.response("200 OK", "ok") }
        let fetcher = try HTTPFetcher()
        var limited = try loopbackPolicy(hanging)
        limited.maximumInFlightPerBulkhead = 4
        let (policy, slow) = (limited, try request(hanging, bulkhead: "slow"))
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { _ = try? await fetcher.fetch(slow, policy: policy) } }
            while hanging.requests.count < 4 { await Task.yield() }
            await #expect(throws: FetchFailure.bulkheadFull) { try await fetcher.fetch(slow, policy: policy) }
            for _ in 0..<50 {
                let response = try await fetcher.fetch(request(good, bulkhead: "fast"), policy: loopbackPolicy(good))
                #expect(response.status == 200)
            }
            group.cancelAll()
        }
        #expect(hanging.requests.count == 4)
        // Cancelling gave the places back.
        await #expect(throws: FetchFailure.timeout(.response)) {
            var short = policy
            short.timeout = .milliseconds(100)
            _ = try await fetcher.fetch(slow, policy: short)
        }
        await fetcher.shutdown()
    }

    @Test func theTotalIsBounded() async throws {
        let hanging = try LoopbackServer { connection in
            connection.readRequest()
            connection.waitForClose()
        }
        let fetcher = try HTTPFetcher(maximumInFlight: 1)
        let (one, two) = (try request(hanging, bulkhead: "one"), try request(hanging, bulkhead: "two"))
        let policy = try loopbackPolicy(hanging)
        let task = Task { try await fetcher.fetch(one, policy: policy) }
        while hanging.requests.isEmpty { await Task.yield() }
        await #expect(throws: FetchFailure.bulkheadFull) { try await fetcher.fetch(two, policy: policy) }
        task.cancel()
        await #expect(throws: FetchFailure.cancelled) { try await task.value }
        await fetcher.shutdown()
    }

    @Test func cancellationAbortsTheTransfer() async throws {
        let server = try LoopbackServer { connection in
            connection.readRequest()
            connection.waitForClose()
        }
        let (request, policy) = (try request(server), try loopbackPolicy(server, timeout: .seconds(60)))
        let fetcher = try HTTPFetcher()
        let task = Task { try await fetcher.fetch(request, policy: policy) }
        while server.requests.isEmpty { await Task.yield() }
        task.cancel()
        await #expect(throws: FetchFailure.cancelled) { try await task.value }
        let late = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await fetcher.fetch(request, policy: policy)
        }
        await #expect(throws: FetchFailure.cancelled) { try await late.value }
        #expect(server.requests.count == 1)
        await fetcher.shutdown()
    }

    @Test func shutdownFailsWhatIsUnderWayAndRefusesMore() async throws {
        let server = try LoopbackServer { connection in
            connection.readRequest()
            connection.waitForClose()
        }
        let (request, policy) = (try request(server), try loopbackPolicy(server, timeout: .seconds(60)))
        let fetcher = try HTTPFetcher()
        let tasks = (0..<3).map { _ in Task { try await fetcher.fetch(request, policy: policy) } }
        while server.requests.count < 3 { await Task.yield() }
        await fetcher.shutdown()
        for task in tasks { await #expect(throws: FetchFailure.shutDown) { try await task.value } }
        await #expect(throws: FetchFailure.shutDown) { try await fetcher.fetch(request, policy: policy) }
        await fetcher.shutdown()
    }

    /// Many at once, from many tasks: every one answered, every answer its own.
    @Test func manyAtOnce() async throws {
        let server = try LoopbackServer { request in
            LoopbackServer.response("200 OK", String(request.dropFirst(5).prefix { $0 != " " }))
        }
        let fetcher = try HTTPFetcher(maximumInFlight: 64)
        var generous = try loopbackPolicy(server)
        generous.maximumInFlightPerBulkhead = 64
        let policy = generous
        await withTaskGroup { group in
            for worker in 0..<32 {
                group.addTask {
                    for round in 0..<25 {
                        let response = try? await fetcher.fetch(request(server, "/\(worker)-\(round)"), policy: policy)
                        #expect(response.map { String(decoding: $0.body, as: UTF8.self) } == "\(worker)-\(round)")
                    }
                }
            }
        }
        #expect(server.requests.count == 800)
        #expect(server.connectionCount <= 64)
        await fetcher.shutdown()
    }
}
