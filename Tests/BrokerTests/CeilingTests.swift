import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import JOSE
import Secrets
import Testing

/// Lifetime narrows like rights: nothing that grew from an exchange ends behind its policy's `max_ttl`.
@Suite struct CeilingTests {
    private static func payments() throws -> NamespaceName { try NamespaceName("payments") }

    private func world(
        roles: [String] = ["admin"], types: [PolicyCredentialType] = PolicyCredentialType.allCases
    ) async throws -> TestWorld {
        var policy = TestWorld.deployFromMain
        policy.types = types
        policy.grants = try [
            GrantDefinition(namespace: .named(Self.payments()), roles: roles.map { try RoleName($0) })
        ]
        let world = try await TestWorld(policies: [policy])
        try await world.loadAuthority()
        return world
    }

    /// As an access token and as an API token.
    private func callers(_ world: TestWorld) async throws -> [Caller] {
        let access = try await world.exchange(try world.issuer.token(now: world.now))
        let opaque = try await world.exchange(try world.issuer.token(now: world.now), [TestWorld.apiToken])
        return [try world.caller(access.token), try world.caller(opaque.token)]
    }

    @Test func whatAWorkloadMakesEndsWithIt() async throws {
        let world = try await world()
        for caller in try await callers(world) {
            for (type, target): (CredentialType, KubernetesTarget?) in [
                (.apiToken, nil), (.apiCertificate, nil), (.kubeConfig, .cluster(name: "dev", namespace: "payments")),
                (.serviceAPIToken, nil),
            ] {
                let created = try await world.create(
                    type: type, days: 30, password: "secret1", target: target,
                    roles: type.family == .service ? ["payments": ["admin"]] : nil, in: try Self.payments(), by: caller)
                #expect(created.record.expiresAt.seconds <= caller.expiresAt, "\(type)")
                #expect(created.record.lifetimeEndsAt.map { $0.seconds <= caller.expiresAt } ?? false, "\(type)")
            }
        }
    }

