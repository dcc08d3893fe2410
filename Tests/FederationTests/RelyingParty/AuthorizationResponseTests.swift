import Federation
import HTTPFetch
import Identifiers
import JOSE
import Secrets
import StrictJSON
import Testing

/// What a provider's error becomes, by the way that every error takes.
func sampleError(_ code: String, _ detail: String? = nil) -> ProviderError {
    ProviderError(code: code, detail: detail)
}

@Suite struct AuthorizationResponseTests {
    typealias Query = @Sendable (PendingSignIn) -> String

    /// RFC 6749 §4.1.2, §10.12; RFC 9207 §2.4; in a world whose provider promises `iss`.
    static let refusals: [(String, Query, SignInRefusal)] = [
        ("nothing", { _ in "" }, .stateMissing),
        ("no state", { _ in "code=code-1" }, .stateMissing),
        ("empty state", { _ in "state=&code=code-1" }, .stateMissing),
        ("another state", { _ in "state=AAAA&code=code-1" }, .stateMismatch),
        ("altered state", { "state=\($0.state)A&code=code-1" }, .stateMismatch),
        ("shortened state", { "state=\($0.state.dropLast())&code=code-1" }, .stateMismatch),
        ("the nonce as state", { "state=\($0.nonce)&code=code-1" }, .stateMismatch),
        ("error without our state", { _ in "error=access_denied" }, .stateMissing),
        ("error with another state", { _ in "error=access_denied&state=AAAA" }, .stateMismatch),
        ("state twice", { "state=\($0.state)&state=\($0.state)&code=a" }, .repeatedParameter),
        ("code twice", { "state=\($0.state)&code=a&code=b" }, .repeatedParameter),
        ("iss twice", { "state=\($0.state)&iss=a&iss=a&code=b" }, .repeatedParameter),
        ("unknown twice", { "state=\($0.state)&code=b&x=1&x=2" }, .repeatedParameter),
        ("state twice, once escaped", { "state=\($0.state)&st%61te=b&code=b" }, .repeatedParameter),
        ("broken escape", { "state=\($0.state)&code=%zz" }, .malformedResponse),
        ("not UTF-8", { "state=\($0.state)&code=%FF" }, .malformedResponse),
        ("huge", { "state=\($0.state)&code=" + String(repeating: "a", count: 20_000) }, .malformedResponse),
        ("no iss", { "state=\($0.state)&code=a" }, .issuerMissing),
        ("error without iss", { "state=\($0.state)&error=access_denied" }, .issuerMissing),
        ("another iss", { "state=\($0.state)&code=a&iss=https%3A%2F%2Fevil.example" }, .issuerMismatch),
        ("iss with a slash", { "state=\($0.state)&code=a&iss=https%3A%2F%2Fidp.example%2F" }, .issuerMismatch),
        ("iss in capitals", { "state=\($0.state)&code=a&iss=https%3A%2F%2FIDP.example" }, .issuerMismatch),
        ("error of another iss", { "state=\($0.state)&error=x&iss=https%3A%2F%2Fevil.example" }, .issuerMismatch),
        ("no code", { "state=\($0.state)&iss=https%3A%2F%2Fidp.example" }, .codeMissing),
        (
            "error",
            { "state=\($0.state)&iss=https%3A%2F%2Fidp.example&error=access_denied&error_description=a%0Ab%22" },
            .providerError(sampleError("access_denied", "a\nb\""))
        ),
        (
            "error and code", { "state=\($0.state)&iss=https%3A%2F%2Fidp.example&error=x&code=a" },
            .providerError(sampleError("x"))
        ),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, query, expected) = Self.refusals[row]
        let stage = try SignInStage()
        stage.publish(["authorization_response_iss_parameter_supported": true])
        let good = try await stage.run(query: { SignInStage.query($0) + "&iss=https%3A%2F%2Fidp.example" })
        #expect(good.refusal == nil)
        let before = stage.world.requests.count { $0 == SignInStage.tokenEndpoint }
        #expect(try await stage.run(query: query).refusal == expected, "\(rule)")
        // And the code went nowhere.
        #expect(stage.world.requests.count { $0 == SignInStage.tokenEndpoint } == before)
    }

    /// Where nothing promises `iss` it may be absent, and wrong it may not be.
    @Test func issuerIsComparedWheneverItIsThere() async throws {
        let stage = try SignInStage()
        #expect(try await stage.run().refusal == nil)
        #expect(
            try await stage.run(query: { SignInStage.query($0) + "&iss=https%3A%2F%2Fevil.example" }).refusal
                == .issuerMismatch)
    }

    @Test func anAnswerIsForOneProvider() async throws {
        let stage = try SignInStage()
        let other = try ProviderDefinition(
            name: ProviderName("other"), kind: .oidc, issuer: .exactly(Issuer("https://other.example")),
            audiences: [Audience("a")], client: stage.client)
        let registry = try stage.world.registry(stage.definition(), other)
        let pending = try await registry.beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential
        ).pending
        let outcome = await SignInStage.finish(
            registry, SignInStage.query(pending), pending, stage.credential, callback: try ProviderName("other"))
        #expect(outcome.refusal == .wrongProvider)
        // A provider of that name with another issuer is another provider.
        let moved = try ProviderDefinition(
            name: SignInStage.name, kind: .oidc, issuer: .exactly(Issuer("https://other.example")),
            audiences: [Audience("a")], keySource: .keySet(keySet(stage.key)),
            client: ClientRegistration(
                clientID: SignInStage.clientID, authentication: .none,
                authorizationEndpoint: .init("https://other.example/a"), tokenEndpoint: .init("https://other.example/t")
            ))
        registry.replace(with: [moved])
        let later = await SignInStage.finish(registry, SignInStage.query(pending), pending, .none)
        #expect(later.refusal == .wrongProvider)
        registry.replace(with: [])
        let gone = await SignInStage.finish(registry, SignInStage.query(pending), pending, .none)
        #expect(gone.refusal == .unknownProvider)
    }

    @Test func formPostIsReadTheSameWay() throws {
        #expect(throws: SignInRefusal.repeatedParameter) {
            try AuthorizationResponse(form: Array("code=a&code=b".utf8))
        }
        _ = try AuthorizationResponse(form: Array("code=a&state=b&user=%7B%7D".utf8))
    }

    @Test(
        arguments: [(899, nil), (900, .expired), (100_000, .expired), (-300, nil), (-301, .expired)]
            as [(Int64, SignInRefusal?)])
    func aPendingSignInEnds(_ seconds: Int64, _ expected: SignInRefusal?) async throws {
        let stage = try SignInStage()
        let refusal = try await stage.run(
            { claims in
                claims.with("iat", .integer(World.start + seconds)).with("exp", .integer(World.start + seconds + 60))
            }, prepare: { _ in stage.world.moveWallClock(seconds) }
        ).refusal
        #expect(refusal == expected)
    }

    @Test func errorsAreHarmlessText() {
        let error = sampleError("<script>", String(repeating: "é\r\n<b>\"", count: 100))
        #expect(error.code == "unrecognised")
        #expect(error.detail?.utf8.count == 200)
        #expect(error.detail?.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x3C && $0 != 0x22 } == true)
        #expect(sampleError("").code == "unrecognised")
        #expect(SignInRefusal.providerError(sampleError("temporarily_unavailable")).isProviderDown)
        #expect(!SignInRefusal.providerError(sampleError("access_denied")).isProviderDown)
    }
}

