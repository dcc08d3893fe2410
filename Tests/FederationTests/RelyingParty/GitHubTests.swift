import Federation
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import Secrets
import StrictJSON
import Testing

/// GitHub as an OAuth 2.0 provider. The shapes are those of its REST documentation, cut to what we read; the values are
/// synthetic.
@Suite struct GitHubTests {
    private static let api = "https://api.github.example"

    private func stage(_ scopes: [String] = ["read:user", "user:email", "read:org"]) throws -> SignInStage {
        var stage = try SignInStage()
        (stage.kind, stage.keySource, stage.issuer) = (.oauth2, .none, "https://github.example")
        stage.client = ClientRegistration(
            clientID: SignInStage.clientID, authentication: .clientSecretPost, scopes: scopes,
            authorizationEndpoint: try FetchURL("https://github.example/login/oauth/authorize"),
            tokenEndpoint: try FetchURL(SignInStage.tokenEndpoint), profile: .github(api: try FetchURL(Self.api)))
        answer(stage, "/user", #"{"login":"octocat","id":583231,"name":"The Octocat","email":"public@example.com"}"#)
        answer(
            stage, "/user/emails?per_page=100",
            #"""
            [{"email":"other@example.com","primary":false,"verified":true,"visibility":null},
             {"email":"octocat@example.com","primary":true,"verified":true,"visibility":"private"}]
            """#)
        answer(stage, "/user/orgs?per_page=100", #"[{"login":"acme","id":7}]"#)
        answer(
            stage, "/user/teams?per_page=100",
            #"[{"id":11,"slug":"platform","name":"Platform","organization":{"login":"acme","id":7}}]"#)
        return stage
    }

    private func answer(
        _ stage: SignInStage, _ path: String, _ body: String, status: Int = 200, next: String? = nil
    ) {
        var fields = HTTPFields()
        if let next, let name = HTTPField.Name("Link") {
            fields[name] =
                #"<\#(Self.api)/first?page=1>; rel="prev", <\#(next)>; rel="next", <\#(Self.api)/l>; rel="last""#
        }
        stage.world.answer(Self.api + path, Array(body.utf8), status: status, fields)
    }

    private func run(_ stage: SignInStage) async throws -> Result<SignedInIdentity, SignInRefusal> {
        try await stage.run(prepare: { _ in
            stage.answerTokens(["access_token": "gho_1", "scope": "read:user", "token_type": "bearer"])
        })
    }

    @Test func profile() async throws {
        let stage = try stage()
        let identity = try await run(stage).get()
        #expect(
            (identity.provider, identity.issuer, identity.subject) == ("sample", "https://github.example", "583231"))
        let claims = identity.claims
        #expect(claims["login"]?.stringValue == "octocat" && claims["name"]?.stringValue == "The Octocat")
        #expect(claims["email"]?.stringValue == "octocat@example.com" && claims["email_verified"] == true)
        #expect(claims["organizations"] == ["acme"] && claims["organization_ids"] == ["7"])
        #expect(claims["teams"] == ["acme/platform"] && claims["team_ids"] == ["11"])
        #expect(claims["groups"] == ["acme", "acme/platform"])
        #expect(claims["sub"] == "583231" && claims["iss"] == "https://github.example")
        #expect(identity.idToken == nil && identity.refreshToken == nil && identity.accessTokenExpiry == nil)
        let request = try #require(stage.world.sent.first { $0.url.rawValue == Self.api + "/user" })
        #expect(request.headers[.authorization] == "Bearer gho_1" && request.bulkhead == "provider:sample")
        #expect(request.headers[.accept] == "application/vnd.github+json")
        // Nothing is discovered, and no nonce is sent to who knows none.
        #expect(!stage.world.requests.contains { $0.contains(".well-known") })
    }

    /// Neither a list nor an empty list where nobody may ask: absent is not none.
    @Test func scopesSayWhatIsAsked() async throws {
        let identity = try await run(stage(["read:user"])).get()
        for name in ["email", "email_verified", "groups", "organizations", "teams"] {
            #expect(identity.claims[name] == nil, "\(name)")
        }
    }

    @Test(arguments: [
        #"[{"email":"a@example.com","primary":true,"verified":false}]"#, "[]",
        #"[{"email":"a@example.com","primary":false,"verified":true}]"#,
    ])
    func anAddressThatIsNotVerifiedIsNotTold(_ body: String) async throws {
        let stage = try stage()
        answer(stage, "/user/emails?per_page=100", body)
        let identity = try await run(stage).get()
        #expect(identity.claims["email"] == nil && identity.claims["email_verified"] == nil)
    }

    @Test func pages() async throws {
        let stage = try stage()
        answer(stage, "/user/orgs?per_page=100", #"[{"login":"a","id":1}]"#, next: Self.api + "/user/orgs?page=2")
        answer(stage, "/user/orgs?page=2", #"[{"login":"b","id":2}]"#, next: Self.api + "/user/orgs?page=3")
        answer(stage, "/user/orgs?page=3", #"[{"login":"c","id":3}]"#)
        #expect(try await run(stage).get().claims["organizations"] == ["a", "b", "c"])
        // Ten pages are read, and an eleventh is a refusal.
        for page in 3...10 {
            answer(
                stage, "/user/orgs?page=\(page)", #"[{"login":"o\#(page)","id":\#(page)}]"#,
                next: page < 10 ? Self.api + "/user/orgs?page=\(page + 1)" : nil)
        }
        #expect(try await run(stage).get().claims["organizations"]?.arrayValue?.count == 10)
        answer(stage, "/user/orgs?page=10", "[]", next: Self.api + "/user/orgs?page=11")
        #expect(try await run(stage).refusal == .profileIncomplete)
    }

    static let refusals: [(String, String, Int, String, String?, SignInRefusal)] = [
        ("id is a text", "/user", 200, #"{"login":"a","id":"583231"}"#, nil, .subjectInvalid),
        ("id is a fraction", "/user", 200, #"{"login":"a","id":1.0}"#, nil, .subjectInvalid),
        ("id is zero", "/user", 200, #"{"login":"a","id":0}"#, nil, .subjectInvalid),
        ("no id", "/user", 200, #"{"login":"a"}"#, nil, .subjectInvalid),
        ("no login", "/user", 200, #"{"id":1}"#, nil, .badAnswer(.profile, .missing("login"))),
        ("page", "/user", 200, "<html>", nil, .badAnswer(.profile, .notJSON)),
        ("token refused", "/user", 401, "{}", nil, .badAnswer(.profile, .status(401))),
        ("down", "/user", 502, "", nil, .providerUnavailable(.profile)),
        ("moved", "/user", 301, "{}", nil, .badAnswer(.profile, .redirect)),
        ("no right to emails", "/user/emails", 404, "{}", nil, .badAnswer(.profile, .status(404))),
        ("emails are an object", "/user/emails", 200, "{}", nil, .badAnswer(.profile, .malformed("list"))),
        (
            "verified is a text", "/user/emails", 200, #"[{"email":"a","primary":true,"verified":"true"}]"#, nil,
            .badAnswer(.profile, .malformed("emails"))
        ),
        ("no right to organizations", "/user/orgs", 403, "{}", nil, .badAnswer(.profile, .status(403))),
        (
            "an organization without name", "/user/orgs", 200, #"[{"id":1}]"#, nil,
            .badAnswer(.profile, .malformed("login"))
        ),
        (
            "an organization like a team", "/user/orgs", 200, #"[{"login":"acme/platform","id":1}]"#, nil,
            .badAnswer(.profile, .malformed("login"))
        ),
        ("page cut off", "/user/orgs", 200, #"[{"login":"a","id":1}"#, nil, .badAnswer(.profile, .notJSON)),
        ("limit", "/user/teams", 429, "{}", nil, .providerUnavailable(.profile)),
        (
            "a team of nobody", "/user/teams", 200, #"[{"slug":"a","id":1}]"#, nil,
            .badAnswer(.profile, .malformed("teams"))
        ),
        ("next page elsewhere", "/user/teams", 200, "[]", "https://evil.example/user/teams", .profileIncomplete),
        ("next page on another port", "/user/teams", 200, "[]", api + ":8443/user/teams", .profileIncomplete),
        ("next page is plain http", "/user/teams", 200, "[]", "http://api.github.example/x", .profileIncomplete),
        ("next page is relative", "/user/teams", 200, "[]", "/user/teams?page=2", .profileIncomplete),
        ("next page fails", "/user/teams", 200, "[]", api + "/gone", .providerUnavailable(.profile)),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, path, status, body, next, expected) = Self.refusals[row]
        let stage = try stage()
        answer(stage, path == "/user" ? path : path + "?per_page=100", body, status: status, next: next)
        #expect(try await run(stage).refusal == expected, "\(rule)")
        #expect(!stage.world.requests.contains { $0.contains("evil") || $0.contains("8443") })
    }

    /// Each page comes in time, and all of them do not.
    @Test func isReadWithinBounds() async throws {
        let stage = try stage()
        for page in 1...9 {
            answer(
                stage, page == 1 ? "/user/orgs?per_page=100" : "/user/orgs?page=\(page)", "[]",
                next: page < 9 ? Self.api + "/user/orgs?page=\(page + 1)" : nil)
        }
        #expect(try await run(stage).refusal == nil)
        let (world, transport) = (stage.world, stage.world.transport)
        let slow = ProviderRegistry(
            [try stage.definition()], policy: .provider(),
            transport: { (request, policy) async throws(FetchFailure) in
                world.advance(4)
                return try await transport(request, policy)
            }, now: { world.now }, uptime: { world.uptime })
        let pending = try await slow.beginSignIn(
            SignInStage.name, stage.request, credential: stage.credential
        ).pending
        let outcome = await SignInStage.finish(slow, SignInStage.query(pending), pending, stage.credential)
        #expect(outcome.refusal == .providerUnavailable(.profile))
    }

    /// A token that says it is this issuer's is nobody's: there are no keys.
    @Test func noTokenOfItIsAccepted() async throws {
        let stage = try stage()
        let registry = try stage.registry()
        let token = try stage.key.token(claims(issuer: "https://github.example", audience: "client-1"))
        #expect(await failure(registry, token) == .unknownIssuer)
        #expect(stage.world.requests.isEmpty)
        let status = try #require(registry.status().first)
        #expect(status.state == .ready && status.summary == "has no keys; only signs people in")
        let probe = try #require(await registry.probe(SignInStage.name))
        #expect(probe.verdict == .ready && ProviderTest(probe).steps.allSatisfy { $0.standing == .skipped })
    }

    /// Any other OAuth 2.0 provider: the userinfo endpoint, and the member that is the subject.
    private func otherStage() throws -> SignInStage {
        var stage = try SignInStage()
        (stage.kind, stage.keySource) = (.oauth2, .none)
        stage.client.authorizationEndpoint = try FetchURL(sampleIssuer + "/authorize")
        stage.client.tokenEndpoint = try FetchURL(SignInStage.tokenEndpoint)
        stage.client.userinfoEndpoint = try FetchURL(SignInStage.userinfoEndpoint)
        stage.client.profile = .userinfo(subjectClaim: "user_id")
        return stage
    }

    /// A profile is what people and programs write about somebody, and no word of how they signed in.
    @Test func aProfileSaysNothingOfTheSignIn() async throws {
        let stage = try otherStage()
        stage.userinfo([
            "user_id": "u-1", "acr": "mfa-gold", "amr": ["mfa", "hwk"], "auth_time": 1, "sid": "s", "aud": "x",
            "iss": "https://evil.example", "team": "a",
        ])
        let identity = try await run(stage).get()
        for name in ["acr", "amr", "auth_time", "sid", "aud"] { #expect(identity.claims[name] == nil, "\(name)") }
        #expect(identity.claims["iss"]?.stringValue == sampleIssuer && identity.claims["team"] == "a")
        #expect(identity.authenticatedAt == nil && identity.sessionID == nil)
    }

    /// What was asked for cannot be said to have been done; the code stays unused.
    @Test(
        arguments: [
            (0, [], .authenticationTimeMissing), (3600, [], .authenticationTimeMissing),
            (nil, ["mfa"], .authenticationContextMismatch), (nil, [], nil),
        ] as [(Int64?, [String], SignInRefusal?)])
    func demandsAreNotMet(_ maxAge: Int64?, _ acrValues: [String], _ refusal: SignInRefusal?) async throws {
        for var stage in [try stage(), try otherStage()] {
            stage.userinfo(["user_id": "u-1", "acr": "mfa", "auth_time": .integer(World.start)])
            (stage.request.maxAge, stage.request.acrValues) = (maxAge, acrValues)
            #expect(try await run(stage).refusal == refusal)
            #expect(stage.world.requests.contains(SignInStage.tokenEndpoint) == (refusal == nil))
            #expect(refusal?.isUnmetDemand ?? true)
        }
    }

    @Test func otherProviders() async throws {
        var stage = try otherStage()
        for (value, subject) in [("u-1", "u-1"), (42, "42")] as [(JSONValue, String)] {
            stage.userinfo(["user_id": value, "sub": "other", "team": "a"])
            let identity = try await run(stage).get()
            #expect(identity.subject == subject && identity.claims["sub"]?.stringValue == subject)
            #expect(identity.issuer == sampleIssuer && identity.claims["team"] == "a")
        }
        let long = JSONValue(String(repeating: "a", count: 256))
        for value in [.null, true, "", [1], ["a": 1], .number(JSONNumber(unchecked: "1.5")), "a\u{0}", long]
            as [JSONValue]
        {
            stage.userinfo(["user_id": value])
            #expect(try await run(stage).refusal == .subjectInvalid)
        }
        stage.requiredValues = ["team": "a"]
        stage.userinfo(["user_id": 1, "team": "b"])
        #expect(try await run(stage).refusal == .userinfo(.wrongClaim("team")))
        stage.userinfo(["user_id": 1])
        #expect(try await run(stage).refusal == .userinfo(.missingClaim("team")))
    }
}