    @Test func nothingOfItIsRenewedByAnybody() async throws {
        let world = try await world()
        let administrator = try world.administrator()
        for caller in try await callers(world) {
            let child = try await world.create(in: try Self.payments(), by: caller)
            for by in [caller, administrator] {
                await #expect(throws: CredentialFailure.self) {
                    try await world.broker.renew(
                        child.record.name, of: .personal, in: try Self.payments(), days: 1, by: by,
                        context: TestWorld.context)
                }
            }
        }
    }

    @Test func itRenewsAndActivatesNothingThatOutlivesIt() async throws {
        let world = try await world()
        let service = try await world.create(
            type: .serviceAPIToken, days: 30, roles: ["payments": ["monitor"]], in: try Self.payments())
        let name = service.record.name
        for caller in try await callers(world) {
            await #expect(throws: CredentialFailure.self, "renew") {
                try await world.broker.renew(
                    name, of: .service, in: try Self.payments(), days: 1, by: caller, context: TestWorld.context)
            }
            await #expect(throws: CredentialFailure.self, "rotate") {
                _ = try await world.broker.rotate(
                    name, of: .service, in: try Self.payments(), grace: 0, days: nil, by: caller,
                    context: TestWorld.context)
            }
            // It may switch off, and then not on again.
            let activate = {
                try await world.broker.activate(
                    name, of: .service, in: try Self.payments(), by: caller, context: TestWorld.context)
            }
            try await activate()
            await #expect(throws: CredentialFailure.self, "activate") { try await activate() }
            try await world.broker.activate(
                name, of: .service, in: try Self.payments(), by: try world.administrator(), context: TestWorld.context)
        }
        #expect(try await world.store.credential(service.record.id)?.expiresAt == service.record.expiresAt)
    }

    @Test func itMakesOnlyWhatItsPolicyNames() async throws {
        let world = try await world(types: [.accessToken, .apiToken])
        for caller in try await callers(world) {
            for type in CredentialType.allCases where type != .apiToken && type.family != nil {
                let refusal = await #expect(throws: CredentialFailure.self) {
                    try await world.create(
                        type: type, password: "secret1",
                        target: type.form == .kubeconfig
                            ? (type.isForSite ? .site("hq") : .cluster(name: "dev", namespace: "a")) : nil,
                        roles: type.family == .service ? [:] : nil, in: try Self.payments(), by: caller)
                }
                #expect(refusal == .notPermitted("the policies behind this credential do not allow \(type.rawValue)"))
            }
        }
    }

    @Test func aServiceCredentialOfAPolicyGoesWithIt() async throws {
        let world = try await world()
        let caller = try await callers(world)[0]
        let service = try await world.create(
            type: .serviceAPIToken, roles: ["payments": ["admin"]], in: try Self.payments(), by: caller)
        #expect(try world.caller(service.secret).access == TestWorld.access(["payments": ["admin"]]))
        world.broker.policies.replace(.empty)
        #expect(throws: CredentialRefusal.noRightsLeft) { try world.caller(service.secret) }
    }

    @Test func anAccessTokenOfAPersonBoundsWhatItMakes() async throws {
        let world = try await TestWorld()
        let token = try await world.exchange(
            world.administratorToken.reveal(), [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")]
        )
        let caller = try world.caller(token.token)
        let child = try await world.create(days: 30, by: caller)
        #expect(child.record.expiresAt.seconds == caller.expiresAt)
        // Not even with itself, nor with what it made in turn.
        let grandchild = try await world.create(by: try world.caller(child.secret))
        for record in [child.record, grandchild.record] {
            await #expect(throws: CredentialFailure.self) {
                try await world.broker.renew(
                    record.name, of: .personal, in: .system, days: 30, by: try world.administrator(),
                    context: TestWorld.context)
            }
        }
    }

    @Test func aConfinedCredentialOpensNothingOfTheTenants() async throws {
        let world = try await TestWorld()
        let confined = try await world.create(in: try Self.payments())
        let caller = try world.caller(confined.secret)
        #expect(try caller.confinement == Self.payments())
        #expect(try caller.access.roles(in: .system).isEmpty && !caller.access.roles(in: Self.payments()).isEmpty)
        await #expect(throws: CredentialFailure.self) { try await world.create(in: .system, by: caller) }
        await #expect(throws: CredentialFailure.self) { try await world.create(in: .default, by: caller) }
        // Nor the other credentials of its owner, though they are the same person's.
        let other = try await world.create("other")
        await #expect(throws: CredentialFailure.notFound) {
            try await world.broker.revoke(
                other.record.name, of: .personal, in: .system, by: caller, context: TestWorld.context)
        }
        // What an exchange makes of it stays inside too.
        let narrowed = try await world.exchange(
            confined.secret.reveal(), [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")])
        #expect(try world.caller(narrowed.token).access.isSubset(of: caller.access))
    }

    @Test func theLastTenthOfALifeIsAnnounced() async throws {
        let world = try await TestWorld()
        let created = try await world.create(days: 10)
        #expect(try world.caller(created.secret).notices.isEmpty)
        world.clock.advance(seconds: 9 * 86_400)
        #expect(
            try world.caller(created.secret).notices == [
                Caller.Notice(field: "X-Gatehouse-Credential-Expires", value: RFC3339.text(created.record.expiresAt))
            ])
    }

    @Test func lastUseIsKeptWithoutAWriteForEach() async throws {
        let world = try await TestWorld()
        let created = try await world.create()
        let before = try await world.store.auditEntries(node: nil, after: 0, limit: 1000).count
        for _ in 0..<100 { _ = try world.caller(created.secret) }
        #expect(world.broker.lastUse(of: created.record.id).current == world.clock.now)
        try await world.broker.writeUses()
        #expect(try await world.store.auditEntries(node: nil, after: 0, limit: 1000).count == before, "not audited")
        // Read back at the next start.
        let index = CredentialIndex()
        try await world.store.loadIndex { index.apply($0) }
        #expect(index.lastUse(of: created.record.id).current == world.clock.now)
    }
}
