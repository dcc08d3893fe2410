internal import Synchronization

/// What tasks tell the fetch thread, and the count of what is under way. Bounded by that count.
final class Mailbox: Sendable {
    /// What the thread takes out in one go.
    struct Contents {
        var submissions: [Submission] = []
        var cancelled: [UInt] = []
        var isStopping = false
    }
    private struct State {
        var contents = Contents()
        var inFlight: [String: Int] = [:]  // by bulkhead: our own names, compared nowhere else
        var total = 0
        var lastID: UInt = 0
    }
    private let state = Mutex(State())
    private let maximumInFlight: Int

    init(maximumInFlight: Int) { self.maximumInFlight = maximumInFlight }

    /// A place for one more fetch, or why there is none. Given back by `leave`.
    func enter(_ bulkhead: String, atMost limit: Int) throws(FetchFailure) -> UInt {
        let answer = state.withLock { state -> Result<UInt, FetchFailure> in
            if state.contents.isStopping { return .failure(.shutDown) }
            let count = state.inFlight[bulkhead, default: 0]
            guard count < limit, state.total < maximumInFlight else { return .failure(.bulkheadFull) }
            state.inFlight[bulkhead] = count + 1
            state.total += 1
            state.lastID &+= 1
            return .success(state.lastID)
        }
        return try answer.get()
    }

    func leave(_ bulkhead: String) {
        state.withLock { state in
            state.total -= 1
            let count = state.inFlight[bulkhead, default: 1] - 1
            state.inFlight[bulkhead] = count > 0 ? count : nil
        }
    }

    /// `false` when the thread takes no more.
    func submit(_ submission: Submission) -> Bool {
        state.withLock { state in
            if state.contents.isStopping { return false }
            state.contents.submissions.append(submission)
            return true
        }
    }

    func cancel(_ id: UInt) { state.withLock { $0.contents.cancelled.append(id) } }
    func stop() { state.withLock { $0.contents.isStopping = true } }

    /// Everything since the last call. Stopping is for good.
    func empty() -> Contents {
        state.withLock { state in
            let contents = state.contents
            state.contents = Contents(isStopping: contents.isStopping)
            return contents
        }
    }
}
