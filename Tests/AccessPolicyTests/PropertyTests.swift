import AccessPolicy
import Identifiers
import SeededRandom
import StrictJSON
import Testing

/// Random policies and requests over few names, so that they meet.
private struct World {
    private var random: SeededGenerator
    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick<Element>(_ choices: [Element]) -> Element? { choices.randomElement(using: &random) }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
    private mutating func some(_ choices: [String], _ percent: Int) -> [String] {
        choices.filter { _ in chance(percent) }
    }

    mutating func definition(_ name: String) -> PolicyDefinition {
        let condition =
            pick([
                "claims.ref == 'main'", "claims.id == '1'", "claims.id == '1' && claims.ref == 'main'",
                "claims.ref in ['main', 'dev']", "has(claims.ref)",
                "claims.id == '2' || claims.absent == 'x'", "claims.absent == 'x'", "true", "true", "has(claims.id)",
                "subject.startsWith('s')", "claims.ref != 'other'",
                "claims.groups.exists(g, g == 'a')", "claims.ref",
            ]) ?? "true"
        var grant: [String: [String]] = [:]
        for namespace in some(["a", "b", "c", "*", "system"], 35) {
            grant[namespace] = some(["monitor", "developer", "x"], 50)
        }
        grant = grant.filter { !$0.value.isEmpty }
        return .sample(
            name, provider: pick(["p", "p", "p", "p", "q"]) ?? "p", when: condition,
            subject: pick([nil, nil, nil, nil, nil, "claims.id", "claims.absent", "''"]) ?? nil,
            grant: grant.isEmpty ? ["a": ["monitor"]] : grant,
            types: pick([
                [], ["access_token", "API_TOKEN"], ["access_token", "API_TOKEN"], ["access_token", "API_TOKEN"],
                ["API_TOKEN"],
            ]) ?? [], lifetime: Int64.random(in: 1...900, using: &random),
            audiences: pick([[], [defaultAudience, "https://a"], [defaultAudience, "https://a"], ["https://a"]]) ?? [],
            singleUse: chance(20), mode: chance(15) ? .audit : .enforce)
    }

    mutating func shuffled(_ definitions: [PolicyDefinition]) -> [PolicyDefinition] {
        definitions.shuffled(using: &random)
    }

    mutating func request() -> AccessRequest {
        var claims = JSONObject()
        if chance(90) { claims["ref"] = JSONValue(pick(["main", "main", "dev", "other"])) }
        if chance(90) { claims["id"] = JSONValue(pick(["1", "2", "3"])) }
        if chance(50) { claims["groups"] = JSONValue(some(["a", "b"], 50)) }
        var namespaces: [String]?
        var roles: [String]?
        if chance(15) { namespaces = some(["a", "b", "c", "d", "*", "system"], 25) }
        if chance(15) { roles = some(["monitor", "developer", "x", "y"], 30) }
        return AccessRequest(
            provider: pick(["p", "p", "p", "p", "p", "p", "p", "q", "r"]) ?? "p", issuer: "i",
            subject: pick(["s1", "t1"]) ?? "", claims: claims,
            credentialType: chance(80) ? .accessToken : .apiToken,
            audiences: pick([
                [], [], [], [], [], [], [], ["https://a"], ["https://a"], [defaultAudience, "https://a"],
                [defaultAudience, "https://a"], ["https://b"],
            ]) ?? [],
            scope: .asking(
                namespaces: namespaces.flatMap { $0.isEmpty ? nil : $0 },
                roles: roles.flatMap { $0.isEmpty ? nil : $0 }, unknown: chance(3) ? ["openid"] : []))
    }
}

@Suite struct PropertyTests {
    /// All rights that an access gives in the namespaces of the world, and in one that nobody names.
    private func rights(_ access: NamespaceAccess) -> Set<String> {
        var rights: Set<String> = []
        for name in ["a", "b", "c", "d", "unnamed", "system", "shared"] {
            guard let namespace = try? NamespaceName(name) else { continue }
            for role in access.roles(in: namespace) { rights.insert(name + "/" + role.rawValue) }
        }
        return rights
    }

