import AccessPolicy
import Broker
import GatehouseTesting
import Identifiers
import Secrets
import Testing

/// Creation is not the only way to a secret: a rotation gives nobody more than they have either, nor another's name.
@Suite struct NoSecretBeyondOnesRightsTests {
    private func rotate(
        _ world: TestWorld, _ record: CredentialRecord, by caller: Caller
    ) async throws -> CreationOutcome {
        try await world.broker.rotate(
            record.name, of: try #require(record.type.family), in: record.namespace, grace: 0, days: nil, by: caller,
            context: TestWorld.context)
    }

    @Test func aUserAdministratorTakesOverNoStrongerServiceCredential() async throws {
        let world = try await TestWorld()
        let strong = try await world.create(type: .serviceAPIToken, roles: ["system": ["admin"]])
        let equal = try await world.create(type: .serviceAPIToken, roles: ["system": ["monitor"]])
        let person = try await world.person("uam", ["system": ["user-admin"]])
        await #expect(throws: CredentialFailure.notPermitted("this service credential has roles beyond your own")) {
            _ = try await rotate(world, strong.record, by: person)
        }
        #expect(try world.caller(strong.secret).principal.kind == .service, "as it was")
        _ = try await rotate(world, equal.record, by: person)
    }

    @Test func nobodyTakesASecretInSomebodyElsesName() async throws {
        let world = try await TestWorld()
        let person = try await world.person("uam", ["system": ["user-admin"]])
        let others = try await world.create("theirs")
        let own = try await world.create("own", by: person)
        for (record, caller) in [(others.record, person), (own.record, try world.administrator())] {
            await #expect(throws: CredentialFailure.self) { _ = try await rotate(world, record, by: caller) }
        }
        _ = try await rotate(world, own.record, by: person)
    }

    @Test func aNarrowedCredentialGetsNoWiderOneOfItsOwner() async throws {
        let world = try await TestWorld()
        let wide = try await world.create("wide", days: 1)
        let narrow = try await world.exchange(
            wide.secret.reveal(),
            [
                ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
                ("scope", "namespace:shared"), TestWorld.apiToken,
            ])
        let caller = try world.caller(narrow.token)
        await #expect(throws: CredentialFailure.self) { _ = try await rotate(world, wide.record, by: caller) }
        _ = try await rotate(world, wide.record, by: try world.caller(wide.secret))
    }

    @Test func whatAConfinedCredentialIsExchangedForStaysAtHome() async throws {
        let world = try await TestWorld()
        let payments = try NamespaceName("payments")
        let confined = try await world.create(in: payments)
        let system = try await world.create("system", days: 1)
        let form = [("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")]
        var token = try await world.exchange(confined.secret.reveal(), form).token
        for _ in 0..<2 {
            let caller = try world.caller(token)
            #expect(caller.confinement == payments)
            await #expect(throws: CredentialFailure.notFound) {
                try await world.broker.revoke(
                    system.record.name, of: .personal, in: .system, by: caller, context: TestWorld.context)
            }
            await #expect(throws: CredentialFailure.self) { try await world.create(in: .system, by: caller) }
            token = try await world.exchange(token.reveal(), form).token  // and again
        }
        let opaque = try world.caller(try await world.exchange(token.reveal(), form + [TestWorld.apiToken]).token)
        #expect(opaque.confinement == payments)
    }

    @Test func whoHoldsAServiceTokenEndsItsUserToo() async throws {
        let world = try await TestWorld()
        let service = try await world.create(type: .serviceAPIToken, roles: ["system": ["admin"]])
        let child = try await world.create("child", days: 1, by: try world.caller(service.secret))
        try await world.broker.revoke(presented: service.secret, context: TestWorld.context)
        for secret in [service.secret, child.secret] {
            #expect(throws: CredentialRefusal.unknown) { try world.caller(secret) }
        }
        #expect(try await world.store.credentials(ownedBy: service.record.owner, limit: 10).isEmpty)
    }

    @Test func aServiceTypeNeedsAUserOfItsOwn() async throws {
        let world = try await TestWorld()
        await #expect(throws: CredentialFailure.self) { try await world.create(type: .serviceAPIToken) }
        await #expect(throws: CredentialFailure.self) { try await world.create(type: .apiToken, roles: [:]) }
        await #expect(throws: CredentialFailure.self) { try await world.create(type: .scimAPIToken) }
        // The check is the use case's own, whoever calls it.
        let person = try await world.person("uam", ["system": ["user-admin"]])
        await #expect(throws: CredentialFailure.self) {
            try await world.create(type: .serviceAPIToken, roles: ["system": ["admin"]], by: person)
        }
    }
}
