import AccessPolicy
import HTTPTypes
import Identifiers
import JOSE
package import ServerPlugin
import Secrets
package import StrictJSON

/// A small identity provider for trying things out: discovery, a key set, and a token with whatever claims are asked for;
/// and beside it one where people sign in, under an issuer of its own.
///
/// It vouches for anybody, so it exists only with `--dev`, on its own loopback listener and issuer. Its key is made at
/// every start.
package struct DemoProvider: Sendable {
    package let issuer: String
    /// What a token says when nothing is asked for.
    private let defaultAudience: String
    private let key: SigningKey
    private let now: @Sendable () -> Int64
    private let people: DemoPeople

    /// How long a token lives when nothing is asked for: as long as GitHub's. Seconds.
    private static let lifetime: Int64 = 300
    private static let longestLifetime: Int64 = 86_400

    package init(issuer: String, defaultAudience: String, now: @escaping @Sendable () -> Int64) throws {
        self.issuer = issuer
        self.defaultAudience = defaultAudience
        self.now = now
        key = try SigningKey(generating: .RS256)
        people = DemoPeople(issuer: issuer + Self.people, client: defaultAudience, key: key, now: now)
    }

    /// Behind the issuer: that of the people who sign in.
    package static let people = "/people"

    package var plugin: Plugin {
        Plugin(
            name: "demo-provider",
            routes: [
                Route(.get, "/.well-known/openid-configuration", access: .open, isPublicDocument: true) { _ in
                    .json(discovery, cacheControl: "public, max-age=60")
                },
                Route(.get, "/jwks", access: .open, isPublicDocument: true) { _ in
                    .json(["keys": [key.publicJWK]], cacheControl: "public, max-age=60")
                },
                Route(.post, "/token", access: .open, errors: .oauth, handler: mint),
            ] + people.routes)
    }

    private var discovery: JSONValue {
        [
            "issuer": JSONValue(issuer),
            "jwks_uri": JSONValue(issuer + "/jwks"),
            "token_endpoint": JSONValue(issuer + "/token"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        ]
    }

    /// A JSON object of claims in, `{"id_token": ...}` out. `iss`, `iat`, `jti` are ours; `exp` is capped.
    private func mint(_ request: Request) async throws -> Response {
        let asked: JSONObject
        do {
            asked = request.body.isEmpty ? JSONObject() : try JSONValue.parseObject(request.body)
        } catch {
            throw APIError(.invalidArgument, "The body must be a JSON object of claims: \(error).")
        }
        let issuedAt = now()
        var claims = GitHubLikeClaims.standard(audience: defaultAudience)
        for member in asked.members { claims[member.name.rawValue] = member.value }
        let expiry = asked["exp"]?.integerValue ?? issuedAt &+ Self.lifetime
        claims["iss"] = JSONValue(issuer)
        claims["iat"] = .integer(issuedAt)
        claims["nbf"] = .integer(issuedAt)
        claims["exp"] = .integer(min(expiry, issuedAt &+ Self.longestLifetime))
        claims["jti"] = JSONValue("demo-" + request.id)
        let token = try key.sign(type: "JWT", claims: claims)
        return .json(["id_token": JSONValue(token.revealText()), "expires_in": .integer(Self.lifetime)])
    }
}

/// Claims as GitHub Actions writes them, for an imagined job of an imagined repository.
package enum GitHubLikeClaims {
    package static func standard(
        audience: String, repository: String = "acme/app", ref: String = "refs/heads/main"
    ) -> JSONObject {
        [
            "sub": JSONValue("repo:\(repository):ref:\(ref)"),
            "aud": JSONValue(audience),
            "repository": JSONValue(repository),
            "repository_id": "456789",
            "repository_owner": JSONValue(String(repository.split(separator: "/").first ?? "acme")),
            "repository_owner_id": "123456",
            "ref": JSONValue(ref),
            "ref_type": "branch",
            "workflow": "deploy",
            "event_name": "push",
            "actor": "octocat",
            "run_id": "1",
        ]
    }
}
