internal import HTTPFetch
internal import JOSE

/// One provider at work: its definition, what it expects of tokens, its keys and what it says of itself.
struct Provider: Sendable {
    let definition: ProviderDefinition
    let expectation: Expectation
    let source: KeySetSource
    let cache: KeySetCache
    /// For sign-ins; the keys are fetched without it.
    let metadata: MetadataCache
    /// Claims that must have this very text.
    let requiredValues: [String: String]

    init(
        _ definition: ProviderDefinition, policy: FetchPolicy, transport: @escaping Transport,
        uptime: @escaping @Sendable () -> Duration
    ) {
        self.definition = definition
        (expectation, requiredValues) = (definition.expectation, definition.requiredValues)
        let source = KeySetSource(definition, policy: policy, transport: transport)
        self.source = source
        metadata = MetadataCache(uptime: uptime) { () async throws(KeySourceFailure) in try await source.metadata() }
        if let written = definition.writtenKeys {
            cache = KeySetCache(fixed: written.keys)
        } else if definition.keySource == .none {
            cache = KeySetCache(fixed: .empty)
        } else {
            cache = KeySetCache(settings: definition.keyCache, uptime: uptime) { () async throws(KeySourceFailure) in
                try await source.fetch()
            }
        }
    }

    /// The same keys under a new definition: an audience that was added must not cost a fetch, nor forget a cooldown.
    init?(_ definition: ProviderDefinition, keepingKeysOf other: Provider) {
        let (new, old) = (definition, other.definition)
        guard new.issuer == old.issuer, new.keySource == old.keySource, new.keyCache == old.keyCache,
            new.maximumRSABits == old.maximumRSABits, new.kind == old.kind, new.name == old.name
        else { return nil }
        self.init(new, new.expectation, new.requiredValues, other)
    }

    private init(
        _ definition: ProviderDefinition, _ expectation: Expectation, _ requiredValues: [String: String],
        _ other: Provider
    ) {
        (self.definition, self.expectation, self.requiredValues) = (definition, expectation, requiredValues)
        (source, cache, metadata) = (other.source, other.cache, other.metadata)
    }

    /// The same provider and keys for tokens of another purpose: those that are meant for us as its client.
    func expecting(_ expectation: Expectation, requiredValues: [String: String] = [:]) -> Provider {
        Provider(definition, expectation, requiredValues, self)
    }

    /// What the claims of a token that nobody verified already rule out, so that it does not make us fetch. `nil`
    /// proves nothing: `verify` makes these checks again.
    func obstacleToFetch(_ token: UnverifiedToken, now: NumericDate) -> TokenRejection? {
        let claims = token.claims
        if claims.audiences.isEmpty { return claims["aud"] == nil ? .missingClaim("aud") : .wrongAudience }
        guard claims.audiences.contains(where: expectation.audiences.contains) else { return .wrongAudience }
        guard let expiry = claims.expiry else { return .missingClaim("exp") }
        return now.adding(-expectation.clockSkew) < expiry ? nil : .expired
    }
}
