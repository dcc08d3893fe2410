import Federation
import HTTPFetch
import HTTPTypes
import Identifiers
import JOSE
import OAuth
import Secrets
import StrictJSON
import Testing

/// A sign-in with a provider that does all right, on no network; a test changes one thing of it.
///
/// The shapes are those of OpenID Connect's own examples and of providers' documentation; every value is synthetic.
struct SignInStage: Sendable {
    static let clientID = "client-1"
    static let redirectURI = "https://id.example.com/sign-in/sample/callback"
    static let accessToken = "at-1"
    static let code = "code-1"
    static let tokenEndpoint = sampleIssuer + "/token"
    static let userinfoEndpoint = sampleIssuer + "/userinfo"

    let world = World()
    let key: TestKey
    var client = ClientRegistration(clientID: clientID, authentication: .clientSecretPost)
    var credential = ClientCredential.secret(Secret(utf8: "s3cret"))
    var kind = ProviderKind.oidc
    var issuer = sampleIssuer
    var keySource = KeySource.discovery
    var requiredValues: [String: String] = [:]
    var request = SignInRequest(redirectURI: redirectURI)

    init() throws {
        key = try TestKey("k1")
        publish()
        world.answer(sampleIssuer + "/keys", keySet(key))
        userinfo(["sub": "job-1", "name": "Ada", "email": "ada@example.com"])
    }

    static var name: ProviderName { get throws { try ProviderName("sample") } }

    /// The metadata, with some members changed; `null` removes one.
    func publish(_ changes: JSONObject = [:]) {
        var document: JSONObject = [
            "issuer": JSONValue(sampleIssuer), "jwks_uri": JSONValue(sampleIssuer + "/keys"),
            "authorization_endpoint": JSONValue(sampleIssuer + "/authorize"),
            "token_endpoint": JSONValue(Self.tokenEndpoint), "userinfo_endpoint": JSONValue(Self.userinfoEndpoint),
            "end_session_endpoint": JSONValue(sampleIssuer + "/logout"),
            "code_challenge_methods_supported": ["plain", "S256"],
        ]
        for change in changes.members {
            document[change.name.rawValue] = change.value.isNull ? JSONValue?.none : change.value
        }
        world.answer(sampleIssuer + "/.well-known/openid-configuration", document.encoded())
    }

    func userinfo(_ claims: JSONObject) { world.answer(Self.userinfoEndpoint, claims.encoded()) }

    func definition() throws -> ProviderDefinition {
        try ProviderDefinition(
            name: Self.name, kind: kind, issuer: .exactly(Issuer(issuer)),
            audiences: keySource == .none ? [] : [Audience("https://api.example.com")], keySource: keySource,
            requiredValues: requiredValues, client: client)
    }

    func registry() throws -> ProviderRegistry { try world.registry(definition()) }

    /// Claims that pass. The access token's hash is not there: it need not be.
    func claims(nonce: String? = nil) -> JSONObject {
        var claims = FederationTests.claims(audience: JSONValue(Self.clientID))
        claims["nonce"] = nonce.map { JSONValue($0) }
        claims["auth_time"] = .integer(World.start - 5)
        return claims
    }

    static let tokenAnswer: JSONObject = [
        "access_token": JSONValue(accessToken), "token_type": "Bearer", "expires_in": 3600, "refresh_token": "rt-1",
    ]

    func answerTokens(_ object: JSONObject, status: Int = 200) {
        world.answer(Self.tokenEndpoint, object.encoded(), status: status)
    }

    /// What the browser brings back when all went well.
    static func query(_ pending: PendingSignIn) -> String { "state=\(pending.state)&code=\(code)" }

    /// The whole of it. `change` alters the ID token's claims, `prepare` whatever else, once the sign-in has begun.
    func run(
        _ change: (JSONObject) -> JSONObject = { $0 },
        header: JSONObject = [:], signedBy signer: TestKey? = nil,
        query: (PendingSignIn) -> String = query, pending altered: (PendingSignIn) -> PendingSignIn = { $0 },
        prepare: (PendingSignIn) throws -> Void = { _ in }
    ) async throws -> Result<SignedInIdentity, SignInRefusal> {
        let registry = try registry()
        let pending: PendingSignIn
        do { pending = try await registry.beginSignIn(Self.name, request, credential: credential).pending } catch {
            return .failure(error as? SignInRefusal ?? .noRandomness)
        }
        let token = try (signer ?? key).token(change(claims(nonce: pending.nonce)), header: header)
        answerTokens(Self.tokenAnswer.with("id_token", JSONValue(String(decoding: token, as: UTF8.self))))
        try prepare(pending)
        return await Self.finish(registry, query(pending), altered(pending), credential)
    }

    static func finish(
        _ registry: ProviderRegistry, _ query: String, _ pending: PendingSignIn, _ credential: ClientCredential,
        callback: ProviderName? = nil
    ) async -> Result<SignedInIdentity, SignInRefusal> {
        do throws(SignInRefusal) {
            let response = try AuthorizationResponse(query: query)
            return .success(
                try await registry.finishSignIn(response, pending: pending, credential: credential, callback: callback))
        } catch { return .failure(error) }
    }

    /// The form that was posted there last.
    func form(_ url: String = tokenEndpoint) throws -> FormBody {
        let request = try #require(world.sent.last { $0.url.rawValue == url && $0.method == .POST })
        #expect(request.headers[.contentType] == "application/x-www-form-urlencoded")
        #expect(request.headers[.accept] == "application/json" && request.bulkhead == "provider:sample")
        return try FormBody(request.body, repeatable: [])
    }
}

extension Result where Failure == SignInRefusal {
    /// `nil` when it is no refusal.
    var refusal: SignInRefusal? { if case .failure(let refusal) = self { refusal } else { nil } }
}

/// A URL's query, read as a form.
func query(of url: String) throws -> FormBody {
    let parts = url.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1)
    return try FormBody(Array(#require(parts.last)), repeatable: [])
}
