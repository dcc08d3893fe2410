import Dispatch
import Glibc

/// A TCP connection of the test's own, to say what no HTTP library would say. Blocking calls run on threads of Dispatch,
/// never on the cooperative pool.
final class RawClient: Sendable {
    struct Failed: Error { let step: String }

    private let descriptor: CInt

    /// The receive buffer is what the system keeps for us while we do not read, in bytes.
    init(port: Int, receiveBuffer: CInt? = nil) async throws {
        descriptor = try await Self.blocking {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw Failed(step: "socket") }
            if var receiveBuffer {
                _ = unsafe setsockopt(
                    descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<CInt>.size))
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
            address.sin_addr.s_addr = (0x7F00_0001 as UInt32).bigEndian
            let result = unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard result == 0 else {
                close(descriptor)
                throw Failed(step: "connect")
            }
            // A test that waits for what never comes ends with a message and not with the run's time limit.
            var limit = timeval(tv_sec: 20, tv_usec: 0)
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            return descriptor
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await Self.blocking { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes {
                    unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Failed(step: "send") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Leaves without a farewell: the server sees a reset when the client is let go.
    func leaveAbruptly() {
        var abrupt = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
        let nothing = unsafe open("/dev/null", O_RDONLY)
        dup2(nothing, descriptor)
        close(nothing)
    }

    /// Reads once, what is there and at most so much.
    func readSome(_ count: Int) async throws -> Int {
        try await Self.blocking { [descriptor] in
            var chunk = [UInt8](repeating: 0, count: count)
            let got = unsafe recv(descriptor, &chunk, count, 0)
            guard got >= 0 else { throw Failed(step: "recv, errno \(errno)") }
            return got
        }
    }

    /// Reads until the server closes, or until `isEnough`.
    func read(until isEnough: @escaping @Sendable (String) -> Bool = { _ in false }) async throws -> String {
        try await Self.blocking { [descriptor] in
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65536)
            while !isEnough(String(decoding: bytes, as: UTF8.self)) {
                let count = unsafe recv(descriptor, &chunk, chunk.count, 0)
                if count == 0 { break }
                guard count > 0 else {
                    throw Failed(step: "recv, errno \(errno), after: \(String(decoding: bytes, as: UTF8.self))")
                }
                bytes.append(contentsOf: chunk[..<count])
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Reads one answer with `Content-Length` or without a body.
    func readAnswer() async throws -> String {
        try await read { text in
            guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
            let lengths = text[..<end.lowerBound].split(separator: "\r\n").compactMap { line in
                line.lowercased().hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
            }
            return text[end.upperBound...].utf8.count >= lengths.first ?? 0
        }
    }

    static func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            // A serial queue brings its own thread; the global ones share a pool that blocked readers would fill.
            DispatchQueue(label: "raw client").async { continuation.resume(with: Result { try body() }) }
        }
    }
}

extension String {
    /// The status code of the first answer in it.
    var status: Int? { Int(split(separator: " ", maxSplits: 2).dropFirst().first ?? "") }

    var statuses: [Int] { ranges(of: "HTTP/1.1 ").map { Int(self[$0.upperBound...].prefix(3)) ?? 0 } }

    var body: String { firstRange(of: "\r\n\r\n").map { String(self[$0.upperBound...]) } ?? "" }

    func field(_ name: String) -> String? {
        let head = firstRange(of: "\r\n\r\n").map { self[..<$0.lowerBound] } ?? self[...]
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ": ") {
            return String(line.dropFirst(name.count + 2))
        }
        return nil
    }
}
