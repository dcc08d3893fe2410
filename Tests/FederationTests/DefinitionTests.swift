import Federation
import Identifiers
import JOSE
import Testing

@Suite struct DefinitionTests {
    private func make(
        audiences: Set<Audience>? = nil, algorithms: Set<SignatureAlgorithm> = [.ES256], skew: Int64 = 60,
        age: Int64? = nil,
        bits: Int = 4096, keys: KeySource = .discovery
    ) throws -> ProviderDefinition {
        try ProviderDefinition(
            name: ProviderName("p"), kind: .oidc, issuer: .exactly(Issuer(sampleIssuer)),
            audiences: audiences ?? [Audience("a")], algorithms: algorithms, clockSkew: skew, maximumTokenAge: age,
            maximumRSABits: bits, keySource: keys)
    }

    @Test func refusesWhatAcceptsNothingOrTooMuch() throws {
        _ = try make()
        #expect(throws: InvalidValue.self) { try make(audiences: []) }
        #expect(throws: InvalidValue.self) { try make(algorithms: []) }
        #expect(throws: InvalidValue.self) { try make(algorithms: [.ES256, .HS256]) }
        #expect(throws: InvalidValue.self) { try make(skew: 301) }
        #expect(throws: InvalidValue.self) { try make(skew: -1) }
        #expect(throws: InvalidValue.self) { try make(age: 0) }
        #expect(throws: InvalidValue.self) { try make(bits: 1024) }
        #expect(throws: InvalidValue.self) { try make(bits: 16_384) }
        #expect(throws: InvalidValue.self) { try make(keys: .keySet(Array(#"{"keys":[]}"#.utf8))) }
        #expect(throws: InvalidValue.self) { try make(keys: .keySet([])) }
    }

    @Test(arguments: ["a", "github-actions", "a_1", "0x"])
    func isName(_ text: String) throws { #expect(try ProviderName(text).rawValue == text) }

    @Test(arguments: ["", "-a", "a-", "A", "a b", "a/b", "\u{E9}", "a\u{301}", String(repeating: "a", count: 64)])
    func isNoName(_ text: String) { #expect(throws: InvalidValue.self) { try ProviderName(text) } }

    @Test(
        arguments: [
            ("https://a", "https://a/", .trailingSlash), ("https://a/", "https://a", .trailingSlash),
            ("a", "A", .letterCase),
            ("https://a", "http://a", .scheme), ("https://a", "a", .scheme), ("a", " a\n", .whitespace),
            ("a", "a", nil),
            ("a", "b", nil), ("", "", nil), ("K", "\u{212A}", nil), ("a//", "a", nil),
        ] as [(String, String, NearMiss?)])
    func nearMiss(_ expected: String, _ got: String, is near: NearMiss?) { #expect(NearMiss(expected, got) == near) }

    @Test(
        arguments: [
            (0, "0 s"), (45, "45 s"), (60, "1 min"), (125, "2 min 5 s"), (7200, "2 h"), (7260, "2 h 1 min"),
            (7205, "2 h"),
            (1_047_600, "12 d 3 h"), (-5, "0 s"),
        ] as [(Int64, String)])
    func words(_ seconds: Int64, _ text: String) { #expect(Duration.seconds(seconds).inWords == text) }
}
