import Federation
import HTTPFetch
import JOSE
import StrictJSON
import Testing

@Suite struct ProbeTests {
    private let world = World()
    private let metadata = sampleIssuer + "/.well-known/openid-configuration"

    private func probe(_ definition: ProviderDefinition) async throws -> ProviderProbe {
        try #require(await world.registry(definition).probe(definition.name))
    }

    @Test func aReadyProvider() async throws {
        world.publish(sampleIssuer, try TestKey("k1"), try TestKey("k2"), cacheControl: "max-age=19200")
        let probe = try await probe(definition())
        #expect(probe.verdict == .ready)
        #expect(probe.results.map(\.step) == ProviderProbe.Step.allCases)
        #expect(probe.results.last?.outcome == .passed("2 keys, EdDSA, cacheable 5 h 20 min"))
        #expect(probe.results[3].outcome == .passed("issuer is the same"))
    }

    @Test func anUnknownNameHasNoProbe() async throws {
        #expect(try await world.registry(definition()).probe(ProviderName("other")) == nil)
    }

    @Test(
        arguments: [
            (.unreachable(.nameNotResolved), .dns, .unreachable), (.timeout(.nameLookup), .dns, .unreachable),
            (.unreachable(.connectionRefused), .connect, .unreachable), (.timeout(.connect), .connect, .unreachable),
            (.addressRefused(.privateUse), .connect, .misconfigured),
            (.tlsFailed(.certificateForAnotherName), .tls, .misconfigured),
            (.tlsFailed(.handshake), .tls, .misconfigured),
            (.timeout(.response), .discovery, .unreachable), (.tooLarge(.body), .discovery, .misconfigured),
        ] as [(FetchFailure, ProviderProbe.Step, ProviderProbe.Verdict)])
    func failedFetch(
        _ failure: FetchFailure, at step: ProviderProbe.Step, _ verdict: ProviderProbe.Verdict
    ) async throws {
        world.fail(metadata, failure)
        let probe = try await probe(definition())
        #expect(probe.verdict == verdict)
        for result in probe.results {
            switch result.outcome {
            case .failed(let code, let hint):
                #expect(result.step == step && code == "metadata_" + failure.code && hint == failure.hint)
            case .passed: #expect(ProviderProbe.Step.allCases.prefix { $0 != step }.contains(result.step))
            case .notReached:
                #expect(ProviderProbe.Step.allCases.reversed().prefix { $0 != step }.contains(result.step))
            case .skipped: Issue.record("skipped")
            }
        }
        #expect(probe.results.contains { $0.step == step })
    }

    @Test func wrongDocuments() async throws {
        world.publish(sampleIssuer, try TestKey("k1"))
        world.answer(metadata, [], status: 404)
        #expect(
            try await probe(definition()).results[3].outcome
                == .failed(code: "metadata_status_404", hint: "answered 404: nothing is there; check the issuer's path")
        )
        world.answer(metadata, Array(#"{"issuer":"https://idp.example/","jwks_uri":"https://idp.example/keys"}"#.utf8))
        let slash = try await probe(definition())
        #expect(slash.verdict == .misconfigured)
        #expect(
            slash.results[3].outcome
                == .failed(
                    code: "metadata_issuer_mismatch",
                    hint: "'issuer' is not the configured issuer: they differ only in a final '/', which counts"))
        world.publish(sampleIssuer, try TestKey("k1"))
        world.answer(sampleIssuer + "/keys", Array("<html>".utf8))
        let page = try await probe(definition())
        #expect(page.results[3].outcome == .passed("issuer is the same"))
        #expect(
            page.results[4].outcome
                == .failed(
                    code: "key_set_not_json", hint: "the key set is not strict JSON; an error page has this look"))
    }

    @Test func writtenKeys() async throws {
        let probe = try await probe(definition(keySource: .keySet(keySet(TestKey("k1")))))
        #expect(probe.verdict == .ready && probe.results.last?.outcome == .passed("1 written down"))
        #expect(world.requests.isEmpty)
    }
}
