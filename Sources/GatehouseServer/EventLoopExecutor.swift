import NIOCore

/// Runs the tasks of a connection's requests on the connection's own event loop.
///
/// A handler that never waits then costs no change of threads, which under load is dearer than most handlers; one that
/// waits is resumed on the loop that has to write its answer anyway. Handlers must not block, as on the cooperative pool:
/// blocking C has threads of its own (architecture decision 6).
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
