package import AccessPolicy
package import Broker
package import Federation
import HTTPFetch
import JOSE
package import OAuth
import OpenSSLCrypto
package import Secrets
package import StrictJSON
import Synchronization

/// A broker with everything it needs and nothing real: a memory store, keys in memory, a clock that tests move.
package final class TestWorld: Sendable {
    package static let publicURL = "https://id.example"

    package let clock: TestClock
    package let store: MemoryStore
    package let broker: Broker
    package let issuer: TestIssuer
    package let administratorToken: Secret

    package static let deployFromMain = PolicyText(
        when: #"claims.repository_id == "456789" && claims.ref == "refs/heads/main""#)

    /// The parameters:
    /// - `web`: where providers are fetched from; nothing is reached by default.
    /// - `allowOrigins`: as the operator's `outbound.allow_origins`.
    package init(
        policies: [PolicyText] = [TestWorld.deployFromMain], issuers: [TestIssuer] = [], web: TestWeb = TestWeb(),
        allowOrigins: [String] = [], mail: (any MailSender)? = nil, userTokenService: String? = nil,
        signIn: [ProviderDefinition] = [], clients: [ConfiguredClient] = []
    ) async throws {
        clock = TestClock()
        let clock = clock
        issuer = try TestIssuer()
        let index = CredentialIndex()
        store = MemoryStore(node: "test") { index.apply($0) }
        let definitions = try ([issuer] + issuers).map { try $0.definition() } + signIn
        broker = try Broker(
            settings: BrokerSettings(
                issuer: try Issuer(Self.publicURL), tenant: "acme", userTokenService: userTokenService,
                clientCredentials: Dictionary(
                    uniqueKeysWithValues: signIn.map { ($0.name, .secret(Secret(utf8: "idp-secret"))) })),
            store: store,
            index: index,
            keys: try KeyRing(
                storage: MemoryKeyStorage(), algorithm: .ES256, timing: .standard, now: clock.now, probe: { _ in }),
            hasher: TokenHasher(key: Secret([UInt8](repeating: 7, count: 32))),
            sealing: try SealingKey(Secret([UInt8](repeating: 9, count: 32))),
            providers: ProviderRegistry(
                definitions, policy: .provider(allowOrigins: Set(try allowOrigins.map { try Origin($0) })),
                transport: web.transport, now: { clock.now.numericDate }, uptime: monotonicUptime()),
            policies: PolicySet(policies.map(\.definition), defaultAudience: Self.publicURL), mail: mail,
            time: TimeSource { clock.now })
        broker.replaceConfiguredClients(clients)
        let box = Mutex<Secret?>(nil)
        _ = try await broker.bootstrapAdministrator { token in
            box.withLock { $0 = token }
            return token
        }
        administratorToken = box.withLock { $0 } ?? Secret([])
    }

    package var now: Int64 { clock.now.seconds }

    package func administrator() throws -> Caller { try caller(administratorToken) }

    package func caller(_ token: Secret, scheme: String = "Bearer") throws -> Caller {
        try broker.authenticate(authorization: [scheme + " " + token.revealText()], from: "127.0.0.1")
    }

    /// An exchange as the token endpoint would make it of this form.
    package func exchange(_ token: [UInt8], _ parameters: [(String, String)] = []) async throws -> IssuedToken {
        try await broker.exchange(try Self.request(token, parameters), context: Self.context)
    }

    package static let context = RequestContext(requestID: "req-1", remoteAddress: "127.0.0.1")

    package static let apiToken = ("requested_token_type", "urn:gatehouse:params:oauth:token-type:api-token")

    package static func request(_ token: [UInt8], _ parameters: [(String, String)] = []) throws -> TokenExchangeRequest
    {
        var pairs: [(String, String)] = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", String(decoding: token, as: UTF8.self)),
        ]
        if !parameters.contains(where: { $0.0 == "subject_token_type" }) {
            pairs.append(("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"))
        }
        let form = (pairs + parameters).map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
        return try TokenExchangeRequest(try FormBody(Array(form.utf8)), authorization: nil)
    }

    package static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
            return isPlain
                ? String(UnicodeScalar(byte)) : (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    /// The audit log so far, as the objects that were written.
    package func audit() async throws -> [JSONValue] {
        try await store.auditEntries(node: nil, after: 0, limit: 10_000).map { try JSONValue.parse($0.body) }
    }
}

/// A clock that stands still until it is moved.
package final class TestClock: Sendable {
    private let time = Mutex(Timestamp(seconds: 1_800_000_000))

    package init() {}

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(seconds: Int64) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

package final class MemoryKeyStorage: SigningKeyStorage {
    private let keys = Mutex<[String: StoredSigningKey]>([:])

    package init() {}

    package func load() -> [StoredSigningKey] { keys.withLock { Array($0.values) } }
    package func save(_ key: StoredSigningKey) { keys.withLock { $0[key.keyID] = key } }
    package func remove(keyID: String) { keys.withLock { $0[keyID] = nil } }
}

/// A policy in a few words.
package struct PolicyText: Sendable {
    package var name: String
    package var provider: String
    package var when: String
    package var grants: [GrantDefinition]
    package var types: [PolicyCredentialType]
    package var maximumLifetime: Int64
    package var audiences: [String]
    package var singleUse: Bool

    package init(
        name: String = "deploy-from-main", provider: String = "ci", when: String, namespace: String = "payments",
        roles: [String] = ["deployer"], types: [PolicyCredentialType] = [.accessToken, .apiToken],
        maximumLifetime: Int64 = 900, audiences: [String] = [], singleUse: Bool = false
    ) {
        self.name = name
        self.provider = provider
        self.when = when
        grants =
            (try? NamespacePattern(namespace)).map { pattern in
                [GrantDefinition(namespace: pattern, roles: roles.compactMap { try? RoleName($0) })]
            } ?? []
        self.types = types
        self.maximumLifetime = maximumLifetime
        self.audiences = audiences
        self.singleUse = singleUse
    }

    package var definition: PolicyDefinition {
        PolicyDefinition(
            name: name, position: nil, provider: provider, when: when, subject: nil, grant: grants,
            credentialTypes: types.map(\.rawValue), maximumLifetime: maximumLifetime, audiences: audiences,
            singleUse: singleUse,
            mode: .enforce, examples: [])
    }
}
