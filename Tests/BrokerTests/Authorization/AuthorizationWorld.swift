import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import OAuth
import OpenSSLCrypto
import Secrets
import StrictJSON
import Testing

/// A world with a person who is signed in and some clients.
struct AuthorizationWorld {
    let world: TestWorld
    let provider: TestProvider
    var session: Secret

    static let verifier = String(repeating: "v", count: 43)
    static let secret = "a-secret-of-the-app"
    /// Parameters of an exchange of one of ours, and what asks for a stored token.
    static let ownToken = [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")]
    static let apiToken = [TestWorld.apiToken]

    static func metadata(_ members: JSONObject = JSONObject(), id: String = "app") throws -> ClientMetadata {
        var object: JSONObject = [
            "client_id": JSONValue(id), "consent": "skip", "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["https://app.example/callback"],
            "resources": ["https://api.example"],
            "scope": "openid profile email groups offline_access api namespace:payments role:deployer",
        ]
        for member in members.members { object[member.name.rawValue] = member.value }
        return try ClientMetadata(object)
    }

    /// `claims`: what the provider says when she signs in.
    init(
        _ clients: [ConfiguredClient] = [], policies: [PolicyText] = [], claims: [String: JSONValue?] = [:]
    ) async throws {
        let app = ConfiguredClient(
            metadata: try Self.metadata(), secrets: [Secret(utf8: Self.secret)], roles: .none)
        let other = ConfiguredClient(
            metadata: try Self.metadata(id: "other"), secrets: [Secret(utf8: Self.secret)], roles: .none)
        (world, provider) = try await SignInTests.world(policies: policies, clients: [app, other] + clients)
        session = try await world.signIn("alice", through: provider, claims.merging(["groups": ["deployers"]]) { $1 })
            .token
    }

    var broker: Broker { world.broker }

    func signedIn() throws -> SignedIn { try world.signedIn(session) }

    static func form(_ parameters: [(String, String)]) throws -> FormBody {
        try FormBody(Array("".addingQuery(parameters).dropFirst().utf8), repeatable: AuthorizationRequest.repeatable)
    }

    static func challenge(_ verifier: String = verifier) -> String { Base64Digest.challenge(verifier) }

    /// The parameters of a good request; others replace them, `nil` removes.
    static func parameters(_ changed: [String: String?] = [:]) -> [(String, String)] {
        var parameters = [
            "client_id": "app", "code_challenge": challenge(), "code_challenge_method": "S256", "nonce": "n",
            "redirect_uri": "https://app.example/callback", "response_type": "code", "scope": "openid email",
            "state": "s",
        ]
        for (name, value) in changed { parameters[name] = value }
        return parameters.map { ($0.key, $0.value) }
    }

    /// What the authorization endpoint says to these parameters.
    func step(
        _ changed: [String: String?] = [:], signedIn: SignedIn?, since: Timestamp? = nil, decision: Bool? = nil
    ) async throws -> AuthorizationStep {
        let form = try Self.form(Self.parameters(changed))
        let target = try AuthorizationRequest.Target(form)
        let (client, redirectURI) = try broker.authorizationTarget(target)
        return try await broker.authorize(
            try AuthorizationRequest(form, target: target), client: client, redirectURI: redirectURI,
            signedIn: signedIn,
            signedInSince: since, decision: decision, context: TestWorld.context)
    }

    /// A code, as the person's browser would carry it.
    func code(_ changed: [String: String?] = [:]) async throws -> Secret {
        guard case .answer(let answer) = try await step(changed, signedIn: try signedIn()),
            case .code(let code) = answer.outcome
        else { throw NoCode() }
        return code
    }

    struct NoCode: Error {}

    func redeem(
        _ code: Secret, client id: String = "app", redirectURI: String? = "https://app.example/callback",
        verifier: String = verifier
    ) async throws -> TokenResponse {
        guard let client = broker.client(id) else { throw NoCode() }
        return try await broker.redeem(
            code: code, redirectURI: redirectURI, verifier: try CodeVerifier(Secret(utf8: verifier)), client: client,
            context: TestWorld.context)
    }

    func refresh(
        _ token: Secret?, client id: String = "app", scope: String? = nil, resources: [String] = []
    ) async throws -> TokenResponse {
        guard let client = broker.client(id), let token else { throw NoCode() }
        return try await broker.refresh(
            token, scope: try scope.map { try Scope($0) }, resources: resources, client: client,
            context: TestWorld.context)
    }

    func isActive(_ token: Secret) throws -> Bool {
        let answer = broker.introspect(token, for: try world.administrator(), roles: broker.roles)
        return answer.objectValue?["active"]?.boolValue ?? false
    }

    static func failure(_ body: () async throws -> Void) async -> AuthorizationFailure? {
        do {
            try await body()
            return nil
        } catch { return error as? AuthorizationFailure }
    }
}

/// S256 of RFC 7636 §4.2, for the other side of the test.
enum Base64Digest {
    static func challenge(_ verifier: String) -> String {
        Base64Text.padded(SHA2.sha256(Array(verifier.utf8))).replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
