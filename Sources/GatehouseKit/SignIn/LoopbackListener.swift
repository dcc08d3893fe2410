import Glibc
import OAuth
import Observability
import Secrets

/// Waits on a port of 127.0.0.1 for the browser to come back (RFC 8252 §7.3), on a thread of its own.
///
/// Several connections may be open at once: browsers open some that they never use.
final class LoopbackListener: Sendable {
    let port: UInt16
    private let descriptor: CInt

    private static let longestHead = 16 << 10
    private static let mostConnections = 16

    init() throws(CommandFailure) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, let port = Self.listen(descriptor) else {
            let code = errno
            if descriptor >= 0 { close(descriptor) }
            throw CommandFailure(
                .usage, "no port of 127.0.0.1 can be had: \(unsafe String(cString: strerror(code)))",
                hint: "sign in with a code instead: gatehouse login --device")
        }
        (self.descriptor, self.port) = (descriptor, port)
    }

    deinit { close(descriptor) }

    var redirectURI: String { "http://127.0.0.1:\(port)/callback" }

    /// What the browser brought, and the connection on which it waits for its page; `nil` when it did not come in time.
    func callback(state: Secret, within limit: Duration) async -> (FormBody, LoopbackConnection)? {
        await withCheckedContinuation { continuation in
            let isStarted = DedicatedThread.start {
                continuation.resume(returning: self.wait(state, until: .now + limit))
            }
            if !isStarted { continuation.resume(returning: nil) }
        }
    }

    private func wait(
        _ state: Secret, until deadline: ContinuousClock.Instant
    ) -> (FormBody, LoopbackConnection)? {
        var connections: [LoopbackConnection] = []
        while true {
            let rest = ContinuousClock.now.duration(to: deadline).components
            guard rest.seconds >= 0, rest.attoseconds >= 0 else { return nil }
            let milliseconds = min(rest.seconds, 600) * 1000 + rest.attoseconds / 1_000_000_000_000_000 + 1
            var events = ([descriptor] + connections.map(\.descriptor)).map {
                pollfd(fd: $0, events: Int16(truncatingIfNeeded: POLLIN), revents: 0)
            }
            let count = unsafe poll(&events, nfds_t(events.count), CInt(truncatingIfNeeded: milliseconds))
            guard count >= 0 || errno == EINTR else { return nil }
            guard count > 0 else { continue }
            var stay: [LoopbackConnection] = []
            for (connection, event) in zip(connections, events.dropFirst()) {
                guard event.revents != 0 else {
                    stay.append(connection)
                    continue
                }
                switch connection.read(atMost: Self.longestHead) {
                case .incomplete: stay.append(connection)
                case .ended: continue
                case .head(let head):
                    if let form = SignInCallback.parameters(of: head, port: port, state: state) {
                        return (form, connection)
                    }
                    connection.answer(.notFound)
                }
            }
            connections = stay
            guard let first = events.first, first.revents != 0 else { continue }
            let accepted = accept(descriptor, nil, nil)
            guard accepted >= 0 else { continue }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)  // a browser that we start must not hold it open
            if connections.count >= Self.mostConnections { connections.removeFirst() }
            connections.append(LoopbackConnection(accepted))
        }
    }

    private static func listen(_ descriptor: CInt) -> UInt16? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 16) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        return isListening ? UInt16(bigEndian: address.sin_port) : nil
    }
}
