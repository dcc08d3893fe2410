internal import HTTPFetch
internal import Synchronization

/// What one provider says of itself, for sign-ins: kept for five minutes, fetched once however many ask at a time.
///
/// A provider that cannot be reached keeps what it last said, for a day; a document that is wrong is a refusal, for then
/// somebody changed something. Between two fetches after a failure lies a pause, so people who try again do not add up.
final class MetadataCache: Sendable {
    typealias Fetch = @Sendable () async throws(KeySourceFailure) -> ProviderMetadata

    static let lifetime: Duration = .seconds(300)
    static let pause: Duration = .seconds(10)
    /// The limit of last-known-good, as for keys.
    static let maximumAge: Duration = .seconds(86_400)

    private struct State: Sendable {
        var known: ProviderMetadata?
        var fetchedAt: Duration = .zero
        var failure: KeySourceFailure?
        var retryAt: Duration = .zero
        var inFlight: Task<Void, Never>?
    }

    private let uptime: @Sendable () -> Duration
    private let fetch: Fetch
    private let state = Mutex(State())

    /// `uptime`: a monotonic clock.
    init(uptime: @escaping @Sendable () -> Duration, fetch: @escaping Fetch) {
        (self.uptime, self.fetch) = (uptime, fetch)
    }

    func metadata() async throws(KeySourceFailure) -> ProviderMetadata {
        if let task = fetchIfDue() { await task.value }
        return try outcome().get()
    }

    private func fetchIfDue() -> Task<Void, Never>? {
        let now = uptime()
        return state.withLock { state in
            if let task = state.inFlight { return task }
            let isFresh = state.known != nil && state.failure == nil && now < state.fetchedAt + Self.lifetime
            if isFresh || (state.failure != nil && now < state.retryAt) { return nil }
            // Not a child of any caller's task: one caller's cancellation is not everyone's.
            let task = Task { await self.run() }
            state.inFlight = task
            return task
        }
    }

    private func run() async {
        let outcome: Result<ProviderMetadata, KeySourceFailure>
        do throws(KeySourceFailure) { outcome = .success(try await fetch()) } catch { outcome = .failure(error) }
        let now = uptime()
        state.withLock { state in
            state.inFlight = nil
            switch outcome {
            case .success(let metadata): (state.known, state.fetchedAt, state.failure) = (metadata, now, nil)
            case .failure(let failure): (state.failure, state.retryAt) = (failure, now + Self.pause)
            }
        }
    }

    private func outcome() -> Result<ProviderMetadata, KeySourceFailure> {
        let now = uptime()
        return state.withLock { state in
            if let failure = state.failure {
                let isOld = now >= state.fetchedAt + Self.maximumAge
                guard !failure.isMisconfiguration, !isOld, let known = state.known else { return .failure(failure) }
                return .success(known)
            }
            // A fetch has ended by now; were it not so, nothing would be known.
            return state.known.map { .success($0) } ?? .failure(.fetch(.metadata, .cancelled))
        }
    }
}
