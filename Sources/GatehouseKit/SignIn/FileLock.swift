import Glibc
import Observability

/// A lock that all processes of this user respect (flock(2)). It ends with its holder, however that ends.
enum FileLock {
    /// Waits for as long as somebody else holds it, on a thread of its own.
    static func holding<Value: Sendable>(
        _ path: String, _ body: () async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        guard await isTaken(descriptor) else { throw failure(path) }
        return try await body()
    }

    private static func isTaken(_ descriptor: CInt) async -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        return await withCheckedContinuation { continuation in
            let isStarted = DedicatedThread.start {
                var result = flock(descriptor, LOCK_EX)
                while result != 0, errno == EINTR { result = flock(descriptor, LOCK_EX) }
                continuation.resume(returning: result == 0)
            }
            if !isStarted { continuation.resume(returning: false) }
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(path) cannot be locked: \(unsafe String(cString: strerror(errno)))")
    }
}
