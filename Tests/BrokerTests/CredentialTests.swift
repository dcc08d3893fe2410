import AccessPolicy
import Broker
import GatehouseTesting
import JOSE
import Secrets
import StrictJSON
import Testing

@Suite struct CredentialTests {
    private func create(
        _ world: TestWorld, _ name: String = "bot", days: Int64? = nil, by caller: Caller? = nil,
        in namespace: NamespaceName = .system
    ) async throws -> CreatedCredential {
        try await world.create(name, days: days, in: namespace, by: caller)
    }

    @Test func aTokenIsMadeUsedRevokedAndThenRefused() async throws {
        let world = try await TestWorld()
        let created = try await create(world)
        #expect(created.record.name.hasPrefix("bot-") && created.record.name.utf8.count == 12)
        #expect(try world.caller(created.secret).principal.name == "administrator")
        try await world.broker.revoke(
            created.record.name, of: .personal, in: .system, by: world.administrator(), context: TestWorld.context)
        #expect(throws: CredentialRefusal.unknown) { try world.caller(created.secret) }
        await #expect(throws: CredentialFailure.notFound) {
            try await world.broker.revoke(
                created.record.name, of: .personal, in: .system, by: world.administrator(), context: TestWorld.context)
        }
    }

    @Test(
        arguments: [
            (nil, 10), (0, 10), (1, 1), (90, 90), (91, nil), (-1, nil), (.max, nil), (.min, nil),
        ] as [(Int64?, Int64?)])
    func expiryIsWithinTheTenantsMaximum(_ asked: Int64?, _ given: Int64?) async throws {
        let world = try await TestWorld()
        if let given {
            let record = try await create(world, days: asked).record
            #expect(record.expiresAt.seconds - record.createdAt.seconds == given * 86_400)
        } else {
            await #expect(throws: CredentialFailure.self) { try await create(world, days: asked) }
        }
    }

    @Test func aChildNeverOutlivesWhatItsMakerPresented() async throws {
        let world = try await TestWorld()
        let first = try await create(world, days: 5)
        world.clock.advance(seconds: 3 * 86_400)
        let second = try await create(world, days: 30, by: try world.caller(first.secret))
        #expect(second.record.expiresAt.seconds == first.record.expiresAt.seconds)
        #expect(second.record.parent == .credential(first.record.id.rawValue))
        #expect(second.record.root == .bootstrap)
    }

    @Test func aWorkloadsChildHasItsRightsItsOwnerAndItsRoot() async throws {
        let world = try await TestWorld()
        let issued = try await world.exchange(try world.issuer.token(now: world.now))
        let caller = try world.caller(issued.token)
        let payments = try NamespaceName("payments")
        let child = try await create(world, days: 30, by: caller, in: payments)
        #expect(child.record.expiresAt.seconds <= world.now + 300)
        #expect(child.record.owner == caller.principal.id)
        guard case .subjectToken = child.record.root else {
            Issue.record("the root is the subject token")
            return
        }
        #expect(try world.caller(child.secret).access == caller.access)
        // Confined to the namespace it lives in, also when it was made with more.
        let elsewhere = try await create(world, days: 1, by: try world.administrator(), in: payments)
        #expect(try world.caller(elsewhere.secret).access.roles(in: .system).isEmpty)
        #expect(try world.caller(elsewhere.secret).access.roles(in: payments) == [.admin])
    }

    @Test func aPolicyThatAllowsOnlyAccessTokensMakesNoOthers() async throws {
        var policy = TestWorld.deployFromMain
        policy.types = [.accessToken]
        let world = try await TestWorld(policies: [policy])
        let caller = try world.caller(try await world.exchange(try world.issuer.token(now: world.now)).token)
        await #expect(
            throws: CredentialFailure.notPermitted("the policies behind this credential do not allow API_TOKEN")
        ) {
            try await create(world, by: caller)
        }
    }

    @Test func othersCredentialsAreNotThereForWhoMayNotKnow() async throws {
        let world = try await TestWorld()
        let created = try await create(world)
        let workload = try world.caller(try await world.exchange(try world.issuer.token(now: world.now)).token)
        await #expect(throws: CredentialFailure.notFound) {
            try await world.broker.credential(
                named: created.record.name, of: .personal, in: .system, by: workload, for: .get)
        }
        await #expect(throws: CredentialFailure.notFound) {
            try await world.broker.revoke(
                created.record.name, of: .personal, in: .system, by: workload, context: TestWorld.context)
        }
        let own = try await world.broker.listCredentials(.personal, in: .system, by: workload, limit: 100)
        #expect(own.isEmpty)
        let all = try await world.broker.listCredentials(
            .personal, in: .system, by: world.administrator(), limit: 100)
        #expect(all.count == 2)
    }

    @Test(arguments: ["", "a b", "a/b", "ä", "x\u{0}", String(repeating: "a", count: 129)])
    func badNamesAreRefused(_ name: String) async throws {
        let world = try await TestWorld()
        await #expect(throws: CredentialFailure.self) { try await create(world, name) }
    }

    @Test(arguments: [
        [], ["Bearer"], ["Bearer "], ["Basic abc"], ["APIToken gth_at_x"], ["Bearer a", "Bearer b"], ["bearer\tx"],
        ["Bearer gth_sc_000000000000000000000000000000000000"],
    ])
    func fieldsThatAreNoCredentialAreRefused(_ fields: [String]) async throws {
        let world = try await TestWorld()
        #expect(throws: CredentialRefusal.malformed) {
            try world.broker.authenticate(authorization: fields, from: "127.0.0.1")
        }
    }

    @Test func schemesAreCaseInsensitiveAndWhiteSpaceAtTheEndIsForgiven() async throws {
        let world = try await TestWorld()
        let token = world.administratorToken.revealText()
        for field in ["bearer \(token)", "APITOKEN \(token)  ", "apitoken   \(token)"] {
            #expect(throws: Never.self) { try world.broker.authenticate(authorization: [field], from: "127.0.0.1") }
        }
    }
}

