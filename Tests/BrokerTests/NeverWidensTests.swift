import AccessPolicy
import Broker
import GatehouseTesting
import Secrets
import SeededRandom
import Testing

/// Exchange and creation only narrow: rights and life of what is issued lie within what was presented, along any chain.
@Suite struct NeverWidensTests {
    private struct Held {
        let token: Secret
        let caller: Caller
    }

    @Test(arguments: 0..<40)
    func alongAnyChain(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let world = try await TestWorld(policies: try Self.policies())
        var chain: [Held] = []
        let outside = try world.issuer.token(now: world.now, lifetime: 600)
        if random.chance(70) {
            let issued = try await world.exchange(outside, random.chance(50) ? [TestWorld.apiToken] : [])
            chain.append(Held(token: issued.token, caller: try world.caller(issued.token)))
            #expect(chain[0].caller.expiresAt <= world.now + 600)
        } else {
            chain.append(Held(token: world.administratorToken, caller: try world.administrator()))
        }
        for _ in 0..<6 {
            world.clock.advance(seconds: Int64(random.next() % 40))
            let parent = random.pick(chain)
            guard let child = try await Self.step(&random, world, from: parent) else { continue }
            #expect(child.caller.access.isSubset(of: parent.caller.access), "seed \(seed)")
            #expect(child.caller.expiresAt <= parent.caller.expiresAt, "seed \(seed)")
            #expect(child.caller.principal.id == parent.caller.principal.id)
            chain.append(child)
        }
        // When the policies go, nothing that came from them opens anything, however far down the chain.
        let fromPolicies = chain.filter { $0.caller.principal.kind == .workload }
        world.broker.policies.replace(PolicySet([], defaultAudience: TestWorld.publicURL))
        for held in fromPolicies { #expect(throws: CredentialRefusal.self) { try world.caller(held.token) } }
    }

    private static func policies() throws -> [PolicyText] {
        let condition = TestWorld.deployFromMain.when
        var everywhere = PolicyText(
            name: "everywhere", when: condition, namespace: "*", roles: ["monitor", "developer"])
        everywhere.maximumLifetime = 500
        return [TestWorld.deployFromMain, everywhere]
    }

    /// A narrowing exchange or a new credential; `nil` when what was asked for is refused, as it may be.
    private static func step(
        _ random: inout SeededGenerator, _ world: TestWorld, from parent: Held
    ) async throws -> Held? {
        let scopes = [
            nil, "namespace:payments", "role:monitor", "namespace:payments role:deployer", "namespace:*", "role:admin",
            "namespace:system",
        ]
        let token: Secret
        do {
            if random.chance(60) {
                var form = [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")]
                if let scope = random.pick(scopes) { form.append(("scope", scope)) }
                if random.chance(50) { form.append(TestWorld.apiToken) }
                token = try await world.exchange(parent.token.reveal(), form).token
            } else {
                let namespace = try NamespaceName(random.pick(["system", "payments", "billing"]))
                token = try await world.create("child", days: 30, in: namespace, by: parent.caller).secret
            }
        } catch {
            return nil
        }
        // A child confined to a namespace where its maker holds nothing opens nothing.
        guard let caller = try? world.caller(token) else { return nil }
        return Held(token: token, caller: caller)
    }
}
