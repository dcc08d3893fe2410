import Foundation
import Glibc
import Synchronization

/// A peer on 127.0.0.1 that behaves as a test says: the handler writes raw bytes, so that it can break every rule.
///
/// Each connection has a thread, which ends when the handler returns; handlers wait on their peer, never on a clock.
/// It listens until the process ends, so that no other test is given its port.
final class LoopbackServer: Sendable {
    let port: UInt16
    private let record = Record()

    /// What happened; the connections' threads may outlive the server.
    private final class Record: Sendable { let seen = Mutex((connections: 0, requests: [String]())) }

    var origin: String { "http://127.0.0.1:\(port)" }
    var connectionCount: Int { record.seen.withLock { $0.connections } }
    /// Head and body of each request that a handler has read.
    var requests: [String] { record.seen.withLock { $0.requests } }

    struct CannotListen: Error {}

    init(_ handler: @escaping @Sendable (Connection) -> Void) throws {
        _ = environmentWithProxies
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try Self.bound(listener)
        guard listen(listener, 128) == 0 else { throw CannotListen() }
        let record = record
        onNewThread {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else { continue }
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)  // a child that had it would keep a closed connection open
                record.seen.withLock { $0.connections += 1 }
                onNewThread {
                    let connection = Connection(socket) { request in
                        record.seen.withLock { $0.requests.append(request) }
                    }
                    handler(connection)
                    connection.close()
                }
            }
        }
    }

    /// A server that answers every request on every connection, kept alive, by this table.
    convenience init(answering answer: @escaping @Sendable (_ request: String) -> String) throws {
        try self.init { connection in
            while let request = connection.readRequest() { guard connection.write(answer(request)) else { break } }
        }
    }

    struct Connection: Sendable {
        private let socket: Int32
        private let saw: @Sendable (String) -> Void
        init(_ socket: Int32, _ saw: @escaping @Sendable (String) -> Void) { (self.socket, self.saw) = (socket, saw) }

        /// The head, and as much of a body as `Content-Length` says; `nil` when the peer has closed.
        @discardableResult func readRequest() -> String? {
            var bytes: [UInt8] = []
            var wanted: Int?
            while wanted.map({ bytes.count < $0 }) ?? true {
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = unsafe recv(socket, &buffer, buffer.count, 0)
                guard count > 0 else { return nil }
                bytes += buffer.prefix(count)
                let text = String(decoding: bytes, as: UTF8.self)
                if wanted == nil, let end = text.range(of: "\r\n\r\n") {
                    let head = text[..<end.upperBound]
                    let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    wanted = head.utf8.count + (length.flatMap { Int($0.dropFirst(16)) } ?? 0)
                }
            }
            let request = String(decoding: bytes, as: UTF8.self)
            saw(request)
            return request
        }

        /// `false` when the peer has gone.
        @discardableResult func write(_ text: String) -> Bool {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes {
                    unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        /// Waits until the peer closes, or for so many milliseconds; `true` when it has closed.
        @discardableResult func waitForClose(atMost milliseconds: Int32 = -1) -> Bool {
            var events = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&events, 1, milliseconds) > 0 else { return false }
            var byte: UInt8 = 0
            return unsafe recv(socket, &byte, 1, 0) <= 0
        }

        fileprivate func close() { _ = Glibc.close(socket) }
    }
}

/// A proxy for every scheme, where nobody listens: a fetch that obeyed the environment would fail. Set before the first
/// peer and never again, because changing the environment under running threads is no fair game.
let environmentWithProxies: Void = {
    for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        unsafe setenv(name, "http://127.0.0.1:1", 1)
    }
}()

private final class ThreadBody {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

func onNewThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    _ = unsafe pthread_create(
        &thread, nil,
        { context in
            guard let context = unsafe context else { return nil }
            unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, context)
    _ = pthread_detach(thread)
}

extension LoopbackServer {
    /// A port that is taken and where nobody listens: bound, and never closed.
    static func portWithoutListener() throws -> UInt16 { try bound(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)) }

    /// Binds a socket to a free port of 127.0.0.1.
    fileprivate static func bound(_ socket: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(socket, pointer, length) == 0 && getsockname(socket, pointer, &length) == 0
            }
        }
        guard isBound else { throw CannotListen() }
        return UInt16(bigEndian: address.sin_port)
    }

    /// A response with a length, so that the connection stays open.
    static func response(_ status: String = "200 OK", _ body: String = "", headers: [String] = []) -> String {
        (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
            + body
    }
}
