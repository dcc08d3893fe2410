import Foundation
import Glibc
import Synchronization

/// A mail server on 127.0.0.1 that takes everything and keeps what it was told, line by line.
final class FakeSMTPServer: Sendable {
    let port: UInt16
    private let told = Told()

    private final class Told: Sendable { let lines = Mutex<[String]>([]) }

    var lines: [String] { told.lines.withLock { $0 } }

    struct CannotListen: Error {}

    /// `refusing`: the command that is answered with 550.
    init(refusing: String = "nothing") throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try Self.bound(listener)
        guard listen(listener, 8) == 0 else { throw CannotListen() }
        let told = told
        Thread.detachNewThread {
            while true {
                let peer = accept(listener, nil, nil)
                guard peer >= 0 else { continue }
                Thread.detachNewThread {
                    Self.serve(peer, refusing: refusing, told)
                    close(peer)
                }
            }
        }
    }

    /// A port that nobody listens on.
    static func freePort() throws -> UInt16 {
        let unused = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(unused) }
        return try bound(unused)
    }

    private static func bound(_ socket: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(socket, generic, length) == 0 && getsockname(socket, generic, &length) == 0
            }
        }
        guard isBound else { throw CannotListen() }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func serve(_ peer: Int32, refusing: String, _ told: Told) {
        func say(_ text: String) {
            let bytes = Array((text + "\r\n").utf8)
            _ = unsafe bytes.withUnsafeBytes {
                unsafe send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
        }
        say("220 fake")
        var (pending, isInData): ([UInt8], Bool) = ([], false)
        while true {
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(peer, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            pending += buffer.prefix(count)
            while let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[..<end].filter { $0 != 13 }, as: UTF8.self)
                pending.removeSubrange(...end)
                told.lines.withLock { $0.append(line) }
                if isInData {
                    guard line == "." else { continue }
                    isInData = false
                    say("250 taken")
                } else if line.hasPrefix(refusing) {
                    say("550 no")
                } else if line.hasPrefix("EHLO") {
                    say("250-fake\r\n250 AUTH PLAIN LOGIN")
                } else if line.hasPrefix("DATA") {
                    isInData = true
                    say("354 go on")
                } else if line.hasPrefix("QUIT") {
                    say("221 bye")
                    return
                } else {
                    say("250 ok")
                }
            }
        }
    }
}
