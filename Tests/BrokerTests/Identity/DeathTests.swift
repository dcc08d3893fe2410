import AccessPolicy
import Broker
import Federation
import Foundation
import GatehouseTesting
import Identifiers
import JOSE
import OAuth
import OpenSSLCrypto
import SCIM
import Secrets
import StrictJSON
import Testing

/// Credentials die with their identity: every cause of death on every path on which something is accepted.
struct DeathTests {
    private typealias World = AuthorizationWorld

    enum Cause: CaseIterable {
        case userDisabled, userDeleted, providerDisabled, providerGone, backChannelLogout, upstreamRefused
        case directoryDeactivated, directoryRemoved
    }

    enum Path: CaseIterable {
        case apiToken, certificate, accessToken, exchangedToken, introspection, exchange, refresh, offlineRefresh
        case session
    }

    /// Who signs out of one place keeps the credentials that they made for themselves: these are their own, and not of
    /// the session. Every other cause is on everything.
    private static func isRefused(_ path: Path, after cause: Cause) -> Bool {
        cause != .backChannelLogout || path != .apiToken && path != .certificate
    }

    /// What comes back when the cause is gone: all that it did not end for good.
    private static func comesBack(_ path: Path, after cause: Cause) -> Bool {
        switch cause {
        case .providerDisabled, .providerGone: true
        case .userDisabled, .directoryDeactivated, .upstreamRefused: path == .apiToken || path == .certificate
        case .userDeleted, .directoryRemoved: false
        case .backChannelLogout: !isRefused(path, after: cause)
        }
    }

    /// Alice, with everything that one can have.
    private struct Alice {
        let world: AuthorizationWorld
        let owner: PrincipalID
        let apiToken: Secret
        let revoked: Secret
        let certificate: [UInt8]
        let accessToken: Secret
        let exchangedToken: Secret
        var refreshToken: Secret?
        var offlineToken: Secret?

        init() async throws {
            let policy = PolicyText(
                name: "people", provider: "idp", when: #"("groups" in claims) && "deployers" in claims.groups"#,
                types: [.session])
            var world = try await AuthorizationWorld(policies: [policy])
            try await world.world.loadAuthority()
            world.session = try await world.world.signIn(
                "alice", through: world.provider, ["groups": ["deployers"]], refreshToken: "upstream"
            ).token
            let caller = try world.signedIn().caller
            owner = caller.principal.id
            apiToken = try await world.world.create(days: 30, by: caller).secret
            let revoked = try await world.world.create("other", days: 30, by: caller)
            self.revoked = revoked.secret
            try await world.broker.revoke(
                revoked.record.name, of: .personal, in: .system, by: caller, context: TestWorld.context)
            let kubeconfig = try await world.world.create(
                type: .kubeConfig, days: 30, target: .cluster(name: "dev", namespace: "payments"), by: caller)
            certificate = try Self.certificate(inKubeconfig: kubeconfig.secret.revealText())
            let online = try await world.redeem(try await world.code(["scope": "openid namespace:payments"]))
            (accessToken, refreshToken) = (online.accessToken, online.refreshToken)
            exchangedToken = try await world.world.exchange(accessToken.reveal(), World.ownToken).token
            offlineToken = try await world.redeem(
                try await world.code(["scope": "openid offline_access namespace:payments"])
            ).refreshToken
            self.world = world
        }

