internal import Dispatch
internal import Glibc
internal import Synchronization

/// Work that takes long and can wait: finding RSA keys, stretching passwords, signing long lists. It has one thread of
/// low priority, so that it never takes the cooperative pool's, and requests go first.
package final class SlowQueue: Sendable {
    /// As many jobs wait as may wait; try again later.
    package struct Full: Error, Hashable, Sendable {
        package init() {}
    }
    /// The queue takes no more work, and gave up what was waiting.
    package struct Closed: Error, Hashable, Sendable {
        package init() {}
    }

    private let backlog: Backlog

    /// `capacity` is how many jobs may wait while one is worked on.
    package init(capacity: Int) throws(CryptoFailure) {
        backlog = Backlog(capacity: capacity)
        guard SlowThread.start({ [backlog] in backlog.work() }) else { throw .noThread }
    }

    deinit { close() }

    /// A tenth of the weight of a request's thread: on a machine that is busy with other things a certificate still comes
    /// in seconds, which the lowest priority (19, a seventieth) does not give.
    fileprivate static let niceness: Int32 = 10

    /// Whether `run` would throw `Full` now: for who must not begin what it cannot finish.
    package var isFull: Bool { backlog.isFull }

    /// Waiting jobs fail with `Closed`; the one that is worked on is finished and answered.
    package func close() { backlog.close() }

    /// How many jobs wait at the moment: for a metric.
    package var waiting: Int { backlog.count }

    /// Runs the work when those before it are done. Throws `Full` at once rather than wait for a place, and takes the
    /// work back when the task is cancelled while it waits.
    package func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        defer { withExtendedLifetime(self) {} }  // a queue with callers is not closed by its deinit
        let ticket = Backlog.Ticket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
                let job = Backlog.Job(
                    ticket: ticket, run: { continuation.resume(with: Result(catching: work)) },
                    refuse: { continuation.resume(throwing: $0) })
                if let refusal = backlog.enqueue(job) { return continuation.resume(throwing: refusal) }
                // The handler below may have come before there was anything to take back.
                if Task.isCancelled { backlog.cancel(ticket) }
            }
        } onCancel: {
            backlog.cancel(ticket)
        }
    }
}

/// What waits. Apart from the queue, so that its thread does not keep the queue alive.
private final class Backlog: Sendable {
    /// Its identity is what counts.
    final class Ticket: Sendable {}

    struct Job: Sendable {
        let ticket: Ticket
        let run: @Sendable () -> Void
        let refuse: @Sendable (any Error) -> Void
    }

    private struct State: Sendable {
        var jobs: [Job] = []
        var isClosed = false
        /// The thread has taken a job and not yet come back.
        var isBusy = false
    }

    private enum Step: Sendable {
        case run(Job)
        case wait
        case end
    }

    private let capacity: Int
    private let state = Mutex(State())
    /// Signalled once for each job and once for the end; a job that was taken back leaves its signal, which is harmless.
    private let changed = DispatchSemaphore(value: 0)

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { state.withLock { $0.jobs.count } }

    var isFull: Bool { state.withLock { isFull($0) } }

    private func isFull(_ state: State) -> Bool { state.jobs.count - (state.isBusy ? 0 : 1) >= capacity }

    func enqueue(_ job: Job) -> (any Error)? {
        let refusal = state.withLock { state -> (any Error)? in
            if state.isClosed { return SlowQueue.Closed() }
            // A free thread takes one of them at once, though it may not have woken up yet.
            if isFull(state) { return SlowQueue.Full() }
            state.jobs.append(job)
            return nil
        }
        if refusal == nil { changed.signal() }
        return refusal
    }

    func cancel(_ ticket: Ticket) {
        let job = state.withLock { state -> Job? in
            guard let index = state.jobs.firstIndex(where: { $0.ticket === ticket }) else { return nil }
            return state.jobs.remove(at: index)
        }
        job?.refuse(CancellationError())
    }

    func close() {
        let jobs = state.withLock { state in
            defer { (state.jobs, state.isClosed) = ([], true) }
            return state.jobs
        }
        for job in jobs { job.refuse(SlowQueue.Closed()) }
        changed.signal()
    }

    /// The thread's life.
    func work() {
        while true {
            switch next() {
            case .run(let job): job.run()
            case .wait: changed.wait()
            case .end: return
            }
        }
    }

    private func next() -> Step {
        state.withLock { state in
            state.isBusy = !state.jobs.isEmpty
            if state.isBusy { return .run(state.jobs.removeFirst()) }
            return state.isClosed ? .end : .wait
        }
    }
}

/// A detached thread that yields to every other.
private enum SlowThread {
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// `false` when the system gives no thread; then the body does not run.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let argument = unsafe Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                // Signals are for other threads.
                var all = sigset_t()
                unsafe sigfillset(&all)
                unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
                // Linux keeps a nice value for each thread, and 0 is the one that calls. Raising it needs no right.
                _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, SlowQueue.niceness)
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            unsafe argument.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
