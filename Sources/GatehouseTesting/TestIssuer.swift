package import Federation
package import JOSE
import Secrets
package import StrictJSON

/// An outside issuer without a network: a key, a provider that knows it by an uploaded key set, and tokens on demand.
package struct TestIssuer: Sendable {
    package let issuer: String
    package let name: String
    package let key: SigningKey

    package init(
        name: String = "ci", issuer: String = "https://ci.example", algorithm: SignatureAlgorithm = .ES256
    ) throws {
        self.name = name
        self.issuer = issuer
        key = try SigningKey(generating: algorithm)
    }

    package func definition(audiences: [String] = [TestWorld.publicURL]) throws -> ProviderDefinition {
        try ProviderDefinition(
            name: try ProviderName(name), kind: .workload, issuer: .exactly(try Issuer(issuer)),
            audiences: Set(try audiences.map { try Audience($0) }),
            keySource: .keySet(JSONValue.object(["keys": [key.publicJWK]]).encoded()))
    }

    /// Claims of a job, valid from `now` for `lifetime` seconds; `claims` are added or replace, `nil` removes.
    package func token(
        now: Int64, lifetime: Int64 = 300, audience: JSONValue = JSONValue(TestWorld.publicURL),
        _ claims: [String: JSONValue?] = [:], type: String = "JWT"
    ) throws -> [UInt8] {
        var object: JSONObject = [
            "iss": JSONValue(issuer), "sub": "repo:acme/app:ref:refs/heads/main", "aud": audience,
            "iat": .integer(now), "nbf": .integer(now), "exp": .integer(now + lifetime), "repository_id": "456789",
            "ref": "refs/heads/main",
        ]
        for (name, value) in claims { object[name] = value }
        return try key.sign(type: type, claims: object).reveal()
    }
}
