import Federation
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import StrictJSON
import Testing

/// OpenID Connect Core §5.3
@Suite struct UserinfoTests {
    typealias Prepare = @Sendable (SignInStage) throws -> Void
    private static let url = SignInStage.userinfoEndpoint

    private static func says(_ body: String, status: Int = 200, type: String = "application/json") -> Prepare {
        { $0.world.answer(url, Array(body.utf8), status: status, [.contentType: type]) }
    }

    static let refusals: [(String, Prepare, SignInRefusal)] = [
        ("another subject", says(#"{"sub":"job-2"}"#), .userinfoSubjectMismatch),
        ("subject in capitals", says(#"{"sub":"JOB-1"}"#), .userinfoSubjectMismatch),
        ("no subject", says(#"{"email":"ada@example.com"}"#), .userinfoSubjectMismatch),
        ("subject is a list", says(#"{"sub":["job-1"]}"#), .userinfoSubjectMismatch),
        ("two subjects", says(#"{"sub":"job-2","sub":"job-1"}"#), .badAnswer(.userinfo, .notJSON)),
        ("page", says("<html>", type: "text/html"), .badAnswer(.userinfo, .notJSON)),
        ("refused", says("{}", status: 401), .badAnswer(.userinfo, .status(401))),
        ("redirect", says(#"{"sub":"job-1"}"#, status: 303), .badAnswer(.userinfo, .redirect)),
        ("down", says("", status: 500), .providerUnavailable(.userinfo)),
        ("huge", { $0.world.fail(url, .tooLarge(.body)) }, .badAnswer(.userinfo, .tooLarge)),
        ("slow", { $0.world.fail(url, .timeout(.response)) }, .providerUnavailable(.userinfo)),
        ("no token though it says so", says("{}", type: "application/jwt"), .userinfo(.malformed(.segments))),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, prepare, expected) = Self.refusals[row]
        let stage = try SignInStage()
        try prepare(stage)
        #expect(try await stage.run().refusal == expected, "\(rule)")
    }

    @Test func isAskedWithTheAccessToken() async throws {
        var stage = try SignInStage()
        _ = try await stage.run().get()
        let request = try #require(stage.world.sent.last { $0.url.rawValue == Self.url })
        #expect(request.method == .GET && request.headers[.authorization] == "Bearer at-1")
        #expect(request.bulkhead == "provider:sample")
        stage.client.skipsUserinfo = true
        let before = stage.world.requests.count { $0 == Self.url }
        let identity = try await stage.run().get()
        #expect(identity.claims["name"] == nil)
        #expect(stage.world.requests.count { $0 == Self.url } == before)
    }

    /// At some providers the person writes it.
    @Test func saysNothingOfTheSignIn() async throws {
        var stage = try SignInStage()
        stage.userinfo([
            "sub": "job-1", "acr": "mfa", "amr": ["mfa"], "auth_time": 1, "sid": "s", "iss": "https://evil.example",
            "aud": "x", "exp": 5, "azp": "x", "groups": ["admins"],
        ])
        let identity = try await stage.run { $0.with("auth_time", nil) }.get()
        for name in ["acr", "amr", "auth_time", "azp"] { #expect(identity.claims[name] == nil, "\(name)") }
        #expect(identity.claims["iss"]?.stringValue == sampleIssuer && identity.sessionID == nil)
        #expect(identity.claims["groups"] == ["admins"])
        stage.request.acrValues = ["mfa"]
        #expect(try await stage.run().refusal == .authenticationContextMismatch)
    }

    // Signed answers (§5.3.2).

    private static let claims: JSONObject = [
        "iss": JSONValue(sampleIssuer), "aud": JSONValue(SignInStage.clientID), "sub": "job-1", "name": "Signed",
    ]

    static let signed: [(String, JSONObject, JSONObject, Bool, SignInRefusal?)] = [
        ("good", claims, [:], false, nil),
        ("good, without typ", claims, ["typ": .null], false, nil),
        ("by another key", claims, [:], true, .userinfo(.badSignature)),
        ("unknown key", claims, ["kid": "k9"], false, .userinfo(.unknownKey)),
        ("unsigned", claims, ["alg": "none"], false, .userinfo(.algorithmNotAllowed)),
        ("shared secret", claims, ["alg": "HS256"], false, .userinfo(.algorithmNotAllowed)),
        ("a logout token", claims, ["typ": "logout+jwt"], false, .userinfo(.wrongType)),
        ("another issuer", claims.with("iss", "https://evil.example"), [:], false, .userinfo(.wrongIssuer)),
        ("no issuer", claims.with("iss", nil), [:], false, .userinfo(.missingClaim("iss"))),
        ("another audience", claims.with("aud", "client-2"), [:], false, .userinfo(.wrongAudience)),
        ("no audience", claims.with("aud", nil), [:], false, .userinfo(.wrongAudience)),
        ("expired", claims.with("exp", .integer(World.start - 60)), [:], false, .userinfo(.expired)),
        ("another subject", claims.with("sub", "job-2"), [:], false, .userinfoSubjectMismatch),
    ]

    @Test(arguments: signed.indices)
    func signedAnswers(_ row: Int) async throws {
        let (rule, claims, header, isStranger, expected) = Self.signed[row]
        let stage = try SignInStage()
        let signer = isStranger ? try TestKey("k1") : stage.key
        stage.world.answer(
            Self.url, try signer.token(claims, header: header), [.contentType: "application/JWT; charset=utf-8"])
        let outcome = try await stage.run()
        #expect(outcome.refusal == expected, "\(rule)")
        if expected == nil { #expect(try outcome.get().claims["name"]?.stringValue == "Signed") }
    }
}

/// Microsoft Entra; the shapes are those of its documentation ("Configure group claims", "getMemberObjects"), the values
/// synthetic.
@Suite struct EntraGroupsTests {
    private static let graph = "https://graph.example"
    private static let url = graph + "/v1.0/me/getMemberObjects"
    private static let overage: JSONValue = ["groups": "src1"]

    private func stage() throws -> SignInStage {
        var stage = try SignInStage()
        stage.client.skipsUserinfo = true
        stage.client.groupOverage = .init(graph: try FetchURL(Self.graph))
        return stage
    }

    private func run(
        _ stage: SignInStage, _ name: String = "_claim_names", _ value: JSONValue = overage
    ) async throws
        -> Result<SignedInIdentity, SignInRefusal>
    {
        try await stage.run { claims in
            claims.with(name, value).with(
                "_claim_sources", ["src1": ["endpoint": "https://evil.example/getMemberObjects"]])
        }
    }

    @Test(arguments: [("_claim_names", overage), ("hasgroups", true), ("hasgroups", "true")] as [(String, JSONValue)])
    func asksGraph(_ name: String, _ value: JSONValue) async throws {
        let stage = try stage()
        stage.world.answer(Self.url, Array(#"{"@odata.context":"x","value":["g-1","g-2"]}"#.utf8))
        let identity = try await run(stage, name, value).get()
        #expect(identity.claims["groups"] == ["g-1", "g-2"])
        let request = try #require(stage.world.sent.last { $0.url.rawValue == Self.url })
        #expect(request.method == .POST && request.headers[.authorization] == "Bearer at-1")
        #expect(request.body == Array(#"{"securityEnabledOnly":true}"#.utf8))
        // Where the token says that they are, nobody asks.
        #expect(!stage.world.requests.contains { $0.contains("evil") })
    }

    @Test func asksNobodyWithoutNeed() async throws {
        let stage = try stage()
        let identity = try await stage.run { $0.with("groups", ["g-1"]).with("_claim_names", ["other": "src1"]) }.get()
        #expect(identity.claims["groups"] == ["g-1"])
        #expect(!stage.world.requests.contains(Self.url))
    }

    static let refusals: [(String, Int, String, SignInRefusal)] = [
        ("more pages", 200, #"{"value":["g-1"],"@odata.nextLink":"https://graph.example/next"}"#, .groupsIncomplete),
        (
            "too many", 400, #"{"error":{"code":"Directory_ResultSizeLimitExceeded"}}"#,
            .badAnswer(.groups, .status(400))
        ),
        ("no right", 403, #"{"error":{"code":"Authorization_RequestDenied"}}"#, .badAnswer(.groups, .status(403))),
        ("down", 503, "", .providerUnavailable(.groups)),
        ("redirect", 302, "", .badAnswer(.groups, .redirect)),
        ("page", 200, "<html>", .badAnswer(.groups, .notJSON)),
        ("no list", 200, "{}", .badAnswer(.groups, .missing("value"))),
        ("a number", 200, #"{"value":["g-1",2]}"#, .badAnswer(.groups, .malformed("value"))),
        ("an empty text", 200, #"{"value":[""]}"#, .badAnswer(.groups, .malformed("value"))),
    ]

    @Test(arguments: refusals.indices)
    func refuses(_ row: Int) async throws {
        let (rule, status, body, expected) = Self.refusals[row]
        let stage = try stage()
        stage.world.answer(Self.url, Array(body.utf8), status: status)
        #expect(try await run(stage).refusal == expected, "\(rule)")
    }

    @Test func withoutGraphThereIsNoAnswer() async throws {
        var stage = try stage()
        stage.client.groupOverage = nil
        #expect(try await run(stage).refusal == .groupsIncomplete)
    }
}
