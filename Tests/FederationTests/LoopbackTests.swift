import Federation
import HTTPFetch
import Identifiers
import JOSE
import StrictJSON
import Testing

/// The whole way over a real socket: registry, cache, libcurl, a provider on 127.0.0.1.
@Suite struct LoopbackTests {
    @Test func validatesOverHTTP() async throws {
        let key = try TestKey("k1")
        let server = try LoopbackServer { request in
            let host = request.split(separator: "\r\n").first { $0.hasPrefix("Host: ") }.map { $0.dropFirst(6) } ?? ""
            return request.hasPrefix("GET /jwks ")
                ? LoopbackServer.response("200 OK", String(decoding: keySet(key), as: UTF8.self))
                : LoopbackServer.response("200 OK", #"{"issuer":"http://\#(host)","jwks_uri":"http://\#(host)/jwks"}"#)
        }
        let origin = try Origin(server.origin)
        let provider = try ProviderDefinition(
            name: ProviderName("loop"), kind: .workload,
            issuer: .exactly(Issuer(server.origin, allowingPlainHTTPOrigins: [Key(server.origin)])),
            audiences: [Audience("a")])
        let fetcher = try HTTPFetcher()
        let now = NumericDate(seconds: World.start)
        let registry = ProviderRegistry([provider], fetcher: fetcher, allowOrigins: [origin], now: { now })
        let token = try key.token(claims(issuer: server.origin, audience: "a"))
        for _ in 0..<100 { #expect(try await registry.validate(token).subject == "job-1") }
        #expect(
            server.requests.map { String($0.prefix { $0 != "\r\n" }) } == [
                "GET /.well-known/openid-configuration HTTP/1.1", "GET /jwks HTTP/1.1",
            ])
        #expect(server.connectionCount == 1)
        let probe = try #require(await registry.probe(provider.name))
        #expect(probe.verdict == .ready && probe.results[2].outcome == .skipped)

        // The same provider when its origin is not allowed.
        let strict = ProviderRegistry([provider], fetcher: fetcher, allowOrigins: [], now: { now })
        #expect(await failure(strict, token) == .providerUnavailable(retryAfter: 30))
        #expect(strict.status().first?.summary.hasPrefix("metadata_not_https") == true)
        await fetcher.shutdown()
    }
}
