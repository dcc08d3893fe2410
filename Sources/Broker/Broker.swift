package import AccessPolicy
package import Federation
import Identifiers
package import OpenSSLCrypto
import Synchronization

/// The use cases of the broker. Knows no HTTP framework, no SQL and no C: those come in through protocols.
package final class Broker: Sendable {
    package let settings: BrokerSettings
    package let index: CredentialIndex
    package let keys: KeyRing
    package let policies: Live<PolicySet>
    package let providers: ProviderRegistry
    package let store: any BrokerStore
    package let time: TimeSource
    let hasher: TokenHasher
    let refusals = RefusalCounter()
    /// Where certificates are made: one thread of low priority, and a short queue.
    let workshop: SlowQueue
    let revocationLists = RevocationListCache()
    let providerBook: ProviderBook
    /// What client secrets of providers are sealed with.
    let sealing: SealingKey
    let signUpLimits = SignUpLimits()
    let signInLimits = SignInLimits()
    let deviceLimits = DeviceLimits()
    let clientLimits = ClientLimits()
    let confirmations = ConfirmationDesk()
    let configuredClients = Live<[Key: ClientRecord]>([:])
    /// `nil` when no mail server is configured.
    package let mail: (any MailSender)?
    private let issuing = Live<IssuingAuthority?>(nil)

    /// The parameters:
    /// - `store`: opened with `index.apply` as its observer.
    /// - `sealing`: what client secrets of providers are sealed with.
    /// - `mail`: sends e-mail; `nil` when no mail server is configured.
    /// - `providers`: those of the configuration; those made over the API join them when they are loaded.
    package init(
        settings: BrokerSettings, store: any BrokerStore, index: CredentialIndex, keys: KeyRing, hasher: TokenHasher,
        sealing: SealingKey, providers: ProviderRegistry, policies: PolicySet, mail: (any MailSender)? = nil,
        time: TimeSource
    ) throws {
        self.settings = settings
        self.mail = mail
        workshop = try SlowQueue(capacity: 64)
        self.store = store
        self.index = index
        self.keys = keys
        self.hasher = hasher
        self.sealing = sealing
        self.providers = providers
        let book = ProviderBook(providers)
        providerBook = book
        index.observeProviders { book.putInForce($0) }
        self.policies = Live(policies)
        self.time = time
    }

    /// Signs client certificates; `nil` until it is loaded.
    var authority: IssuingAuthority? { issuing.current }

    func install(_ authority: IssuingAuthority) { issuing.replace(authority) }

    /// Fills the index from the store. Once, before the first request.
    package func load() async throws(StoreFailure) {
        try await store.loadIndex { [index] in index.apply($0) }
    }

    /// Whether a namespace exists: the built-in ones, those made by an administrator, and those a policy in force grants.
    package func hasNamespace(_ name: NamespaceName) -> Bool {
        index.hasNamespace(name) || policies.current.namespaces.contains(name)
    }
}

/// What every use case is told about the request that caused it.
package struct RequestContext: Sendable {
    package let requestID: String
    package let remoteAddress: String

    package init(requestID: String, remoteAddress: String) {
        self.requestID = requestID
        self.remoteAddress = remoteAddress
    }
}

/// Counts tokens refused before anybody is known: garbage is audited as counts per minute, not one by one.
final class RefusalCounter: Sendable {
    private let counts = Mutex<[String: Int64]>([:])

    func count(_ code: String) { counts.withLock { $0[code, default: 0] &+= 1 } }

    /// The counts since the last time.
    func take() -> [String: Int64] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }
}