        static func certificate(inKubeconfig data: String) throws -> [UInt8] {
            let text = String(decoding: try #require(Data(base64Encoded: data)), as: UTF8.self)
            let line = try #require(text.split(separator: "\n").first { $0.contains("client-certificate-data:") })
            let encoded = line.split(separator: " ").last.map(String.init) ?? ""
            let pem = String(decoding: try #require(Data(base64Encoded: encoded)), as: UTF8.self)
            return try Certificate(pem: pem).der
        }

        /// Whether that is accepted now.
        mutating func accepts(_ path: Path) async throws -> Bool {
            let (broker, world) = (world.broker, world)
            do {
                switch path {
                case .apiToken: _ = try world.world.caller(apiToken)
                case .certificate: _ = try broker.authenticate(certificate: certificate, from: "127.0.0.1")
                case .accessToken: _ = try world.world.caller(accessToken)
                case .exchangedToken: _ = try world.world.caller(exchangedToken)
                case .introspection: return try world.isActive(accessToken)
                case .exchange: _ = try await world.world.exchange(accessToken.reveal(), World.ownToken)
                case .refresh: refreshToken = try await world.refresh(refreshToken).refreshToken
                case .offlineRefresh: offlineToken = try await world.refresh(offlineToken).refreshToken
                case .session: _ = try world.signedIn()
                }
                return true
            } catch is CredentialRefusal { return false } catch is ExchangeFailure {
                return false
            } catch is AuthorizationFailure { return false } catch is TestWorld.NobodySignedIn { return false }
        }

        /// Puts her into the hands of a directory that her provider brings. Answers her id there.
        private func provision() async throws -> String {
            let administrator = try world.world.administrator()
            _ = try await world.broker.switchProvisioning(
                true, of: "idp", days: nil, by: administrator, context: TestWorld.context)
            let user = try await world.broker.createProvisionedUser(
                try UserResource(attributes: ["userName": "alice@example.com"]), by: administrator,
                context: TestWorld.context)
            #expect(user.id == owner, "the same person")
            return user.id.rawValue
        }

        private func setActive(_ isActive: Bool, _ id: String) async throws {
            _ = try await world.broker.changeProvisionedUser(
                id, matching: nil, by: try world.world.administrator(), context: TestWorld.context
            ) { (before: UserResource, _) throws(SCIMError) in
                var attributes = before.attributes
                attributes["active"] = .bool(isActive)
                return try UserResource(attributes: attributes)
            }
        }

        func happens(_ cause: Cause) async throws {
            let (broker, administrator) = (world.broker, try world.world.administrator())
            switch cause {
            case .userDisabled:
                try await broker.setEnabled(
                    false, person: "alice@example.com", by: administrator, context: TestWorld.context)
            case .directoryDeactivated:
                let id = try await provision()
                try await setActive(false, id)
            case .directoryRemoved:
                try await broker.removeProvisionedUser(
                    try await provision(), matching: nil, by: administrator, context: TestWorld.context)
            case .userDeleted:
                _ = try await broker.removePerson(
                    "alice@example.com", by: administrator, context: TestWorld.context)
            case .providerDisabled:
                _ = try await broker.setEnabled(
                    false, provider: "idp", by: administrator, context: TestWorld.context)
            case .providerGone: broker.replaceConfiguredProviders([try world.world.issuer.definition()])
            case .backChannelLogout:
                let claims: JSONObject = [
                    "aud": JSONValue(TestProvider.clientID),
                    "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
                    "exp": .integer(world.world.now + 60), "iat": .integer(world.world.now),
                    "iss": "https://idp.example", "jti": "logout-1", "sub": "alice",
                ]
                try await broker.endSessions(
                    logoutToken: try world.provider.issuer.key.sign(type: "logout+jwt", claims: claims),
                    provider: "idp", context: TestWorld.context)
            case .upstreamRefused:
                world.provider.web.answer(
                    "https://idp.example/token", Array(#"{"error":"invalid_grant"}"#.utf8), status: 400)
                world.world.clock.advance(seconds: 880)
                _ = try world.signedIn()
                world.world.clock.advance(seconds: 20)
                _ = try world.signedIn()
                await broker.confirmSignIns()
            }
        }

        func isUndone(_ cause: Cause) async throws {
            let (broker, administrator) = (world.broker, try world.world.administrator())
            switch cause {
            case .userDisabled:
                try await broker.setEnabled(
                    true, person: "alice@example.com", by: administrator, context: TestWorld.context)
            case .providerDisabled:
                _ = try await broker.setEnabled(true, provider: "idp", by: administrator, context: TestWorld.context)
            case .providerGone:
                broker.replaceConfiguredProviders([
                    try world.world.issuer.definition(), try world.provider.definition(),
                ])
            case .directoryDeactivated: try await setActive(true, owner.rawValue)
            case .backChannelLogout, .upstreamRefused, .userDeleted, .directoryRemoved:
                _ = try await world.world.signIn("alice", through: world.provider, ["groups": ["deployers"]])
            }
        }
    }

    @Test(arguments: Cause.allCases, Path.allCases)
    func everyCauseIsFeltOnEveryPath(_ cause: Cause, _ path: Path) async throws {
        var alice = try await Alice()
        #expect(try await alice.accepts(path), "before")
        try await alice.happens(cause)
        #expect(try await alice.accepts(path) == !Self.isRefused(path, after: cause), "dead")
        try await alice.isUndone(cause)
        #expect(try await alice.accepts(path) == Self.comesBack(path, after: cause), "alive again")
        #expect(throws: CredentialRefusal.self, "what was revoked stays so") {
            try alice.world.world.caller(alice.revoked)
        }
    }

    /// What the log says of each cause.
    @Test(
        arguments: [
            (Cause.userDisabled, "user.disable", nil), (.userDeleted, "user.remove", nil),
            (.providerDisabled, "provider.switch", nil),
            (.directoryDeactivated, "user.disable", nil), (.directoryRemoved, "user.remove", nil),
            (.backChannelLogout, "session.end", "session.provider_logout"),
            (.upstreamRefused, "identity.suspend", "signin.token_refused"),
        ] as [(Cause, String, String?)])
    func theCauseIsInTheAuditLog(_ cause: Cause, _ action: String, _ reason: String?) async throws {
        let alice = try await Alice()
        try await alice.happens(cause)
        let event = try #require(
            try await alice.world.world.audit().last { $0["action"]?.stringValue == action }, "\(action)")
        #expect(event["reason"]?.stringValue == reason)
    }

    @Test func aProviderOfTheSameNameIsAnotherOne() async throws {
        var alice = try await Alice()
        let impostor = try TestProvider(issuer: "https://other.example", web: alice.world.provider.web)
        alice.world.broker.replaceConfiguredProviders([try impostor.definition()])
        for path in Path.allCases { #expect(try await !alice.accepts(path), "\(path)") }
    }

    @Test func oneOfTwoIdentitiesIsEnough() async throws {
        let alice = try await Alice()
        let world = alice.world.world
        let id = try world.caller(alice.apiToken).principal.id
        let other = Principal.Origin(provider: "second", issuer: "https://second.example", subject: "alice")
        try await world.store.commit(
            StoreTransaction(
                changes: [.linkIdentity(IdentityLink(origin: other, principal: id, linkedAt: world.clock.now))],
                events: []))
        let second = try TestIssuer(name: "second", issuer: "https://second.example").definition()
        world.broker.replaceConfiguredProviders([second])
        _ = try world.caller(alice.apiToken)
        #expect(throws: (any Error).self, "of the other one, though") { try alice.world.signedIn() }
        world.broker.replaceConfiguredProviders([])
        #expect(throws: CredentialRefusal.identityEnded) { try world.caller(alice.apiToken) }
    }

    @Test func whoeverIsTheLastAdministratorIsNotLockedOut() async throws {
        let (world, provider) = try await SignInTests.world()
        let administrator = try world.administrator()
        _ = try await world.signIn("root", through: provider)
        try await world.broker.assign(
            try TestWorld.access(["system": ["admin"]]), to: ["root@example.com"], by: administrator,
            context: TestWorld.context)
        try await world.broker.setEnabled(
            false, person: "administrator", by: administrator, context: TestWorld.context)
        let root = try world.signedIn(try await world.signIn("root", through: provider).token).caller
        await #expect(throws: ProviderFailure.self) {
            _ = try await world.broker.setEnabled(false, provider: "idp", by: root, context: TestWorld.context)
        }
    }

    /// An administrator whose provider is disabled is none to leave the tenant to.
    @Test func whoeverRestsIsNoAdministratorToStay() async throws {
        let (world, provider) = try await SignInTests.world()
        let administrator = try world.administrator()
        _ = try await world.signIn("root", through: provider)
        try await world.broker.assign(
            try TestWorld.access(["system": ["admin"]]), to: ["root@example.com"], by: administrator,
            context: TestWorld.context)
        _ = try await world.broker.setEnabled(false, provider: "idp", by: administrator, context: TestWorld.context)
        await #expect(throws: DirectoryFailure.self) {
            try await world.broker.setEnabled(
                false, person: "administrator", by: administrator, context: TestWorld.context)
        }
        _ = try await world.broker.setEnabled(true, provider: "idp", by: administrator, context: TestWorld.context)
        try await world.broker.setEnabled(
            false, person: "administrator", by: administrator, context: TestWorld.context)
    }

    // MARK: Workloads

    @Test(arguments: [Cause.providerDisabled, .providerGone])
    func aWorkloadDiesWithItsProvider(_ cause: Cause) async throws {
        let policy = PolicyText(
            when: #"claims.repository_id == "456789""#, types: [.accessToken, .apiToken])
        let world = try await TestWorld(policies: [policy])
        let access = try await world.exchange(try world.issuer.token(now: world.now)).token
        let stored = try await world.exchange(try world.issuer.token(now: world.now), [TestWorld.apiToken]).token
        let name = world.issuer.name
        func standing() -> [Bool] { [access, stored].map { (try? world.caller($0)) != nil } }
        #expect(standing() == [true, true])
        let administrator = try world.administrator()
        if cause == .providerGone {
            world.broker.replaceConfiguredProviders([])
        } else {
            _ = try await world.broker.setEnabled(
                false, provider: name, by: administrator, context: TestWorld.context)
        }
        #expect(standing() == [false, false])
        if cause == .providerGone {
            world.broker.replaceConfiguredProviders([try world.issuer.definition()])
        } else {
            _ = try await world.broker.setEnabled(true, provider: name, by: administrator, context: TestWorld.context)
        }
        #expect(standing() == [true, true])
    }
}
