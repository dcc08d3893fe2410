internal import HTTPFetch
internal import JOSE

/// One provider at work: its definition, what it expects of tokens, its keys.
struct Provider: Sendable {
    let definition: ProviderDefinition
    let expectation: Expectation
    let source: KeySetSource
    let cache: KeySetCache

    init(
        _ definition: ProviderDefinition, policy: FetchPolicy, transport: @escaping Transport,
        uptime: @escaping @Sendable () -> Duration
    ) {
        self.definition = definition
        expectation = definition.expectation
        let source = KeySetSource(definition, policy: policy, transport: transport)
        self.source = source
        if let written = definition.writtenKeys {
            cache = KeySetCache(fixed: written.keys)
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
        (self.definition, expectation, source, cache) = (new, new.expectation, other.source, other.cache)
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
