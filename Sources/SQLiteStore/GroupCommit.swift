import Broker
import Glibc
internal import GRDB
import Synchronization

/// The one writer: takes whatever waits, commits it together, tells the observer, then answers everybody.
///
/// It works on the queue of GRDB's writing connection, whose thread is not one of the cooperative pool.
final class GroupCommit: Sendable {
    /// More than this in one transaction would make the first of them wait for the last.
    private static let maximumBatch = 256
    /// More than this waiting are answered "busy" at once.
    private static let maximumWaiting = 4096

    /// Microseconds.
    private static let patience: UInt32 = 300

    private struct Waiting: Sendable {
        let job: WriteJob
        let reply: CheckedContinuation<WriteResult, Never>
    }

    private struct State: Sendable {
        var waiting: [Waiting] = []
        var isDraining = false
        var isClosed = false
    }

    private let pool: DatabasePool
    private let observer: CommitObserver
    private let state = Mutex(State())
    /// Taken by the writing queue only; `nil` once closed.
    private let writer: Mutex<BatchWriter?>

    init(_ pool: DatabasePool, node: String, observer: @escaping CommitObserver) throws {
        self.pool = pool
        self.observer = observer
        writer = Mutex(nil)
        try pool.writeWithoutTransaction { database in
            let connection = try database.borrowed()
            try writer.withLock { $0 = try BatchWriter(connection, node: node) }
        }
    }

    func submit(_ job: WriteJob) async throws(StoreFailure) -> Int {
        let result = await withCheckedContinuation { (reply: CheckedContinuation<WriteResult, Never>) in
            enqueue(Waiting(job: job, reply: reply))
        }
        return try result.get()
    }

    private func enqueue(_ waiting: Waiting) {
        let (refusal, mustStart) = state.withLock { state -> (String?, Bool) in
            if state.isClosed { return ("the store is closed", false) }
            if state.waiting.count >= Self.maximumWaiting { return ("busy: too many changes are waiting", false) }
            state.waiting.append(waiting)
            defer { state.isDraining = true }
            return (nil, !state.isDraining)
        }
        if let refusal { return waiting.reply.resume(returning: .failure(.unavailable(refusal))) }
        if mustStart { pool.asyncWriteWithoutTransaction { [self] _ in drain() } }
    }

    /// Commits batch after batch until nobody waits.
    private func drain() {
        var lastCount = 0
        while true {
            if lastCount > 1 { waitForCompany(atLeast: lastCount) }
            guard let batch = nextBatch() else { return }
            lastCount = batch.count
            let results = writer.withLock { writer -> [WriteResult] in
                guard writer != nil else { return batch.map { _ in .failure(.unavailable("the store is closed")) } }
                let outcome = writer?.run(batch.map(\.job))
                if let committed = outcome?.committed, !committed.isEmpty { observer(committed) }
                return outcome?.results ?? []
            }
            for (waiting, result) in zip(batch, results) { waiting.reply.resume(returning: result) }
        }
    }

    /// Under load, the ones that were just answered come back at once: a moment's patience lets them share one
    /// synchronisation instead of paying for one each.
    private func waitForCompany(atLeast count: Int) {
        let isAlone = state.withLock { $0.waiting.count < count }
        if isAlone { usleep(Self.patience) }
    }

    private func nextBatch() -> [Waiting]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.maximumBatch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// Takes no more, finishes what waits, and gives the statements back.
    func close() {
        state.withLock { $0.isClosed = true }
        pool.writeWithoutTransaction { database in
            let wasOpen = writer.withLock { writer in
                defer { writer = nil }
                return writer != nil
            }
            // Everything into the one file: a pool closes its readers last, and they may not do it. When it fails, the
            // next start finds everything in the log.
            if wasOpen { _ = try? database.checkpoint(.truncate) }
        }
    }
}

extension Database {
    /// The engine's handle for our statements, on the queue that GRDB lends it on.
    func borrowed() throws(EngineError) -> Connection {
        guard let handle = unsafe sqliteConnection else {
            throw EngineError(code: 21, message: "the connection is closed")
        }
        return unsafe Connection(handle)
    }
}
