import Federation
import HTTPFetch
import JOSE
import StrictJSON
import Testing

@Suite struct TraceTests {
    private let world = World()

    private func trace(_ token: [UInt8], _ definitions: ProviderDefinition...) async throws -> ValidationTrace {
        let registry = ProviderRegistry(
            definitions, policy: .provider(), transport: world.transport, now: { world.now }, uptime: { world.uptime })
        return await registry.explainValidate(token)
    }

    @Test func aGoodTokenPassesEveryCheck() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let trace = try await trace(key.token(claims()), definition())
        #expect(trace.steps.map(\.check) == TokenCheck.allCases)
        #expect(trace.steps.allSatisfy { $0.outcome == .passed && $0.hint == nil })
        #expect(trace.failure == nil && trace.identity?.subject == "job-1" && trace.provider?.rawValue == "sample")
        #expect(trace.steps.first { $0.check == .expiry }?.got == "expires in 5 min")
        #expect(trace.steps.first { $0.check == .issuedAt }?.got == "issued 10 s ago")
    }

    static let rows: [(String, JSONObject, JSONObject, TokenCheck, Set<TokenCheck>, String)] = [
        (
            "issuer with a slash", claims(issuer: sampleIssuer + "/"), [:], .issuer, [.format],
            #"provider 'sample' has "https://idp.example": they differ only in a final '/', which counts"#
        ),
        (
            "issuer in capitals", claims(issuer: "https://IDP.example"), [:], .issuer, [.format],
            #"provider 'sample' has "https://idp.example": they differ only in upper and lower case, which counts"#
        ),
        (
            "issuer with http", claims(issuer: "http://idp.example"), [:], .issuer, [.format],
            #"provider 'sample' has "https://idp.example": they differ only in the scheme, https or http"#
        ),
        (
            "unknown issuer", claims(issuer: "https://else.example"), [:], .issuer, [.format],
            "no provider has this issuer; add one, or check which environment the token is from"
        ),
        (
            "audience with a slash", claims(audience: "https://id.example.com/"), [:], .audience,
            [.format, .algorithm, .type, .issuer, .key, .signature],
            #""https://id.example.com" is expected: they differ only in a final '/', which counts"#
        ),
        (
            "audience missing", claims().with("aud", nil), [:], .audience,
            [.format, .algorithm, .type, .issuer, .key, .signature],
            "the token has no audience; ask its issuer for one of those expected"
        ),
        (
            "expired", claims().with("exp", .integer(World.start - 125)), [:], .expiry,
            [.format, .algorithm, .type, .issuer, .key, .signature, .audience],
            "ask for a new token; if it is new, compare the clocks"
        ),
        (
            "issued in the future", claims().with("iat", .integer(World.start + 200)), [:], .issuedAt,
            [.format, .algorithm, .type, .issuer, .key, .signature, .audience, .expiry, .notBefore],
            "the issuer's clock is ahead of ours by more than the skew"
        ),
        (
            "unknown key", claims(), ["kid": "k2"], .key, [.format, .algorithm, .type, .issuer],
            #"the set, fetched 0 s ago, has "k1" (seen for 40 s)"#
        ),
        (
            "algorithm", claims(), ["alg": "ES384"], .algorithm, [.format],
            "add it to the provider's 'algorithms' if the provider really signs so; HS256 and none are never accepted"
        ),
        (
            "subject missing", claims().with("sub", nil), [:], .requiredClaims,
            Set(TokenCheck.allCases).subtracting([.requiredClaims]),
            "the token has no 'sub'"
        ),
    ]

    @Test(arguments: rows.indices)
    func explains(_ row: Int) async throws {
        let (rule, claims, header, check, passed, hint) = Self.rows[row]
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        _ = await failure(registry, try key.token(FederationTests.claims()))
        world.advance(40)
        let token = try key.token(claims, header: header)
        let trace = await registry.explainValidate(token)
        #expect(trace.steps.filter { $0.outcome == .failed }.map(\.check) == [check], "\(rule)")
        #expect(Set(trace.steps.filter { $0.outcome == .passed }.map(\.check)) == passed, "\(rule)")
        #expect(trace.steps.first { $0.outcome == .failed }?.hint == hint, "\(rule)")
        // The explanation is the decision's own.
        #expect(await failure(registry, token) == trace.failure)
    }

    /// Refused before a fetch: key and signature were not looked at, so they did not pass.
    @Test func sparedChecksAreNotReached() async throws {
        let key = try TestKey("k1")
        let trace = try await trace(key.token(claims(audience: "other")), definition())
        #expect(trace.failure == .token(.wrongAudience))
        let outcomes = Dictionary(uniqueKeysWithValues: trace.steps.map { ($0.check, $0.outcome) })
        #expect(outcomes[.key] == .notReached && outcomes[.signature] == .notReached && outcomes[.issuer] == .passed)
        #expect(world.requests.isEmpty)
    }

    @Test func unavailableProvider() async throws {
        let key = try TestKey("k1")
        let trace = try await trace(key.token(claims()), definition())
        #expect(trace.failure == .providerUnavailable(retryAfter: 30))
        #expect(
            trace.steps.first { $0.outcome == .failed }?.hint
                == "the provider's keys cannot be had; next attempt in 30 s; see 'provider test'")
    }

    @Test func garbageAndNoProviders() async throws {
        let garbage = try await trace(Array("gth_at_abc".utf8))
        #expect(garbage.steps.first?.outcome == .failed)
        #expect(garbage.steps.dropFirst().allSatisfy { $0.outcome == .notReached && $0.got == nil })
        let nobody = try await trace(TestKey("k1").token(claims()))
        #expect(nobody.steps.first { $0.check == .issuer }?.expected == "no provider is configured")
    }

    /// A trace is for pasting into a ticket: no signature, no control characters, nothing long.
    @Test func holdsNoTokenAndNothingThatMoves() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let hostile = claims(audience: JSONValue("\u{202E}evil\"" + String(repeating: "x", count: 900)))
        let token = try key.token(hostile)
        let trace = try await trace(token, definition())
        var text = ""
        dump(trace.steps, to: &text)
        let signature = String(decoding: token, as: UTF8.self).split(separator: ".")[2]
        #expect(!text.contains(signature) && !text.contains("\u{202E}"))
        #expect(trace.steps.first { $0.check == .audience }?.got.map { $0.utf8.count < 200 } == true)
    }
}
