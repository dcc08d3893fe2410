import NIOCore

/// Runs the tasks of a connection's requests on the connection's own event loop.
///
/// A handler that never waits then costs no change of threads, which under load is dearer than most handlers; one that
/// waits is resumed on the loop that has to write its answer anyway. Handlers must not block, as on the cooperative pool:
/// blocking C has threads of its own (architecture decision 6).
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop
    /// Whether the next job is run before `enqueue` returns.
    private let runsAtOnce: NIOLoopBoundBox<Bool>

    /// Call on the event loop.
    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        runsAtOnce = NIOLoopBoundBox(false, eventLoop: eventLoop)
    }

    /// Begins a task and runs it to its first wait before it returns: a request whose handler does not wait is answered
    /// in the turn of the loop that read it. Inside another task it has to wait for its turn. Call on the event loop.
    func start(_ operation: sending @escaping @isolated(any) () async -> Void) -> Task<Void, Never> {
        runsAtOnce.value = unsafe withUnsafeCurrentTask { task in unsafe task == nil }
        defer { runsAtOnce.value = false }
        return Task(executorPreference: self, operation: operation)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if eventLoop.inEventLoop, runsAtOnce.value {
            runsAtOnce.value = false
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        } else {
            eventLoop.execute { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