@Suite struct IntrospectionTests {
    @Test func whoMayNotKnowLearnsNothing() async throws {
        let world = try await TestWorld()
        let workload = try await world.exchange(try world.issuer.token(now: world.now)).token
        let caller = try world.caller(workload)
        let roles = RoleCatalog.builtIn
        let administrator = try world.administrator()
        let active = world.broker.introspect(workload, for: administrator, roles: roles)
        #expect(active["active"] == true)
        #expect(active["namespaces"] == ["payments": ["deployer"]])
        #expect(world.broker.introspect(workload, for: caller, roles: roles)["active"] == true, "one's own")
        #expect(world.broker.introspect(world.administratorToken, for: caller, roles: roles) == ["active": false])
        #expect(
            world.broker.introspect(Secret(utf8: "nonsense"), for: administrator, roles: roles) == ["active": false])
    }

    @Test func revokedIsRefusedEverywhere() async throws {
        let world = try await TestWorld()
        let subject = try world.issuer.token(now: world.now)
        for parameters in [[], [TestWorld.apiToken]] {
            let token = try await world.exchange(subject, parameters).token
            try await world.broker.revoke(presented: token, context: TestWorld.context)
            #expect(throws: CredentialRefusal.self) { try world.caller(token) }
            let administrator = try world.administrator()
            #expect(world.broker.introspect(token, for: administrator, roles: .builtIn) == ["active": false])
            await #expect(throws: ExchangeFailure.self) {
                try await world.exchange(
                    token.reveal(), [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")])
            }
            // RFC 7009 §2.2: an unknown token is no error.
            try await world.broker.revoke(presented: token, context: TestWorld.context)
        }
    }
}

@Suite struct KeyRingTests {
    private func ring(_ storage: MemoryKeyStorage, _ clock: TestClock) throws -> KeyRing {
        try KeyRing(storage: storage, algorithm: .ES256, timing: .standard, now: clock.now, probe: { _ in })
    }

    @Test func aRotationPublishesBeforeItSignsAndKeepsTheOldOne() throws {
        let (storage, clock) = (MemoryKeyStorage(), TestClock())
        let ring = try ring(storage, clock)
        let first = try #require(ring.signer(at: clock.now)).keyID
        let next = try ring.rotate(.ES256, at: clock.now)
        #expect(next.standing == .next)
        #expect(ring.verificationKeys(at: clock.now).count == 2, "published at once")
        #expect(ring.signer(at: clock.now)?.keyID == first, "but does not sign yet")
        #expect(try ring.rotate(.ES256, at: clock.now).keyID == next.keyID, "one waits already")
        clock.advance(seconds: 600)
        #expect(ring.signer(at: clock.now)?.keyID.rawValue == next.keyID)
        #expect(ring.verificationKeys(at: clock.now).count == 2, "tokens of the old one still live")
        clock.advance(seconds: 26 * 3600)
        #expect(try ring.removeOutlived(at: clock.now) == [first.rawValue])
        #expect(storage.load().map(\.keyID) == [next.keyID])
        #expect(
            try self.ring(storage, clock).signer(at: clock.now)?.keyID.rawValue == next.keyID,
            "the same after a restart")
    }

    @Test func aKeyThatFailsItsProbeIsNeverPublished() throws {
        struct Refused: Error {}
        let (storage, clock) = (MemoryKeyStorage(), TestClock())
        #expect(throws: Refused.self) {
            try KeyRing(
                storage: storage, algorithm: .ES256, timing: .standard, now: clock.now, probe: { _ in throw Refused() })
        }
        #expect(storage.load().isEmpty)
    }
}
