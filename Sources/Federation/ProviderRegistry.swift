package import HTTPFetch
package import JOSE
internal import Identifiers
internal import Synchronization

/// All outside issuers that we trust, and the one way from their tokens to an identity.
///
/// Replaceable while it works: each validation sees one table, and a provider whose keys come from the same place keeps
/// them over a reload.
package final class ProviderRegistry: Sendable {
    private let table: Mutex<ProviderTable>
    let policy: FetchPolicy
    let transport: Transport
    let now: @Sendable () -> NumericDate
    let uptime: @Sendable () -> Duration

    /// The parameters:
    /// - `allowOrigins`: `outbound.allow_origins`.
    /// - `now`: the time of day, for the claims of tokens.
    /// - `uptime`: a monotonic clock, for the life of keys; a test gives its own.
    package convenience init(
        _ definitions: [ProviderDefinition], fetcher: HTTPFetcher, allowOrigins: Set<Origin>,
        now: @escaping @Sendable () -> NumericDate, uptime: @escaping @Sendable () -> Duration = monotonicUptime()
    ) {
        self.init(
            definitions, policy: .provider(allowOrigins: allowOrigins),
            transport: { (request, policy) async throws(FetchFailure) in
                try await fetcher.fetch(request, policy: policy)
            },
            now: now, uptime: uptime)
    }

    package init(
        _ definitions: [ProviderDefinition], policy: FetchPolicy, transport: @escaping Transport,
        now: @escaping @Sendable () -> NumericDate, uptime: @escaping @Sendable () -> Duration
    ) {
        (self.policy, self.transport, self.now, self.uptime) = (policy, transport, now, uptime)
        table = Mutex(
            ProviderTable(definitions.map { Provider($0, policy: policy, transport: transport, uptime: uptime) }))
    }

    /// Puts other definitions in force. Validations under way end under the old ones.
    package func replace(with definitions: [ProviderDefinition]) {
        table.withLock { table in
            let old = table.providers
            table = ProviderTable(
                definitions.map { definition in
                    let before = old.first { $0.definition.name == definition.name }
                    return before.flatMap { Provider(definition, keepingKeysOf: $0) }
                        ?? Provider(definition, policy: policy, transport: transport, uptime: uptime)
                })
        }
    }

    /// The definitions in force.
    package var definitions: [ProviderDefinition] { table.withLock { $0 }.providers.map(\.definition) }

    package func hasProvider(named name: String) -> Bool {
        definitions.contains { $0.name.rawValue.utf8.elementsEqual(name.utf8) }
    }

    /// Whether the provider of that name is in force and speaks for that issuer.
    package func vouches(for issuer: String, as name: String) -> Bool {
        guard let definition = table.withLock({ $0.provider(as: name) })?.definition else { return false }
        switch definition.issuer {
        case .exactly(let own): return own.rawValue.hasSameBytes(as: issuer)
        case .template: return (try? Issuer(issuer)).map(definition.admits(issuer:)) ?? false
        }
    }

    /// Who the bearer of this token is (RFC 7519 §7.2, OpenID Connect Core §3.1.3.7).
    ///
    /// A token can cause at most one fetch, of its configured issuer's keys, and only when its unverified claims leave a
    /// chance and the cooldown allows it.
    package func validate(_ token: [UInt8]) async throws(FederationFailure) -> ValidatedIdentity {
        try await evaluate(token).outcome.get()
    }

    /// The same run, told check by check.
    package func explainValidate(_ token: [UInt8]) async -> ValidationTrace {
        let table = table.withLock { $0 }
        return ValidationTrace(await evaluate(token), among: table.providers.map(\.definition))
    }

    private func evaluate(_ token: [UInt8]) async -> Evaluation {
        let table = table.withLock { $0 }
        return await Evaluation(token, among: table, now: now())
    }

    /// The provider of that name, as it is at this moment.
    func provider(named name: ProviderName) -> Provider? { table.withLock { $0 }.provider(named: name) }

    /// All that are in force at this moment.
    var providers: [Provider] { table.withLock { $0 }.providers }

    /// How each provider stands. Starts nothing.
    package func status() -> [ProviderStatus] {
        table.withLock { $0 }.providers.map { ProviderStatus($0.definition, $0.cache.status()) }
    }

    /// Asks the provider of that name everything that we would need from it, now and without a cache; `nil` when there
    /// is none. An operator's command, never a token's doing.
    package func probe(_ name: ProviderName) async -> ProviderProbe? {
        guard let provider = provider(named: name) else { return nil }
        return await ProviderProbe(provider.definition, provider.source, uptime: uptime)
    }
}

/// Time since this call on a clock that nobody can set.
package func monotonicUptime() -> @Sendable () -> Duration {
    let start = ContinuousClock.now
    return { ContinuousClock.now - start }
}