@Suite struct PendingSignInTests {
    @Test func goesIntoADocumentAndBack() async throws {
        var stage = try SignInStage()
        stage.request.maxAge = 0
        stage.request.acrValues = ["a"]
        let pending = try await stage.registry().beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential
        ).pending
        let document = pending.document
        let back = try #require(
            PendingSignIn(document: JSONValue.parseObject(document.encoded())))
        #expect(back.document == document && back.maxAge == 0 && back.acrValues == ["a"])
        #expect(back.verifier.matches(pending.verifier))
        for name in document.names {
            // Of the wrong type, nothing is taken as absent.
            #expect(PendingSignIn(document: document.with(name, .bool(true))) == nil, "\(name)")
        }
        for name in document.names where name != "max_age" && name != "acr_values" {
            #expect(PendingSignIn(document: document.with(name, nil)) == nil, "\(name)")
            #expect(PendingSignIn(document: document.with(name, "")) == nil, "\(name)")
        }
        #expect(PendingSignIn(document: document.with("acr_values", ["a", 1])) == nil)
    }

    @Test func isNotPrintedWithItsSecret() async throws {
        let stage = try SignInStage()
        let pending = try await stage.registry().beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential
        ).pending
        #expect(!"\(pending)".contains(pending.verifier.revealText()))
    }
}
