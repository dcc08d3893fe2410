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

/// Runs a batch of jobs in one transaction, so that one fdatasync makes all of them durable.
///
/// A job that is refused is taken back alone. When the file itself fails nothing of the batch has happened, and
/// everybody is told so; the next batch tries again, so a full disk recovers by itself.
///
/// After an fdatasync that failed, writes stop until the commit of a probe (`checkWritable`) succeeds: the system may
/// have dropped the pages that it could not write and report success the next time, so nobody's change may be the one
/// to find out. The probe goes over the same connection, which knows where the last good commit ends and writes over
/// what follows; a reopened one would read the dropped pages back from memory and build on them.
struct BatchWriter {
    /// What came of a batch.
    typealias Outcome = (results: [WriteResult], committed: [StoreChange])

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
    mutating func run(_ jobs: [WriteJob]) -> Outcome {
        if isStopped {
            let isProbe = { (job: WriteJob) in if case .probe = job { true } else { false } }
            guard jobs.contains(where: isProbe), probeAlone() else { return (jobs.map { _ in Self.stopped }, []) }
        }
        let head = audit.chain
        do throws(EngineError) {
            if let outcome = try runTogether(jobs) { return outcome }
            audit.chain = head
            return try runSaved(jobs)
        } catch {
            audit.chain = head
            giveUp()
            if error.code == ResultCode.syncFailed || error.code == ResultCode.directorySyncFailed { isStopped = true }
            return (jobs.map { _ in .failure(.unavailable(error.text)) }, [])
        }
    }

    private static let stopped: WriteResult = .failure(
        .unavailable(
            "writes are stopped: an fdatasync failed; see to the disk, then the next successful probe starts them again"
        ))

    /// All jobs without savepoints, because the engine copies every page that a savepoint touches. A refused job that
    /// had changed nothing yet needs no undoing, as with a replayed token. When one had, the transaction is taken back
    /// and the answer is `nil`.
    private mutating func runTogether(_ jobs: [WriteJob]) throws(EngineError) -> Outcome? {
        var outcome: Outcome = ([], [])
        try begin.run()
        for job in jobs {
            let changesBefore = connection.totalChanges
            do throws(JobFailure) {
                outcome.results.append(.success(try perform(job, into: &outcome.committed)))
            } catch {
                switch error {
                case .engine(let failure): throw failure
                case .refused(let failure):
                    guard connection.totalChanges == changesBefore else {
                        try rollback.run()
                        return nil
                    }
                    outcome.results.append(.failure(failure))
                }
            }
        }
        try commit.run()
        return outcome
    }

    /// Each job within a savepoint, so that a refused one is taken back alone.
    private mutating func runSaved(_ jobs: [WriteJob]) throws(EngineError) -> Outcome {
        var outcome: Outcome = ([], [])
        try begin.run()
        for job in jobs { outcome.results.append(try runSaved(job, into: &outcome.committed)) }
        try commit.run()
        return outcome
    }

    /// Throws when the whole batch must be given up.
    private mutating func runSaved(
        _ job: WriteJob, into committed: inout [StoreChange]
    ) throws(EngineError) -> WriteResult {
        let head = audit.chain
        try save.run()
        let result: Result<Int, JobFailure>
        do throws(JobFailure) { result = .success(try perform(job, into: &committed)) } catch {
            result = .failure(error)
        }
        switch result {
        case .success(let count):
            try forget.run()
            return .success(count)
        case .failure(.engine(let failure)): throw failure
        case .failure(.refused(let failure)):
            audit.chain = head
            try undo.run()
            try forget.run()
            return .failure(failure)
        }
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
