import Federation
import HTTPFetch
import JOSE
import StrictJSON
import Testing

/// The rules of security.md 4, seen from the tokens that pass or do not.
@Suite struct KeySetCacheTests {
    private let world = World()

    /// A token of a key, fresh at the world's time.
    private func token(_ key: TestKey, header: JSONObject = [:]) throws -> [UInt8] {
        let now = world.now.seconds
        return try key.token(claims().with("exp", .integer(now + 300)).with("iat", .integer(now)), header: header)
    }

    @Test func manyAtOnceCauseOneFetch() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let (registry, token) = (try world.registry(definition()), try token(key))
        world.hold()
        let outcomes = await withTaskGroup { group in
            for _ in 0..<50 { group.addTask { await failure(registry, token) } }
            await eventually { world.heldCount == 1 }
            for _ in 0..<1000 { await Task.yield() }
            world.release()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 50 && outcomes.allSatisfy { $0 == nil })
        #expect(world.requests == [sampleIssuer + "/.well-known/openid-configuration", sampleIssuer + "/keys"])
    }

    /// A caller that goes away does not take the fetch of the others along.
    @Test func aCancelledCallerDoesNotCancelTheFetch() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let (registry, token) = (try world.registry(definition()), try token(key))
        world.hold()
        let first = Task { await failure(registry, token) }
        await eventually { world.heldCount == 1 }
        let second = Task { await failure(registry, token) }
        first.cancel()
        world.release()
        #expect(await second.value == nil)
        #expect(await first.value == nil)
    }

    @Test func unknownKeysCauseOneFetchPerCooldown() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(key)) == nil)
        for index in 0..<200 {
            #expect(
                await failure(registry, try token(key, header: ["kid": JSONValue("forged-\(index)")]))
                    == .token(.unknownKey))
        }
        #expect(world.keyFetches() == 2)
        world.advance(29)
        _ = await failure(registry, try token(key, header: ["kid": "x"]))
        #expect(world.keyFetches() == 2)
        world.advance(1)
        _ = await failure(registry, try token(key, header: ["kid": "x"]))
        #expect(world.keyFetches() == 3)
    }

    /// The cooldown holds when the fetch fails, and nobody waits for a provider that is known to be away.
    @Test func cooldownHoldsOnFailure() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(key)) == nil)
        world.fail(sampleIssuer + "/.well-known/openid-configuration", .timeout(.connect))
        world.fail(sampleIssuer + "/keys", .timeout(.connect))
        let unknown = try token(key, header: ["kid": "x"])
        for _ in 0..<50 { #expect(await failure(registry, unknown) == .token(.unknownKey)) }
        #expect(registry.status().first?.isFetching == false)
        #expect(world.keyFetches() == 2)
        for round in 1...20 {
            world.advance(30)
            world.hold()
            // Answered although the fetch hangs.
            #expect(await failure(registry, try token(key, header: ["kid": "x"])) == .token(.unknownKey))
            #expect(await failure(registry, try token(key)) == nil)
            await eventually { world.heldCount == 1 }
            world.release()
            await eventually { world.keyFetches() == 2 + round && registry.status().first?.isFetching == false }
        }
    }

    @Test func rotation() async throws {
        let keys = try (0..<10).map { try TestKey("k\($0)") }
        world.publish(sampleIssuer, keys[0])
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(keys[0])) == nil)
        for (old, new) in zip(keys, keys.dropFirst()) {
            world.publish(sampleIssuer, new)
            #expect(await failure(registry, try token(new)) == nil)
            #expect(await failure(registry, try token(old)) == nil)  // in its grace
            world.advance(30)
        }
    }

    /// Real sets flap: a key that vanishes comes back, and meanwhile its tokens pass, for a bounded time.
    @Test func aVanishedKeyHasAGrace() async throws {
        let (one, two) = (try TestKey("k1"), try TestKey("k2"))
        world.publish(sampleIssuer, one, two, cacheControl: "max-age=60")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(one)) == nil)
        world.publish(sampleIssuer, two, cacheControl: "max-age=60")
        world.advance(60)
        #expect(await failure(registry, try token(one)) == nil)
        #expect(registry.status().first?.keys.map(\.hasVanished) == [false, true])
        // Back again: a new grace when it goes next.
        world.advance(590)
        world.publish(sampleIssuer, one, two, cacheControl: "max-age=60")
        #expect(await failure(registry, try token(one)) == nil)
        #expect(registry.status().first?.keys.map(\.hasVanished) == [false, false])
        world.publish(sampleIssuer, two, cacheControl: "max-age=60")
        world.advance(60)
        #expect(await failure(registry, try token(two)) == nil)
        world.advance(599)
        #expect(await failure(registry, try token(one)) == nil)
        world.advance(1)
        #expect(await failure(registry, try token(one)) == .token(.unknownKey))
        #expect(await failure(registry, try token(two)) == nil)
    }

    @Test func graceMayBeZero() async throws {
        let (one, two) = (try TestKey("k1"), try TestKey("k2"))
        world.publish(sampleIssuer, one, two, cacheControl: "max-age=60")
        let registry = try world.registry(definition(cache: KeyCacheSettings(grace: .zero)))
        #expect(await failure(registry, try token(one)) == nil)
        world.publish(sampleIssuer, two)
        world.advance(60)
        #expect(await failure(registry, try token(one)) == .token(.unknownKey))
    }

    /// A key that was replaced under its own name is gone: the grace is not for it.
    @Test func aReplacedKeyHasNoGrace() async throws {
        let (old, new) = (try TestKey("k1"), try TestKey("k1"))
        world.publish(sampleIssuer, old, cacheControl: "max-age=60")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(old)) == nil)
        world.publish(sampleIssuer, new)
        world.advance(60)
        #expect(await failure(registry, try token(new)) == nil)
        #expect(await failure(registry, try token(old)) == .token(.badSignature))
    }

    /// A provider with one key and no names: the new key is found although no name says that it is new.
    @Test func keysWithoutNames() async throws {
        let (old, new) = (try TestKey(nil), try TestKey(nil))
        world.publish(sampleIssuer, old)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(old)) == nil)
        world.publish(sampleIssuer, new)
        #expect(await failure(registry, try token(new)) == nil)
        #expect(await failure(registry, try token(old)) == .token(.badSignature))
        #expect(world.keyFetches() == 2)
        world.publish(sampleIssuer, old, new)
        world.advance(30)
        #expect(await failure(registry, try token(try TestKey(nil))) == .token(.ambiguousKey))
    }

    /// A token that names no key is held against the current set alone: grace must not make it ambiguous.
    @Test func graceDoesNotServeTokensWithoutKeyID() async throws {
        let (one, two) = (try TestKey("k1"), try TestKey("k2"))
        world.publish(sampleIssuer, one, cacheControl: "max-age=60")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(one, header: ["kid": nil])) == nil)
        world.publish(sampleIssuer, two)
        world.advance(60)
        #expect(await failure(registry, try token(two, header: ["kid": nil])) == nil)
        #expect(await failure(registry, try token(one, header: ["kid": nil])) == .token(.badSignature))
        #expect(await failure(registry, try token(one)) == nil)
    }

    static let badAnswers: [(String, Int, String, String)] = [
        ("error page", 200, "<html><body>Bad gateway</body></html>", "key_set_not_json"),
        ("error status", 503, "{}", "key_set_status_503"), ("redirect", 302, "", "key_set_status_302"),
        ("empty set", 200, #"{"keys":[]}"#, "key_set_without_usable_key"),
        ("no set", 200, "{}", "key_set_without_keys"), ("list", 200, "[]", "key_set_not_json"),
        (
            "only encryption", 200, #"{"keys":[{"kty":"OKP","crv":"X25519","x":"AAAA","use":"enc"}]}"#,
            "key_set_without_usable_key"
        ),
        ("shared secret", 200, #"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, "key_set_without_usable_key"),
        ("two of one name", 200, #"{"keys":[],"keys":[]}"#, "key_set_not_json"),
        ("pasted prompt", 200, #"{"keys":[]}%  "#, "key_set_not_json"),
        ("empty", 200, "", "key_set_not_json"),
    ]

    /// What is no good set never replaces one, and never makes one.
    @Test(arguments: badAnswers)
    func badAnswersReplaceNothing(_ what: String, _ status: Int, _ body: String, _ code: String) async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key, cacheControl: "max-age=60")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(key)) == nil)
        world.answer(sampleIssuer + "/keys", Array(body.utf8), status: status, cacheControl: "max-age=86400")
        world.advance(60)
        #expect(await failure(registry, try token(key)) == nil)
        await eventually { registry.status().first?.isDegraded == true }
        guard case .degraded(let failed, _)? = registry.status().first?.state else { return }
        #expect(failed.code == code, "\(what)")
        let other = try world.registry(definition())
        #expect(await failure(other, try token(key)) == .providerUnavailable(retryAfter: 30))
    }

    /// Last known good, for ten minutes and for hours; not for ever.
    @Test func lastKnownGoodHasALimit() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition(cache: KeyCacheSettings(maximumAge: .seconds(7200))))
        #expect(await failure(registry, try token(key)) == nil)
        world.fail(sampleIssuer + "/.well-known/openid-configuration", .unreachable(.connectionRefused))
        world.fail(sampleIssuer + "/keys", .unreachable(.connectionRefused))
        for _ in 0..<71 {
            world.advance(100)
            #expect(await failure(registry, try token(key)) == nil)
        }
        world.advance(100)
        let failed = await failure(registry, try token(key))
        guard case .providerUnavailable? = failed else {
            Issue.record("\(String(describing: failed))")
            return
        }
        world.publish(sampleIssuer, key)
        world.advance(30)
        #expect(await failure(registry, try token(key)) == nil)
    }

    /// Before its time is over a set is fetched again, by whoever uses it, who does not wait.
    @Test func refreshesAheadOfExpiry() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key, cacheControl: "public, max-age=400")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(key)) == nil)
        world.advance(299)
        #expect(await failure(registry, try token(key)) == nil)
        #expect(world.keyFetches() == 1)
        world.advance(1)
        world.hold()
        #expect(await failure(registry, try token(key)) == nil)
        await eventually { world.heldCount == 1 }
        world.release()
        await eventually { world.keyFetches() == 2 }
    }

    /// A set whose time is over is not used before it was fetched again.
    @Test func waitsWhenTheSetIsOld() async throws {
        let (old, new) = (try TestKey("k1"), try TestKey("k1"))
        world.publish(sampleIssuer, old, cacheControl: "max-age=400")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(old)) == nil)
        world.publish(sampleIssuer, new)
        world.advance(400)
        #expect(await failure(registry, try token(old)) == .token(.badSignature))
    }

    @Test(
        arguments: [
            (nil, 900), ("", 900), ("max-age=15", 60), ("max-age=0", 60), ("no-store", 60),
            ("no-cache, max-age=5000", 60),
            ("max-age=3801600", 43_200), ("max-age=99999999999999999999", 43_200), ("max-age=-1", 60),
            ("max-age=abc", 60),
            ("max-age", 60), ("public,max-age=\"300\"", 300), ("Public, Max-Age=300, must-revalidate", 300),
            ("private", 900),
        ] as [(String?, Int64)])
    func lifetimeIsClamped(_ header: String?, to seconds: Int64) async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key, cacheControl: header)
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(key)) == nil)
        world.advance(seconds * 3 / 4 - 1)
        #expect(await failure(registry, try token(key)) == nil)
        #expect(world.keyFetches() == 1)
        world.advance(1)
        #expect(await failure(registry, try token(key)) == nil)
        await eventually { world.keyFetches() == 2 }
    }

    /// The metadata may be away while the keys are there; and the keys may move.
    @Test func metadataIsAskedEachTimeAndSparedWhenAway() async throws {
        let (old, new) = (try TestKey("k1"), try TestKey("k2"))
        world.publish(sampleIssuer, old, cacheControl: "max-age=60")
        let registry = try world.registry(definition())
        #expect(await failure(registry, try token(old)) == nil)
        let metadata = sampleIssuer + "/.well-known/openid-configuration"
        world.fail(metadata, .timeout(.response))
        world.advance(60)
        #expect(await failure(registry, try token(old)) == nil)
        #expect(registry.status().first?.isDegraded == false)
        world.answer(metadata, Array(#"{"issuer":"\#(sampleIssuer)","jwks_uri":"\#(sampleIssuer)/moved"}"#.utf8))
        world.answer(sampleIssuer + "/moved", keySet(new))
        #expect(await failure(registry, try token(new)) == nil)
        // A metadata document that lies is no outage.
        world.answer(metadata, Array(#"{"issuer":"https://evil.example","jwks_uri":"\#(sampleIssuer)/keys"}"#.utf8))
        world.advance(60)
        _ = await failure(registry, try token(old, header: ["kid": "x"]))
        #expect(registry.status().first?.summary.hasPrefix("metadata_issuer_mismatch") == true)
    }

    @Test func statusShowsAges() async throws {
        let key = try TestKey("k1")
        world.publish(sampleIssuer, key)
        let registry = try world.registry(definition())
        #expect(registry.status().first?.state == .neverFetched)
        #expect(world.requests.isEmpty)
        #expect(await failure(registry, try token(key)) == nil)
        world.advance(90)
        let status = try #require(registry.status().first)
        #expect(status.state == .ready)
        #expect(status.keys.map(\.age) == [.seconds(90)])
        #expect(status.keys.first?.keyID?.rawValue == "k1")
        #expect(status.lastSuccessAgo == .seconds(90))
    }
}
