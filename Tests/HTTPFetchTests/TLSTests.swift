import HTTPFetch
import Testing

@Suite(.enabled(if: TLSPeer.isAvailable, "needs /usr/bin/openssl for a TLS peer"))
struct TLSTests {
    private func url(_ peer: TLSPeer, _ name: String = "provider.test") throws -> FetchURL {
        try FetchURL("https://\(name):\(peer.port)/")
    }

    private func policy(_ peer: TLSPeer, trusting: Bool = true, allowing url: FetchURL? = nil) -> FetchPolicy {
        var policy = FetchPolicy.provider(allowOrigins: url.map { [$0.origin] } ?? [])
        policy.authorityFile = trusting ? peer.authorityFile : nil
        return policy
    }

    private func fetcher(_ peer: TLSPeer) throws -> HTTPFetcher {
        try HTTPFetcher(fixedAddresses: ["provider.test:\(peer.port):127.0.0.1", "other.test:\(peer.port):127.0.0.1"])
    }

    /// `OPENSOCKETFUNCTION` is not called on a reused connection: without the check before each request, a policy that
    /// forbids loopback would be answered over what a more generous one had opened.
    @Test func aReusedConnectionIsCheckedToo() async throws {
        let peer = try await TLSPeer()
        let (url, fetcher) = (try url(peer), try fetcher(peer))
        for _ in 0..<2 {
            let response = try await fetcher.fetch(
                FetchRequest(.GET, url, bulkhead: "b"), policy: policy(peer, allowing: url))
            #expect(response.status == 200 && response.body == Array("ok".utf8))
        }
        #expect(peer.connectionCount == 1)
        await #expect(throws: FetchFailure.addressRefused(.loopback)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy(peer))
        }
        #expect(peer.requestCount == 2)
        await fetcher.shutdown()
    }

    @Test func anUnknownAuthorityIsRefused() async throws {
        let peer = try await TLSPeer()
        let (url, fetcher) = (try url(peer), try fetcher(peer))
        let untrusting = policy(peer, trusting: false, allowing: url)
        await #expect(throws: FetchFailure.tlsFailed(.certificateUntrusted)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: untrusting)
        }
        var noFile = policy(peer, allowing: url)
        noFile.authorityFile = "/nonexistent/ca.pem"
        let misnamed = noFile
        await #expect(throws: FetchFailure.tlsFailed(.authorityFile)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: misnamed)
        }
        await fetcher.shutdown()
    }

    @Test func anotherNameIsRefused() async throws {
        let peer = try await TLSPeer()
        let (url, fetcher) = (try url(peer, "other.test"), try fetcher(peer))
        await #expect(throws: FetchFailure.tlsFailed(.certificateForAnotherName)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy(peer, allowing: url))
        }
        await fetcher.shutdown()
    }

    @Test func anExpiredCertificateIsRefused() async throws {
        let peer = try await TLSPeer(certificate: "provider-expired")
        let (url, fetcher) = (try url(peer), try fetcher(peer))
        await #expect(throws: FetchFailure.tlsFailed(.certificateExpired)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy(peer, allowing: url))
        }
        await fetcher.shutdown()
    }

    @Test func oldTLSIsRefused() async throws {
        let peer = try await TLSPeer(options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let (url, fetcher) = (try url(peer), try fetcher(peer))
        await #expect(throws: FetchFailure.tlsFailed(.handshake)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy(peer, allowing: url))
        }
        await fetcher.shutdown()
    }

    @Test func aPeerThatNeverAnswersTheHandshakeTimesOut() async throws {
        let server = try LoopbackServer { connection in while !connection.waitForClose() {} }
        let url = try FetchURL("https://provider.test:\(server.port)/")
        let fetcher = try HTTPFetcher(fixedAddresses: ["provider.test:\(server.port):127.0.0.1"])
        var impatient = FetchPolicy.provider(allowOrigins: [url.origin])
        impatient.connectTimeout = .milliseconds(200)
        let policy = impatient
        await #expect(throws: FetchFailure.timeout(.connect)) {
            try await fetcher.fetch(FetchRequest(.GET, url, bulkhead: "b"), policy: policy)
        }
        await fetcher.shutdown()
    }

    @Test func aPlainPeerIsRefused() async throws {
        let server = try LoopbackServer { connection in
            connection.waitForClose()
            connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        }
        let url = try FetchURL("https://provider.test:\(server.port)/")
        let fetcher = try HTTPFetcher(fixedAddresses: ["provider.test:\(server.port):127.0.0.1"])
        await #expect(throws: FetchFailure.tlsFailed(.handshake)) {
            try await fetcher.fetch(
                FetchRequest(.GET, url, bulkhead: "b"), policy: .provider(allowOrigins: [url.origin]))
        }
        await fetcher.shutdown()
    }
}
