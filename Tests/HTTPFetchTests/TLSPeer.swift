import Foundation
import Synchronization

/// A TLS peer for the name provider.test: `openssl s_server`, whose standard input and output are the connection.
/// It answers each GET with 200 and keeps the connection open.
final class TLSPeer: Sendable {
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let port: UInt16
    /// The peer's certificate, which is its own authority.
    let authorityFile: String
    private let process: Mutex<Process>
    private let log: Log

    private final class Log: Sendable {
        let text = Mutex("")
        func count(_ mark: String) -> Int { text.withLock { $0.components(separatedBy: mark).count - 1 } }
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
        let (input, output, log) = (Pipe(), Pipe(), Log())
        let answers = input.fileHandleForWriting
        output.fileHandleForReading.readabilityHandler = { handle in
            let text = String(decoding: handle.availableData, as: UTF8.self)
            if text.isEmpty { handle.readabilityHandler = nil }
            log.text.withLock { $0 += text }
            if text.contains("GET /") { answers.write(Data("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)) }
        }
        let server = Process()
        server.executableURL = URL(filePath: "/usr/bin/openssl")
        server.arguments = ["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate] + options
        (server.standardInput, server.standardOutput, server.standardError) = (input, output, FileHandle.nullDevice)
        try server.run()
        var port: UInt16?
        while port == nil, server.isRunning {
            await Task.yield()
            let text = log.text.withLock { $0 }
            guard let start = text.range(of: "ACCEPT 127.0.0.1:") else { continue }
            let rest = text[start.upperBound...]
            if rest.contains("\n") { port = UInt16(rest.prefix { $0.isNumber }) }
        }
        guard let port else { throw CannotStart() }
        (self.port, self.log) = (port, log)
        process = Mutex(server)
    }

    deinit {
        process.withLock { $0.terminate() }
    }
}