    @Test func decisions() {
        var world = World(seed: 42)
        var outcomes: [String: Int] = [:]
        let rounds = 2000
        for _ in 0..<rounds {
            let definitions = (0..<6).map { world.definition("policy-\($0)") }
            let policies = PolicySet(definitions, defaultAudience: defaultAudience)
            #expect(policies.refused.isEmpty)
            let request = world.request()
            let decision = policies.decide(request)

            // the same again, in any order, and explained
            #expect(policies.decide(request) == decision)
            #expect(
                PolicySet(world.shuffled(definitions), defaultAudience: defaultAudience).decide(request) == decision)
            let explanation = policies.explain(request)
            #expect(explanation.decision == decision)
            let hits = explanation.policies.filter { $0.verdict == .hit && $0.mode == .enforce }
            #expect(
                decision.wouldGrant
                    == explanation.policies.filter { $0.verdict == .hit && $0.mode == .audit }.map(\.name))

            guard case .granted(let grant) = decision.outcome else {
                outcomes[decision.reason?.code ?? "", default: 0] += 1
                if case .scopeNotGranted? = decision.reason { #expect(!hits.isEmpty) } else { #expect(hits.isEmpty) }
                continue
            }
            outcomes["granted", default: 0] += 1

            // nothing but what hitting policies give, and their parts make the whole
            let given = hits.reduce(NamespaceAccess.none) { $0.union($1.grants) }
            #expect(rights(grant.access).isSubset(of: rights(given)))
            #expect(rights(grant.grants.reduce(.none) { $0.union($1.access) }) == rights(grant.access))
            for part in grant.grants {
                let whole = policies.grants(named: part.policy, provider: part.provider)
                #expect(whole.map { rights(part.access).isSubset(of: rights($0)) } == true)
            }
            #expect(Set(grant.policies).isSubset(of: Set(hits.map(\.name))))
            let contributing = definitions.filter { grant.policies.contains($0.name) }
            #expect(contributing.compactMap(\.maximumLifetime).min() == grant.maximumLifetime)
            #expect(grant.singleUse == contributing.contains { $0.singleUse })
            #expect(grant.allowedTypes.contains(request.credentialType))

            // asking for less never gives more
            let everything = AccessRequest(
                provider: request.provider, issuer: request.issuer, subject: request.subject, claims: request.claims,
                credentialType: request.credentialType, audiences: request.audiences, scope: .everything)
            let all = policies.decide(everything).grant
            #expect(all.map { rights(grant.access).isSubset(of: rights($0.access)) } == true)
        }
        #expect((rounds * 3 / 10...rounds * 7 / 10).contains(outcomes["granted"] ?? 0), "\(outcomes)")
        for reason in [
            RefusalReason.noPolicyForProvider, .noMatchingPolicy, .audienceNotAllowed, .credentialTypeNotAllowed,
            .scopeNotGranted(""),
        ] {
            #expect((outcomes[reason.code] ?? 0) * 100 >= rounds, "\(reason.code) of \(outcomes)")
        }
    }

    /// A policy more takes nothing away.
    @Test func policiesOnlyAdd() {
        var world = World(seed: 7)
        for _ in 0..<1000 {
            let definitions = (0..<5).map { world.definition("policy-\($0)") }
            var request = world.request()
            request = AccessRequest(
                provider: request.provider, issuer: request.issuer, subject: request.subject, claims: request.claims,
                credentialType: request.credentialType, audiences: request.audiences, scope: .everything)
            let fewer = PolicySet(Array(definitions.dropLast()), defaultAudience: defaultAudience).decide(request)
            let more = PolicySet(definitions, defaultAudience: defaultAudience).decide(request)
            guard let before = fewer.grant else { continue }
            #expect(more.grant.map { rights(before.access).isSubset(of: rights($0.access)) } == true)
        }
    }
}
