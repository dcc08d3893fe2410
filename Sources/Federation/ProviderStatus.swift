internal import JOSE

/// How a provider stands, for status pages and readiness.
package struct ProviderStatus: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        /// Nobody needed its keys yet.
        case neverFetched
        case ready
        /// The last fetch failed. Tokens whose keys are known still pass.
        case degraded(KeySourceFailure, nextAttemptIn: Duration)
    }

    package let name: ProviderName
    package let kind: ProviderKind
    package let issuer: String
    package let state: State
    package let keys: [KeyStatus]
    package let lastSuccessAgo: Duration?
    package let isFetching: Bool
    private let signsNothing: Bool

    init(_ definition: ProviderDefinition, _ cache: KeyCacheStatus) {
        (name, kind, issuer) = (definition.name, definition.kind, definition.issuerText)
        (keys, lastSuccessAgo, isFetching) = (cache.keys, cache.lastSuccessAgo, cache.isFetching)
        signsNothing = definition.keySource == .none
        if let failure = cache.failure {
            state = .degraded(failure, nextAttemptIn: cache.nextAttemptIn ?? .zero)
        } else {
            state = cache.lastSuccessAgo == nil ? .neverFetched : .ready
        }
    }

    package var isDegraded: Bool { if case .degraded = state { true } else { false } }

    /// One line: what is the matter and what happens next.
    package var summary: String {
        switch state {
        case .neverFetched: "keys not fetched yet"
        case .ready where signsNothing: "has no keys; only signs people in"
        case .ready: "\(keys.count) \(keys.count == 1 ? "key" : "keys")"
        case .degraded(let failure, let next):
            "\(failure.code); \(keys.isEmpty ? "no keys" : "keys known: \(keys.count)"), next attempt in \(next.inWords)"
        }
    }
}
