import AccessPolicy
import Broker
import Federation
import GatehouseTesting
import HTTPTypes
import Identifiers
import JOSE
import OAuth
import SeededRandom
import ServerPlugin
import StrictJSON
import Testing
import TokenPlugin

/// What an operator is told (`token explain`) and what a caller is answered are the same decision: random policies and
/// tokens, the explanation beside the wire.
@Suite struct ExplanationAgreesTests {
    private struct Case {
        let token: [UInt8]
        let parameters: [(String, String)]
    }

    @Test func overRandomPoliciesAndTokens() async throws {
        var random = SeededGenerator(seed: 20_261_124)
        var codes: [String: Int] = [:]
        var total = 0
        for _ in 0..<30 {
            let silent = try TestIssuer(name: "silent", issuer: "https://silent.example")
            let stranger = try TestIssuer(name: "stranger", issuer: "https://stranger.example")
            let world = try await TestWorld(policies: Self.policies(&random), issuers: [silent])
            for _ in 0..<50 {
                let one = try Self.random(&random, world, silent: silent, stranger: stranger)
                let wire = try await Self.wireCode(world, one)
                let explained = await Self.explainedCode(world, one)
                #expect(wire == explained)
                codes[wire, default: 0] += 1
                total += 1
            }
        }
        let admitted = codes["admitted", default: 0] * 100 / total
        #expect((30...70).contains(admitted), "admitted \(admitted) %")
        let expected = [
            "token.malformed_segments", "token.unknown_issuer", "token.unknown_key", "token.bad_signature",
            "token.wrong_audience", "token.expired", "token.not_yet_valid", "policy.no_provider_policy",
            "policy.no_match",
            "policy.audience_not_allowed", "policy.credential_type_not_allowed", "policy.scope_not_granted",
        ]
        for code in expected { #expect(codes[code, default: 0] * 100 >= total, "\(code): \(codes[code, default: 0])") }
    }

    /// One to four policies of `ci`: what they ask for, give and allow is drawn.
    private static func policies(_ random: inout SeededGenerator) -> [PolicyText] {
        let conditions = [
            #"claims.ref == "refs/heads/main""#, #"claims.repository_id == "456789""#, "claims.level > 2",
            #"claims.sub.startsWith("repo:acme/")"#, #"has(claims.environment) && claims.environment == "production""#,
        ]
        return (0..<(1 + Int(random.next() % 4))).map { number in
            PolicyText(
                name: "policy-\(number)", when: random.pick(conditions),
                namespace: random.pick(["payments", "billing", "*"]),
                roles: random.chance(50) ? ["deployer"] : ["deployer", "monitor"],
                types: random.chance(75) ? [.accessToken, .apiToken] : [.accessToken],
                audiences: random.chance(60) ? [] : [TestWorld.publicURL, "https://api.example"])
        }
    }

    private static func random(
        _ random: inout SeededGenerator, _ world: TestWorld, silent: TestIssuer, stranger: TestIssuer
    ) throws -> Case {
        var claims: [String: JSONValue?] = [
            "ref": JSONValue(random.chance(85) ? "refs/heads/main" : "refs/heads/dev"),
            "repository_id": JSONValue(random.chance(85) ? "456789" : "1"), "level": .integer(Int64(random.next() % 6)),
        ]
        if random.chance(50) { claims["environment"] = "production" }
        var issuer = world.issuer
        switch random.next() % 100 {
        case 0..<3: issuer = silent
        case 3..<6: issuer = stranger
        case 6..<9: claims["aud"] = JSONValue("https://other.example")
        case 9..<12: claims["exp"] = .integer(world.now - 1000)
        case 12..<15: claims["nbf"] = .integer(world.now + 1000)
        default: break
        }
        var token = try issuer.token(now: world.now, claims)
        switch random.next() % 100 {
        case 0..<3: token = Array(token.dropLast(90))
        case 3..<6:
            let index = token.count - 10
            token[index] = token[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        case 6..<9: token = try TestIssuer().token(now: world.now, claims)  // the name is right, the key is not
        case 9..<12: token = Array(token.prefix(40))
        default: break
        }
        var parameters: [(String, String)] = []
        if random.chance(20) { parameters.append(TestWorld.apiToken) }
        if random.chance(15) { parameters.append(("audience", "https://api.example")) }
        if random.chance(30) {
            parameters.append(("scope", random.pick(["namespace:payments", "role:deployer", "role:admin", "profile"])))
        }
        return Case(token: token, parameters: parameters)
    }

    /// What the caller is answered.
    private static func wireCode(_ world: TestWorld, _ one: Case) async throws -> String {
        let plugin = TokenPlugin(broker: world.broker, roles: { .builtIn }).plugin
        let route = try #require(plugin.routes.first { $0.path == "/oauth/token" })
        let pairs =
            [
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token", String(decoding: one.token, as: UTF8.self)),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            ] + one.parameters
        let form = pairs.map { "\($0)=\(TestWorld.percentEncoded($1))" }.joined(separator: "&")
        let response = try await route.handler(
            Request(
                method: .post, path: "/oauth/token", headers: [.contentType: "application/x-www-form-urlencoded"],
                body: Array(form.utf8), id: "test", remoteAddress: "127.0.0.1"))
        let body = try JSONValue.parse(response.body)
        return response.status == .ok ? "admitted" : body["code"]?.stringValue ?? "none"
    }

    /// What an operator is told.
    private static func explainedCode(_ world: TestWorld, _ one: Case) async -> String {
        let trace = await world.broker.providers.explainValidate(one.token)
        guard let identity = trace.identity else { return trace.failure?.code ?? "none" }
        let values = one.parameters.filter { $0.0 == "scope" }.flatMap { $0.1.split(separator: " ") }.map {
            ScopeValue(String($0))
        }
        var (namespaces, roles, unknown): ([Key], [Key], [Key]) = ([], [], [])
        for value in values {
            switch value {
            case .namespace(let name): namespaces.append(Key(name))
            case .role(let name): roles.append(Key(name))
            case .other(let text): unknown.append(Key(text))
            }
        }
        let explanation = world.broker.policies.current.explain(
            AccessRequest(
                provider: identity.provider, issuer: identity.issuer, subject: identity.subject,
                claims: identity.claims,
                credentialType: one.parameters.contains { $0.0 == "requested_token_type" } ? .apiToken : .accessToken,
                audiences: one.parameters.filter { $0.0 == "audience" }.map(\.1),
                scope: ScopeRequest(
                    namespaces: namespaces.isEmpty ? nil : namespaces, roles: roles.isEmpty ? nil : roles,
                    unknown: unknown)))
        switch explanation.decision.outcome {
        case .granted: return "admitted"
        case .refused(let reason): return reason.code
        }
    }
}
