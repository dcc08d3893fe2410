import Glibc

/// One connection of a browser, which gets one answer. Used by one thread at a time: first the listener's, then its own.
final class LoopbackConnection: @unchecked Sendable {
    enum Reading {
        case incomplete
        case head([UInt8])
        case ended
    }

    let descriptor: CInt
    private var received: [UInt8] = []

    init(_ descriptor: CInt) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    /// Takes what is there; to be called when something is.
    func read(atMost limit: Int) -> Reading {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
        if count < 0, errno == EINTR || errno == EAGAIN { return .incomplete }
        guard count > 0 else { return .ended }
        received += buffer.prefix(count)
        guard received.count <= limit else { return .ended }
        let end = Array("\r\n\r\n".utf8)
        guard let index = received.indices.first(where: { received[$0...].starts(with: end) }) else {
            return .incomplete
        }
        return .head(Array(received[..<index]))
    }

    func answer(_ page: SignInPage) {
        var rest = page.response[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        shutdown(descriptor, CInt(SHUT_WR))
    }
}
