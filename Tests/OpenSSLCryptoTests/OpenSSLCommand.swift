import Foundation
import Testing

/// The second opinion: what the `openssl` program says about what we made.
struct OpenSSLCommand {
    struct Finished {
        let code: Int32
        /// Standard output and error together.
        let text: String
    }

    /// The folder in which it runs; goes when the body is done.
    private let folder: URL

    static func inNewFolder<Result>(_ body: (OpenSSLCommand) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-x509-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(OpenSSLCommand(folder: folder))
    }

    func write(_ name: String, _ content: [UInt8]) throws {
        try Data(content).write(to: folder.appending(path: name))
    }

    func write(_ name: String, _ content: String) throws { try write(name, Array(content.utf8)) }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

    @discardableResult
    func callAsFunction(_ arguments: String..., environment: [String: String] = [:]) async throws -> Finished {
        try await run(arguments, environment: environment)
    }

    @discardableResult
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Finished {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(
                    returning: Finished(
                        code: process.terminationStatus, text: String(decoding: data, as: UTF8.self)))
            }
        }
    }
}
