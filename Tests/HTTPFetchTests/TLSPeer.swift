import Foundation
import Glibc
import Synchronization

/// A TLS peer for the name provider.test: `openssl s_server`, whose standard input and output are the connection. It
/// answers each GET with 200 and keeps the connection open.
///
/// Started by hand: Foundation's `Process` passes the signals that Swift's threads block on to the child, which then
/// cannot be ended, and its file handles crash when they close under a reader.
final class TLSPeer: Sendable {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let port: UInt16
    /// The peer's certificate, which is its own authority.
    let authorityFile: String
    private let process: pid_t
    private let log: Log

    private final class Log: Sendable {
        let text = Mutex("")
        let hasEnded = Atomic<Bool>(false)
        func count(_ mark: String) -> Int { text.withLock { $0.components(separatedBy: mark).count - 1 } }
        /// What stands between a mark and the end of its line, once the line is whole.
        func line(after mark: String) -> String? {
            let text = text.withLock { $0 }
            guard let start = text.range(of: mark) else { return nil }
            let rest = text[start.upperBound...]
            return rest.firstIndex(of: "\n").map { String(rest[..<$0]) }
        }
    }

    struct CannotStart: Error {}

    /// How often a connection was made: resumed sessions too.
    var connectionCount: Int { log.count("SSL SESSION PARAMETERS-----\n") / 2 }
    var requestCount: Int { log.count("GET /") }

    init(certificate name: String = "provider", options: [String] = []) async throws {
        _ = environmentWithProxies  // before anything here reads the environment
        let folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures/tls")
        let key = folder.appending(path: "TEST-ONLY-provider.key.pem").path
        let certificate = folder.appending(path: "TEST-ONLY-\(name).cert.pem").path
        authorityFile = certificate
        // One socket is both its input and its output; the other end is ours.
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw CannotStart() }
        let (ours, its) = (ends[0], ends[1])
        defer { close(its) }
        let arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate] + options
        process = try Self.spawn(arguments, on: its)
        let log = Log()
        self.log = log
        onNewThread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = unsafe recv(ours, &buffer, buffer.count, 0), count > 0 {
                let text = String(decoding: buffer.prefix(count), as: UTF8.self)
                log.text.withLock { $0 += text }
                guard text.contains("GET /") else { continue }
                let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)
                _ = unsafe send(ours, answer, answer.count, Int32(MSG_NOSIGNAL))
            }
            log.hasEnded.store(true, ordering: .releasing)
            close(ours)
        }
        var line: String?
        while line == nil, !log.hasEnded.load(ordering: .acquiring) {
            await Task.yield()
            line = log.line(after: "ACCEPT 127.0.0.1:")
        }
        guard let port = line.flatMap({ UInt16($0) }) else { throw CannotStart() }
        self.port = port
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    private static func spawn(_ arguments: [String], on socket: Int32) throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, socket, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, socket, 1)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var argv = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { unsafe argv.forEach { unsafe free($0) } }
        var process = pid_t()
        guard unsafe posix_spawn(&process, "/usr/bin/openssl", &actions, nil, &argv, environ) == 0 else {
            throw CannotStart()
        }
        return process
    }
}
