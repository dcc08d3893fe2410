import Federation
import HTTPFetch
import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON
import Testing

/// OpenID Connect Core §12
@Suite struct RefreshTests {
    typealias Change = @Sendable (JSONObject) -> JSONObject

    private func refresh(
        _ stage: SignInStage, subject: String = "job-1", issuer: String? = nil, _ change: Change? = nil
    ) async throws -> Result<SignedInIdentity, SignInRefusal> {
        if let change {
            let token = String(decoding: try stage.key.token(change(stage.claims())), as: UTF8.self)
            stage.answerTokens(SignInStage.tokenAnswer.with("id_token", JSONValue(token)))
        }
        let (registry, name) = (try stage.registry(), try SignInStage.name)
        do throws(SignInRefusal) {
            return .success(
                try await registry.refreshSignIn(
                    name, refreshToken: Secret(utf8: "rt-0"), subject: subject, issuer: issuer,
                    credential: stage.credential))
        } catch { return .failure(error) }
    }

    @Test func withAnIDToken() async throws {
        let stage = try SignInStage()
        let identity = try await refresh(stage, issuer: sampleIssuer) { $0.with("groups", ["a"]) }.get()
        #expect(identity.subject == "job-1" && identity.freshness == .refreshed)
        #expect(identity.claims["groups"] == ["a"] && identity.refreshToken?.revealText() == "rt-1")
        let form = try stage.form()
        #expect(form["grant_type"] == "refresh_token" && form["refresh_token"] == "rt-0")
        #expect(form["client_secret"] == "s3cret" && form["code"] == nil)
    }

    /// The ID token is optional there (§12.2): then userinfo speaks, or nobody does.
    @Test func withoutAnIDToken() async throws {
        var stage = try SignInStage()
        stage.answerTokens(SignInStage.tokenAnswer.with("refresh_token", nil))
        var identity = try await refresh(stage).get()
        #expect(identity.freshness == .refreshed && identity.claims["name"] == "Ada" && identity.refreshToken == nil)
        #expect(try await refresh(stage, subject: "job-2").refusal == .userinfoSubjectMismatch)
        stage.client.skipsUserinfo = true
        identity = try await refresh(stage).get()
        #expect(identity.freshness == .confirmed)
        #expect(identity.claims == ["iss": JSONValue(sampleIssuer), "sub": "job-1"])
    }

    static let refusals: [(String, Change, SignInRefusal)] = [
        ("another person", { $0.with("sub", "job-2") }, .identityChanged),
        ("another issuer", { $0.with("iss", "https://evil.example") }, .idToken(.wrongIssuer)),
        ("another client", { $0.with("aud", "client-2") }, .idToken(.wrongAudience)),
        ("another party", { $0.with("azp", "client-2") }, .authorizedPartyMismatch),
        ("an old token", { $0.with("iat", .integer(World.start - 661)) }, .idToken(.tooOld)),
        ("another access token's", { $0.with("at_hash", "AAAA") }, .accessTokenHashMismatch),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, change, expected) = Self.refusals[row]
        #expect(try await refresh(SignInStage(), change).refusal == expected, "\(rule)")
    }

    @Test func itIsTheSamePerson() async throws {
        var stage = try SignInStage()
        stage.client.skipsUserinfo = true
        #expect(try await refresh(stage) { $0 }.refusal == nil)
        #expect(try await refresh(stage) { $0.with("sub", "JOB-1") }.refusal == .identityChanged)
        #expect(try await refresh(stage, issuer: "https://other.example") { $0 }.refusal == .identityChanged)
        stage.answerTokens(["error": "invalid_grant"], status: 400)
        #expect(try await refresh(stage).refusal == .tokenRefused(sampleError("invalid_grant")))
        stage.world.fail(SignInStage.tokenEndpoint, .timeout(.connect))
        #expect(try await refresh(stage).refusal == .providerUnavailable(.token))
    }
}

/// OpenID Connect RP-Initiated Logout §2
@Suite struct EndSessionTests {
    private func url(_ stage: SignInStage, _ token: String? = "a.b.c") async throws -> String? {
        try await stage.registry().endSessionURL(
            SignInStage.name, idToken: token.map { Secret(utf8: $0) },
            postLogoutRedirectURI: "https://id.example.com/signed-out", state: "s-1")
    }

    @Test func leadsToTheProvider() async throws {
        var stage = try SignInStage()
        let url = try #require(try await url(stage))
        #expect(url.hasPrefix(sampleIssuer + "/logout?"))
        let query = try query(of: url)
        #expect(query["id_token_hint"] == "a.b.c" && query["client_id"] == "client-1" && query["state"] == "s-1")
        #expect(query["post_logout_redirect_uri"] == "https://id.example.com/signed-out")
        #expect(try FederationTests.query(of: #require(await self.url(stage, nil)))["id_token_hint"] == nil)
        stage.client.endSessionEndpoint = try FetchURL("https://else.example/bye?x=1")
        #expect(try await self.url(stage)?.hasPrefix("https://else.example/bye?x=1&id_token_hint=") == true)
    }

    @Test func nowhereToGo() async throws {
        let stage = try SignInStage()
        stage.publish(["end_session_endpoint": .null])
        #expect(try await url(stage) == nil)
        stage.world.fail(sampleIssuer + "/.well-known/openid-configuration", .timeout(.response))
        #expect(try await url(stage) == nil)
        #expect(
            try await stage.world.registry(definition()).endSessionURL(
                SignInStage.name, idToken: nil, postLogoutRedirectURI: "https://id.example.com/", state: "s") == nil)
    }
}
