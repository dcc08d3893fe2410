package import JOSE
internal import Synchronization

/// One provider's keys, fetched when needed and not more often (security rule 4).
///
/// Finding a known key takes a lock and never waits. Fetches are single-flight; what an unknown key may cause is one
/// per cooldown, also when it fails, so forged tokens cannot make us flood a provider (OpenID Connect Core §10.1.1).
package final class KeySetCache: Sendable {
    package typealias Fetch = @Sendable () async throws(KeySourceFailure) -> FetchedKeySet

    private struct State: Sendable {
        var shelf = KeyShelf()
        /// From here on a use starts a fetch, and the known keys still count.
        var refreshAt: Duration = .zero
        /// From here on a use waits for the fetch, unless the provider is known to be away.
        var staleAt: Duration = .zero
        var succeededAt: Duration?
        var failure: KeySourceFailure?
        /// Before this nothing is fetched: after a failure.
        var retryAt: Duration = .zero
        /// Before this no unknown key causes a fetch.
        var unknownKeyAt: Duration = .zero
        var inFlight: Task<Void, Never>?
        var generation = 0
    }
    private enum Decision: Sendable {
        case useKnown
        /// For a fetch that was not started, because whoever asked only looks.
        case mustWait
        /// For a fetch of one's own, or one that was under way already.
        case wait(Task<Void, Never>, isOwn: Bool)
    }
    private enum Reason: Equatable {
        case look(mayFetch: Bool)
        case use, unknownKey
    }

    private let settings: KeyCacheSettings
    private let uptime: @Sendable () -> Duration
    private let fetch: Fetch?
    private let state: Mutex<State>

    /// The parameters:
    /// - `uptime`: a monotonic clock; nothing here knows the time of day.
    /// - `fetch`: how to get the set. It bounds itself in time and size.
    package init(settings: KeyCacheSettings, uptime: @escaping @Sendable () -> Duration, fetch: @escaping Fetch) {
        (self.settings, self.uptime, self.fetch) = (settings, uptime, fetch)
        state = Mutex(State())
    }

    /// Keys that the operator wrote down: always there, never fetched.
    package init(fixed keys: KeySet) {
        var forever = KeyCacheSettings()
        forever.maximumAge = .seconds(1 << 40)
        (settings, fetch) = (forever, nil)
        uptime = { .zero }
        var state = State()
        state.shelf.replace(with: keys, at: .zero, forever)
        (state.succeededAt, state.refreshAt, state.staleAt) = (.zero, forever.maximumAge, forever.maximumAge)
        self.state = Mutex(state)
    }

    /// The keys to look in, without waiting; `nil` when a fetch must be waited for, see `refreshed`.
    ///
    /// `mayFetch`: whether this use may start the fetch that is due ahead of expiry. One that is bound to be
    ///   refused may not.
    package func known(mayFetch: Bool) -> KnownKeys? {
        switch decide(.look(mayFetch: mayFetch)) {
        case .useKnown: snapshot()
        case .mustWait, .wait: nil
        }
    }

    /// The keys after the fetch that `known` asked for.
    package func refreshed() async -> KnownKeys { await waited(.use) }

    /// The keys after the one fetch that an unknown key may cause; at once when the cooldown does not allow one.
    package func refreshedForUnknownKey() async -> KnownKeys { await waited(.unknownKey) }

    private func waited(_ reason: Reason) async -> KnownKeys {
        if case .wait(let task, let isOwn) = decide(reason) {
            await task.value
            // One that was under way may have been answered before the key was made.
            if reason == .unknownKey, !isOwn, case .wait(let task, _) = decide(reason) { await task.value }
        }
        return snapshot()
    }

    private func decide(_ reason: Reason) -> Decision {
        guard let fetch else { return .useKnown }
        let now = uptime()
        return state.withLock { state in
            state.shelf.prune(at: now, settings)
            let isEmpty = state.shelf.entries.isEmpty
            // While a provider is away nobody waits for it who has keys, or has just been told.
            let isAway = state.failure != nil
            switch reason {
            case .look, .use: if now < state.refreshAt, !isEmpty { return .useKnown }
            case .unknownKey: if !isEmpty, state.inFlight == nil, now < state.unknownKeyAt { return .useKnown }
            }
            let mustWait = isEmpty || (!isAway && (reason == .unknownKey || now >= state.staleAt))
            if case .look(let mayFetch) = reason, mustWait || !mayFetch { return mustWait ? .mustWait : .useKnown }
            if let task = state.inFlight { return mustWait ? .wait(task, isOwn: false) : .useKnown }
            if now < state.retryAt { return .useKnown }
            if reason == .unknownKey { state.unknownKeyAt = now + settings.unknownKeyCooldown }
            state.retryAt = now + settings.unknownKeyCooldown
            let task = Task { await self.run(fetch) }
            state.inFlight = task
            return mustWait ? .wait(task, isOwn: true) : .useKnown
        }
    }

    /// Not a child of any caller's task: one caller's cancellation is not everyone's.
    private func run(_ fetch: Fetch) async {
        let outcome: Result<FetchedKeySet, KeySourceFailure>
        do throws(KeySourceFailure) { outcome = .success(try await fetch()) } catch { outcome = .failure(error) }
        let now = uptime()
        state.withLock { state in
            state.inFlight = nil
            switch outcome {
            case .success(let fetched) where !fetched.keys.keys.isEmpty:
                state.shelf.replace(with: fetched.keys, at: now, settings)
                let lifetime = settings.lifetime(said: fetched.lifetime)
                (state.refreshAt, state.staleAt) = (now + lifetime * 3 / 4, now + lifetime)
                (state.succeededAt, state.failure, state.retryAt) = (now, nil, now)
                state.generation &+= 1
            case .success: state.failure = .noUsableKey
            case .failure(let failure): state.failure = failure
            }
        }
    }

    private func snapshot() -> KnownKeys {
        let now = uptime()
        return state.withLock { state in
            state.shelf.prune(at: now, settings)
            let retryAfter = state.failure == nil ? nil : max(.seconds(1), state.retryAt - now)
            return KnownKeys(
                current: state.shelf.current, all: state.shelf.all, generation: state.generation, retryAfter: retryAfter
            )
        }
    }

    /// How the keys stand, for status pages and readiness. Starts nothing.
    package func status() -> KeyCacheStatus {
        let now = uptime()
        return state.withLock { state in
            state.shelf.prune(at: now, settings)
            return KeyCacheStatus(
                keys: state.shelf.entries.map { entry in
                    KeyStatus(
                        keyID: entry.key.keyID, algorithms: entry.key.algorithms, age: now - entry.firstSeen,
                        confirmedAgo: now - entry.confirmed, hasVanished: entry.vanished != nil)
                },
                lastSuccessAgo: state.succeededAt.map { now - $0 }, failure: state.failure,
                nextAttemptIn: state.failure == nil ? nil : max(.zero, state.retryAt - now),
                isFetching: state.inFlight != nil)
        }
    }
}

/// What the cache knew at one moment.
package struct KnownKeys: Sendable {
    let current: KeySet
    let all: KeySet
    /// Rises with each set that was fetched.
    let generation: Int
    /// Set while the provider is away: when to try again.
    let retryAfter: Duration?

    var isEmpty: Bool { all.keys.isEmpty }

    /// A token that names its key may find one that has just vanished; one that does not must find the only current one.
    func set(for id: KeyID?) -> KeySet { id == nil ? current : all }
}

package struct KeyStatus: Sendable, Hashable {
    package let keyID: KeyID?
    package let algorithms: Set<SignatureAlgorithm>
    /// Since we first saw it.
    package let age: Duration
    package let confirmedAgo: Duration
    /// No longer in the set, and in its grace.
    package let hasVanished: Bool
}

package struct KeyCacheStatus: Sendable, Hashable {
    package let keys: [KeyStatus]
    package let lastSuccessAgo: Duration?
    package let failure: KeySourceFailure?
    package let nextAttemptIn: Duration?
    package let isFetching: Bool
}
