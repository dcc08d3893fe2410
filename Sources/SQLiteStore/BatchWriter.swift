import Broker

/// One thing that the writer is asked for.
enum WriteJob: Sendable {
    case transaction(PreparedTransaction)
    case sweep(before: Timestamp, limit: Int)
    /// A commit that changes nothing anybody sees, to learn whether commits work.
    case probe
}

/// What became of a job: how many rows a sweep removed, 0 for the others.
typealias WriteResult = Result<Int, StoreFailure>

/// Runs a batch of jobs as savepoints of one transaction, so that one fdatasync makes all of them durable.
///
/// A job that fails is rolled back alone. When the file itself fails nothing of the batch has happened, and everybody is
/// told so; the next batch tries again, so a full disk recovers by itself. After an fdatasync that failed, writes stop
/// until the commit of a probe (`checkWritable`) succeeds: the system may have dropped the pages that it could not write and report success the
/// next time, so nobody's change may be the one to find out. The probe goes over the same connection, which knows where
/// the last good commit ends and writes over what follows; a reopened one would read the dropped pages back from memory
/// and build on them.
struct BatchWriter {
    private let connection: Connection
    private let changes: ChangeWriter
    private var audit: AuditWriter
    private let sweeper: SweepWriter
    private let begin, commit, rollback, save, forget, undo, beat: Statement
    private var isStopped = false

    init(_ connection: Connection, node: String) throws(EngineError) {
        self.connection = connection
        changes = try ChangeWriter(connection)
        audit = try AuditWriter(connection, node: node)
        sweeper = try SweepWriter(connection)
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        save = try connection.prepare("SAVEPOINT job")
        forget = try connection.prepare("RELEASE job")
        undo = try connection.prepare("ROLLBACK TO job")
        beat = try connection.prepare("UPDATE heartbeat SET count = (count + 1) & 0xFFFFFFFF WHERE id = 1")
    }

    /// Runs the jobs; answers each one's result and every change that is now durable, in order.
    mutating func run(_ jobs: [WriteJob]) -> (results: [WriteResult], committed: [StoreChange]) {
        if isStopped {
            let isProbe = { (job: WriteJob) in if case .probe = job { true } else { false } }
            guard jobs.contains(where: isProbe), probeAlone() else { return (jobs.map { _ in Self.stopped }, []) }
        }
        let head = audit.chain
        var results: [WriteResult] = []
        results.reserveCapacity(jobs.count)
        var committed: [StoreChange] = []
        do throws(EngineError) {
            try begin.run()
            for job in jobs { results.append(try runSaved(job, into: &committed)) }
            try commit.run()
            return (results, committed)
        } catch {
            audit.chain = head
            giveUp()
            if error.code == ResultCode.syncFailed || error.code == ResultCode.directorySyncFailed { isStopped = true }
            return (jobs.map { _ in .failure(.unavailable(error.text)) }, [])
        }
    }

    private static let stopped: WriteResult = .failure(
        .unavailable("writes are stopped: an fdatasync failed; see to the disk, then the next successful probe starts them again"))

    /// One job within its savepoint. Throws when the whole batch must be given up.
    private mutating func runSaved(_ job: WriteJob, into committed: inout [StoreChange]) throws(EngineError) -> WriteResult {
        let head = audit.chain
        try save.run()
        do throws(JobFailure) {
            let count = try perform(job, into: &committed)
            try release()
            return .success(count)
        } catch {
            switch error {
            case .engine(let failure): throw failure
            case .refused(let failure):
                audit.chain = head
                try undo.run()
                try forget.run()
                return .failure(failure)
            }
        }
    }

    private func release() throws(JobFailure) {
        do throws(EngineError) { try forget.run() } catch { throw .engine(error) }
    }

    /// Appends to `committed` only when nothing of the job can fail any more.
    private mutating func perform(_ job: WriteJob, into committed: inout [StoreChange]) throws(JobFailure) -> Int {
        switch job {
        case .transaction(let transaction):
            for change in transaction.changes { try changes.write(change) }
            for event in transaction.events {
                do throws(EngineError) { try audit.append(event) } catch { throw .engine(error) }
            }
            for change in transaction.changes { committed.append(change.change) }
            return 0
        case .sweep(let now, let limit):
            do throws(EngineError) {
                let swept = try sweeper.sweep(before: now, limit: limit)
                committed.append(contentsOf: swept.removed)
                return swept.count
            } catch {
                throw .engine(error)
            }
        case .probe:
            do throws(EngineError) { try beat.run() } catch { throw .engine(error) }
            return 0
        }
    }

    /// Ends the transaction if the engine has not done so by itself.
    private func giveUp() {
        guard connection.isInTransaction else { return }
        // Nothing more can be done when this fails too: the next BEGIN then fails, and so does that batch.
        _ = try? rollback.run()
    }

    private mutating func probeAlone() -> Bool {
        do throws(EngineError) {
            try begin.run()
            try beat.run()
            try commit.run()
            isStopped = false
            return true
        } catch {
            giveUp()
            return false
        }
    }
}
