import Foundation
import Glibc

/// The program that shows a page to somebody.
enum Browser {
    /// `BROWSER` is a list of commands, the address at `%s` or at their end; without it, xdg-open.
    static func command(
        for url: String, _ environment: [String: String], find: (String) -> String?
    ) -> (program: String, arguments: [String])? {
        let named = (environment["BROWSER"] ?? "").split(separator: ":").map(String.init)
        for text in named + ["xdg-open"] {
            let words = text.split(separator: " ").map(String.init)
            guard let first = words.first, let program = find(first) else { continue }
            let rest = words.dropFirst()
            guard rest.contains(where: { $0.contains("%s") }) else { return (program, rest + [url]) }
            return (program, rest.map { $0.replacing("%s", with: url) })
        }
        return nil
    }

    /// Starts it and does not wait: some stay for as long as their window. They hear nothing of our credentials.
    static func open(_ url: String, _ environment: [String: String]) -> Bool {
        guard let (program, arguments) = command(for: url, environment, find: { find($0, environment["PATH"] ?? "") })
        else { return false }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment.filter { !["GATEHOUSE_TOKEN", "GATEHOUSE_TOKEN_FILE"].contains($0.key) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return (try? process.run()) != nil
    }

    private static func find(_ program: String, _ path: String) -> String? {
        guard !program.utf8.contains(UInt8(ascii: "/")) else {
            return unsafe access(program, X_OK) == 0 ? program : nil
        }
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { unsafe access($0, X_OK) == 0 }
    }
}
