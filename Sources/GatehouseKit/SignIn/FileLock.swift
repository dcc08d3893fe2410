import Glibc
import Observability

/// A lock that all processes of this user respect (flock(2)). It ends with its holder, however that ends.
enum FileLock {
    /// Waits for as long as somebody else holds it, on a thread of its own; `waiting` is called before.
    static func holding<Value: Sendable>(
        _ path: String, waiting: () -> Void = {}, _ body: () async throws(CommandFailure) -> Value
    ) async throws(CommandFailure) -> Value {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            waiting()
            let code = await take(descriptor)
            guard code == 0 else { throw failure(path, code) }
        }
        return try await body()
    }

    /// 0, or why it could not be taken.
    private static func take(_ descriptor: CInt) async -> CInt {
        await withCheckedContinuation { continuation in
            let isStarted = DedicatedThread.start {
                var result = flock(descriptor, LOCK_EX)
                while result != 0, errno == EINTR { result = flock(descriptor, LOCK_EX) }
                continuation.resume(returning: result == 0 ? 0 : errno)
            }
            if !isStarted { continuation.resume(returning: EAGAIN) }
        }
    }

    private static func failure(_ path: String, _ code: CInt) -> CommandFailure {
        CommandFailure(.usage, "\(path) cannot be locked: \(unsafe String(cString: strerror(code)))")
    }
}
