import Federation
import HTTPFetch
import Identifiers
import JOSE
import Secrets
import StrictJSON
import Testing

/// What a provider says of itself is kept, and what it last said counts while it is away.
@Suite struct SignInMetadataTests {
    private static let url = sampleIssuer + "/.well-known/openid-configuration"

    private func begin(_ stage: SignInStage, _ registry: ProviderRegistry) async throws -> SignInRefusal? {
        let name = try SignInStage.name
        do throws(SignInRefusal) {
            _ = try await registry.beginSignIn(name, stage.request, credential: stage.credential)
            return nil
        } catch { return error }
    }

    private func fetches(_ stage: SignInStage) -> Int { stage.world.requests.count { $0 == Self.url } }

    @Test func isFetchedOnceInFiveMinutes() async throws {
        let stage = try SignInStage()
        let registry = try stage.registry()
        for _ in 0..<3 { #expect(try await begin(stage, registry) == nil) }
        #expect(fetches(stage) == 1)
        stage.world.advance(299)
        #expect(try await begin(stage, registry) == nil)
        #expect(fetches(stage) == 1)
        stage.world.advance(1)
        #expect(try await begin(stage, registry) == nil)
        #expect(fetches(stage) == 2)
    }

    @Test func oneFetchIsInFlight() async throws {
        let stage = try SignInStage()
        let registry = try stage.registry()
        stage.world.hold()
        let tasks = (0..<5).map { _ in Task { try await begin(stage, registry) } }
        await eventually { stage.world.heldCount > 0 }
        for _ in 0..<1000 { await Task.yield() }
        stage.world.release()
        for task in tasks { #expect(try await task.value == nil) }
        #expect(fetches(stage) == 1)
    }

    @Test func lastKnownGoodWhileItIsAway() async throws {
        let stage = try SignInStage()
        let registry = try stage.registry()
        #expect(try await begin(stage, registry) == nil)
        stage.world.fail(Self.url, .timeout(.response))
        stage.world.advance(300)
        #expect(try await begin(stage, registry) == nil)
        #expect(try await begin(stage, registry) == nil)
        // Ten seconds lie between two attempts.
        #expect(fetches(stage) == 2)
        stage.world.advance(10)
        #expect(try await begin(stage, registry) == nil)
        #expect(fetches(stage) == 3)
        // For a day.
        stage.world.advance(86_400)
        #expect(try await begin(stage, registry) == .providerUnavailable(.metadata))
        stage.publish()
        stage.world.advance(10)
        #expect(try await begin(stage, registry) == nil)
    }

    /// Somebody changed something: what was known before is not what is there now.
    @Test func aWrongDocumentIsARefusal() async throws {
        let stage = try SignInStage()
        let registry = try stage.registry()
        #expect(try await begin(stage, registry) == nil)
        stage.publish(["issuer": "https://idp.example/"])
        stage.world.advance(300)
        let expected = SignInRefusal.badAnswer(.metadata, .metadata(.issuerMismatch(.trailingSlash)))
        #expect(try await begin(stage, registry) == expected)
        stage.publish()
        #expect(try await begin(stage, registry) == expected)
        stage.world.advance(10)
        #expect(try await begin(stage, registry) == nil)
    }

    @Test func outlivesAReload() async throws {
        var stage = try SignInStage()
        let registry = try stage.registry()
        #expect(try await begin(stage, registry) == nil)
        stage.client.scopes = ["openid", "groups"]
        registry.replace(with: [try stage.definition()])
        #expect(registry.definitions.first?.client == stage.client)
        #expect(try await begin(stage, registry) == nil)
        #expect(fetches(stage) == 1)
    }

    /// Keys and endpoints that were written down: a provider without discovery.
    @Test func isNotAskedForWithoutNeed() async throws {
        var stage = try SignInStage()
        stage.keySource = .keySet(keySet(stage.key))
        stage.client.authorizationEndpoint = try FetchURL(sampleIssuer + "/authorize")
        stage.client.tokenEndpoint = try FetchURL(SignInStage.tokenEndpoint)
        #expect(try await stage.run().refusal == nil)
        #expect(fetches(stage) == 0 && !stage.world.requests.contains(SignInStage.userinfoEndpoint))
        stage.client.tokenEndpoint = nil
        #expect(try await stage.run().refusal == nil)
        #expect(fetches(stage) == 1)
    }
}

@Suite struct ClientRegistrationTests {
    private func reason(_ kind: ProviderKind, _ source: KeySource, _ client: ClientRegistration?) throws -> String? {
        do throws(InvalidValue) {
            _ = try ProviderDefinition(
                name: ProviderName("sample"), kind: kind, issuer: .exactly(Issuer(sampleIssuer)),
                audiences: [Audience("a")], keySource: source, client: client)
            return nil
        } catch { return error.reason }
    }

    @Test func whatADefinitionCannotHave() throws {
        let good = ClientRegistration(clientID: "c", authentication: .none)
        let url = try FetchURL(sampleIssuer + "/x")
        #expect(try reason(.oidc, .discovery, good) == nil && reason(.oidc, .discovery, nil) == nil)
        #expect(try reason(.workload, .discovery, good) == "nobody signs in through a workload provider")
        #expect(try reason(.oidc, .none, good) == "only an oauth2 provider may be without keys")
        func changed(_ change: (inout ClientRegistration) -> Void) -> ClientRegistration {
            var client = good
            change(&client)
            return client
        }
        let id = "client_id must be 1 to 1024 printable ASCII characters"
        for text in ["", "é", "a\n", String(repeating: "a", count: 1025)] {
            #expect(try reason(.oidc, .discovery, changed { $0.clientID = text }) == id)
        }
        for scope in ["", "a b", "a\"", "\u{212A}"] {
            #expect(try reason(.oidc, .discovery, changed { $0.scopes = [scope] })?.hasPrefix("a scope must") == true)
        }
        let github = ClientRegistration.ProfileRule.github(api: url)
        #expect(try reason(.oidc, .discovery, changed { $0.profile = github })?.contains("oauth2") == true)
        #expect(try reason(.oauth2, .none, good)?.hasPrefix("authorization_endpoint") == true)
        let endpoints = changed { ($0.authorizationEndpoint, $0.tokenEndpoint) = (url, url) }
        #expect(try reason(.oauth2, .none, endpoints)?.hasPrefix("userinfo_endpoint") == true)
        var whole = endpoints
        whole.userinfoEndpoint = url
        #expect(try reason(.oauth2, .none, whole) == nil)
        whole = endpoints
        whole.profile = github
        #expect(try reason(.oauth2, .none, whole) == nil && reason(.oauth2, .none, nil) == nil)
    }

    @Test func isPartOfADefinitionsEquality() throws {
        var stage = try SignInStage()
        let before = try stage.definition()
        #expect(try stage.definition() == before)
        stage.client.prompt = "login"
        #expect(try stage.definition() != before)
    }
}

@Suite struct SignInRefusalTests {
    static let all: [SignInRefusal] =
        [
            .unknownProvider, .notAClient, .credentialUnusable, .cannotPush, .noRandomness, .malformedResponse,
            .repeatedParameter, .stateMissing, .stateMismatch, .expired, .wrongProvider, .issuerMissing,
            .issuerMismatch, .codeMissing, .providerError(sampleError("access_denied", "words of theirs")),
            .tokenRefused(sampleError("x", "words of theirs")), .pushRefused(sampleError("x", "words of theirs")),
            .providerUnavailable(.token), .idTokenMissing, .nonceMissing, .nonceMismatch, .authorizedPartyMissing,
            .authorizedPartyMismatch, .accessTokenHashMismatch, .codeHashMismatch, .subjectInvalid,
            .authenticationTimeMissing, .authenticationTooOld, .authenticationContextMismatch,
            .userinfoSubjectMismatch, .profileIncomplete, .groupsIncomplete, .identityChanged,
        ]
        + [.wrongIssuer, .expired, .missingClaim("hd"), .badSignature].flatMap { (rejection: TokenRejection) in
            [SignInRefusal.idToken(rejection), .userinfo(rejection), .logoutToken(rejection)]
        } + SignInEndpoint.allCases.flatMap { [.missingEndpoint($0), .badAnswer($0, .notJSON)] }

    @Test func everyRefusalHasItsCodeAndWords() {
        let codes = Self.all.map(\.code)
        #expect(Set(codes).count == codes.count)
        for refusal in Self.all {
            #expect(refusal.code.utf8.allSatisfy { (0x61...0x7A).contains($0) || "._".utf8.contains($0) })
            // Said to a person: our words only, and what to do.
            #expect(refusal.message.utf8.count > 30 && !refusal.message.contains("words of theirs"))
        }
        #expect(SignInRefusal.stateMismatch.code == "signin.state_mismatch")
        #expect(SignInRefusal.providerError(sampleError("x")).code == "signin.provider_error")
        #expect(SignInRefusal.providerError(sampleError("x", "<a>")).detail == "x: ?a?")
        #expect(SignInRefusal.badAnswer(.token, .status(404)).detail == "status_404")
        #expect(SignInRefusal.idToken(.missingClaim("hd")).detail == "hd")
        #expect(
            SignInRefusal.badAnswer(.metadata, .metadata(.issuerMismatch(nil))).detail == "metadata_issuer_mismatch")
    }
}
