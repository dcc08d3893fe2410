import Foundation
import Synchronization
import Testing

/// The real binary, run as a process.
enum GatehouseBinary {
    /// Beside the test bundle, or as GATEHOUSE_BINARY says.
    static let path: String = {
        if let given = ProcessInfo.processInfo.environment["GATEHOUSE_BINARY"] { return given }
        var folder = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        for start in [folder, URL(filePath: executable).deletingLastPathComponent()] {
            folder = start
            for _ in 0..<4 {
                let candidate = folder.appending(path: "gatehouse").path()
                if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
                folder = folder.deletingLastPathComponent()
            }
        }
        return repository.appending(path: ".build/debug/gatehouse").path()
    }()

    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}

struct Finished: Sendable {
    let code: Int32
    let output: String
    let errors: String
}

/// Runs a command to its end.
func run(
    _ arguments: [String], executable: String = GatehouseBinary.path, input: [UInt8] = [],
    environment: [String: String] = [:],
    in folder: URL? = nil
) async throws -> Finished {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    if let folder { process.currentDirectoryURL = folder }
    let (output, errors, stdin) = (Pipe(), Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = stdin
    try process.run()
    return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            let collected = Mutex(Data())
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                let data = errors.fileHandleForReading.readDataToEndOfFile()
                collected.withLock { $0 = data }
                done.signal()
            }
            try? stdin.fileHandleForWriting.write(contentsOf: Data(input))
            try? stdin.fileHandleForWriting.close()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            done.wait()
            process.waitUntilExit()
            continuation.resume(
                returning: Finished(
                    code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
                    errors: String(decoding: collected.withLock { $0 }, as: UTF8.self)))
        }
    }
}

/// What a process has printed so far.
final class Printed: Sendable {
    let text = Mutex("")
}

/// `gatehouse serve`, until it is ended.
final class ServerProcess: Sendable {
    let state: URL
    let port: Int
    let httpsPort: Int
    let providerPort: Int
    private let process = Mutex<Process?>(nil)
    private let printed = Printed()

    /// What it has printed on standard output.
    var log: String { printed.text.withLock { $0 } }

    var url: String { "http://127.0.0.1:\(port)" }
    var secureURL: String { "https://127.0.0.1:\(httpsPort)" }
    var provider: String { "http://127.0.0.1:\(providerPort)" }

    /// A development server on free ports, with its state in a new folder.
    init() throws {
        state = FileManager.default.temporaryDirectory.appending(path: "gatehouse-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: state, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        (port, httpsPort, providerPort) = (try freePort(), try freePort(), try freePort())
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: state)
    }

    /// Starts it and waits for the line that says that it serves.
    func start() async throws {
        let new = Process()
        new.executableURL = URL(filePath: GatehouseBinary.path)
        new.arguments = [
            "serve", "--dev", "--state", state.path(), "--port", String(port), "--https-port", String(httpsPort),
            "--provider-port", String(providerPort),
        ]
        printed.text.withLock { $0 = "" }
        let output = Pipe()
        new.standardOutput = output
        let log = state.appending(path: "stderr.log")
        _ = FileManager.default.createFile(atPath: log.path(), contents: nil)
        new.standardError = try FileHandle(forWritingTo: log)
        new.standardInput = FileHandle.nullDevice
        try new.run()
        process.withLock { $0 = new }
        let handle = output.fileHandleForReading
        let isReady = await withCheckedContinuation { continuation in
            // Holds what was printed and not the server, which must end when its test ends.
            Thread.detachNewThread { [printed] in
                var isAnswered = false
                while case let data = handle.availableData, !data.isEmpty {
                    let seen = printed.text.withLock { text in
                        text += String(decoding: data, as: UTF8.self)
                        return isAnswered ? "" : text
                    }
                    guard !isAnswered, seen.contains("gatehouse ready") else { continue }
                    isAnswered = true
                    continuation.resume(returning: true)
                }
                if !isAnswered { continuation.resume(returning: false) }
            }
        }
        let errors = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        try #require(isReady, "the server did not start: \(errors)")
    }

    /// SIGKILL: nothing is flushed, nobody is told.
    func kill() {
        process.withLock { process in
            guard let running = process else { return }
            if running.isRunning { Foundation.kill(running.processIdentifier, SIGKILL) }
            running.waitUntilExit()
            process = nil
        }
    }

    /// SIGTERM; answers the exit code.
    func stop() -> Int32 {
        process.withLock { process in
            guard let running = process else { return -1 }
            running.terminate()
            running.waitUntilExit()
            process = nil
            return running.terminationStatus
        }
    }

    var identifier: Int32 { process.withLock { $0?.processIdentifier ?? 0 } }

    var administratorToken: String {
        get throws {
            try String(contentsOf: state.appending(path: "admin.token"), encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    // MARK: Talking to it with curl, as a user would

    struct Answer: Sendable {
        let status: Int
        let body: String
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
    }

    func request(_ method: String, _ path: String, headers: [String] = [], body: String? = nil) async throws -> Answer {
        var arguments = ["-s", "-S", "--noproxy", "*", "-X", method, "-w", "\n%{http_code}"]
        for header in headers { arguments += ["-H", header] }
        if body != nil { arguments += ["--data-binary", "@-"] }
        arguments.append(path.hasPrefix("http") ? path : url + path)
        let result = try await ProcessTests.run(arguments, executable: "/usr/bin/curl", input: Array((body ?? "").utf8))
        try #require(result.code == 0, "curl: \(result.errors)")
        let end = try #require(result.output.lastIndex(of: "\n"))
        return Answer(
            status: Int(result.output[result.output.index(after: end)...]) ?? 0, body: String(result.output[..<end]))
    }

    /// A token of the demo provider.
    func subjectToken(_ claims: String = "{}") async throws -> String {
        let answer = try await request("POST", provider + "/token", body: claims)
        return try #require(answer.json["id_token"] as? String)
    }

    func exchange(_ token: String, _ more: String = "") async throws -> Answer {
        try await request(
            "POST", "/oauth/token",
            body: "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=\(token)"
                + "&subject_token_type=urn:ietf:params:oauth:token-type:jwt" + more)
    }

    static let apiToken = "&requested_token_type=urn:gatehouse:params:oauth:token-type:api-token"
}

/// A port that was free a moment ago, below those that the system gives to whoever asks for any: nobody else takes it.
func freePort() throws -> Int {
    for _ in 0..<100 {
        let port = UInt16.random(in: 20_000..<32_000)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isBound { return Int(port) }
    }
    throw POSIXError(.EADDRNOTAVAIL)
}
