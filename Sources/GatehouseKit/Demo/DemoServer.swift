import Foundation
import Glibc
import Synchronization

/// `gatehouse serve --dev` as a child process, its state in a new folder that goes when it ends.
final class DemoServer: Sendable {
    let state: String
    let url: String
    let provider: String
    private let ports: (UInt16, UInt16)
    private let process = Mutex<Process?>(nil)

    init(port: UInt16, providerPort: UInt16) throws {
        ports = (port == 0 ? try FreePort.find() : port, providerPort == 0 ? try FreePort.find() : providerPort)
        state = FileManager.default.temporaryDirectory.path() + "/gatehouse-demo-\(UUID().uuidString)"
        url = "http://127.0.0.1:\(ports.0)"
        provider = "http://127.0.0.1:\(ports.1)"
    }

    func start() async throws {
        let new = try Self.command([
            "serve", "--dev", "--state", state, "--port", String(ports.0), "--provider-port", String(ports.1),
        ])
        let output = Pipe()
        new.standardOutput = output
        try new.run()
        process.withLock { $0 = new }
        guard await Self.waits(for: "gatehouse ready", in: output.fileHandleForReading) else {
            throw DemoFailure(reason: "the server did not start")
        }
    }

    /// Reads until the text came, and goes on reading, so that the server never waits for a full pipe.
    private static func waits(for text: String, in handle: FileHandle) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var seen = ""
                var isAnswered = false
                while case let data = handle.availableData, !data.isEmpty {
                    guard !isAnswered else { continue }
                    seen += String(decoding: data, as: UTF8.self)
                    guard seen.contains(text) else { continue }
                    isAnswered = true
                    continuation.resume(returning: true)
                }
                if !isAnswered { continuation.resume(returning: false) }
            }
        }
    }

    func administratorToken() throws -> String {
        guard let bytes = try PrivateFile.read(state + "/admin.token") else {
            throw DemoFailure(reason: "there is no administrator's token")
        }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Runs `gatehouse audit verify` beside the server; answers what it says.
    func verifyAudit() async throws -> String {
        let verify = try Self.command(["audit", "verify", "--database", "sqlite:\(state)/gatehouse.db"])
        let output = Pipe()
        verify.standardOutput = output
        try verify.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        verify.waitUntilExit()
        guard verify.terminationStatus == 0 else { throw DemoFailure(reason: "audit verify: \(text)") }
        return text.split(separator: "\n").joined(separator: "\n   ")
    }

    /// SIGKILL: nothing is flushed, nobody is told.
    func kill() {
        process.withLock { process in
            guard let running = process else { return }
            if running.isRunning { Glibc.kill(running.processIdentifier, SIGKILL) }
            running.waitUntilExit()
            process = nil
        }
    }

    func end() {
        kill()
        try? FileManager.default.removeItem(atPath: state)
    }

    /// This very binary, with other arguments.
    private static func command(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.standardError
        return process
    }
}

enum FreePort {
    /// A port of the loopback address that was free a moment ago, below those that the system gives to whoever asks for
    /// any: nobody else takes it in between.
    static func find() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            if try isFree(port) { return port }
        }
        throw DemoFailure(reason: "no free port")
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw DemoFailure(reason: "no socket: \(errno)") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
