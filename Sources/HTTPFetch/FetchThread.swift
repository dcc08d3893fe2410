internal import Glibc
internal import Synchronization

/// The thread that libcurl runs on: its calls block, and the cooperative pool has one thread per core.
final class FetchThread: Sendable {
    private enum Life: Sendable {
        case running(pthread_t)
        case ended
    }
    private let life: Mutex<Life>
    private let end: Ending

    /// Told when the loop has ended; kept apart from the thread so that the thread does not keep its owner alive.
    private final class Ending: Sendable {
        private let waiting = Mutex<[CheckedContinuation<Void, Never>]?>([])

        func wait() async {
            await withCheckedContinuation { continuation in
                let isOver = waiting.withLock { waiting in
                    waiting?.append(continuation)
                    return waiting == nil
                }
                if isOver { continuation.resume() }
            }
        }
        func tell() {
            let waiting = waiting.withLock { waiting in
                defer { waiting = nil }
                return waiting ?? []
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    /// What the new thread is given, once.
    private final class Start {
        let body: @Sendable () -> Void
        let end: Ending
        init(_ body: @escaping @Sendable () -> Void, _ end: Ending) { (self.body, self.end) = (body, end) }
    }

    init?(_ body: @escaping @Sendable () -> Void) {
        end = Ending()
        let start = unsafe Unmanaged.passRetained(Start(body, end))
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                // Signals are for other threads; above all SIGPIPE, which OpenSSL raises when a peer has gone.
                var all = sigset_t()
                unsafe sigfillset(&all)
                unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                start.body()
                start.end.tell()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            return nil
        }
        life = Mutex(.running(thread))
    }

    /// Waits, without holding a thread, until the loop has ended; then takes the thread's remains.
    func join() async {
        await end.wait()
        reap { pthread_join($0, nil) }
    }

    deinit { reap { pthread_detach($0) } }

    private func reap(_ body: (pthread_t) -> Int32) {
        life.withLock { life in
            guard case .running(let thread) = life else { return }
            _ = body(thread)
            life = .ended
        }
    }
}
