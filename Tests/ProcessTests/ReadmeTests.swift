import Foundation
import Testing

/// The commands of README and of the how-tos do what these say: each `$` line of its transcripts is run as it stands, in one shell, and what it
/// prints is compared; `…` stands for anything. Only the ports differ, so that a server of yours is left alone.
@Suite(.serialized) struct ReadmeTests {
    @Test(arguments: [
        ("README.md", 8), ("docs/how-to/credentials.md", 20), ("docs/how-to/access.md", 14),
        ("docs/how-to/authentication-policies.md", 9), ("docs/how-to/sign-up.md", 10),
    ])
    func theTranscriptRunsAsPrinted(_ page: String, _ least: Int) async throws {
        let server = try ServerProcess()
        try await server.start()
        let text = try String(contentsOf: GatehouseBinary.repository.appending(path: page), encoding: .utf8)
        let steps = Self.steps(of: text)
        try #require(steps.count >= least, "\(page) has its transcript")
        var script = "shopt -s expand_aliases\n"
        for (index, step) in steps.enumerated() {
            let command = step.command
                .replacing(".build/release/gatehouse", with: GatehouseBinary.path)
                .replacing("http://127.0.0.1:8080", with: server.url)
                .replacing("https://127.0.0.1:8443", with: server.secureURL)
                .replacing("var/admin.token", with: server.state.appending(path: "admin.token").path())
                .replacing("var/tls/", with: server.state.appending(path: "tls/").path())
                .replacing("var/gatehouse.yaml", with: server.state.appending(path: "gatehouse.yaml").path())
                .replacing("demo-token", with: "demo-token --issuer \(server.provider)")
            // `$?` of the command before must survive the marker.
            script += "(exit $last)\n\(command)\nlast=$?; printf '\\n=== \(index) ===\\n'\n"
        }
        let work = server.state.appending(path: "readme")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        let finished = try await run(
            ["-c", "last=0\n" + script + "exit 0"], executable: "/bin/bash",
            environment: ["GATEHOUSE_URL": server.url, "no_proxy": "*", "NO_PROXY": "*"], in: work)
        let parts = Self.outputs(finished.output, count: steps.count)
        try #require(parts.count == steps.count, "\(finished.output)\n\(finished.errors)")
        for (step, output) in zip(steps, parts) {
            #expect(
                Self.matches(step.expected, output), "$ \(step.command)\nexpected:\n\(step.expected)\ngot:\n\(output)")
        }
    }

    private struct Step {
        let command: String
        var expected: String
    }

    /// The `$` lines of the `console` blocks that have any, with what stands below each.
    private static func steps(of text: String) -> [Step] {
        var steps: [Step] = []
        var isInside = false
        for line in text.components(separatedBy: "\n") {
            if line.hasPrefix("```") {
                isInside = line == "```console"
            } else if isInside, line.hasPrefix("$ ") {
                steps.append(Step(command: String(line.dropFirst(2)), expected: ""))
            } else if isInside, !steps.isEmpty {
                steps[steps.count - 1].expected += line + "\n"
            }
        }
        return steps
    }

    private static func outputs(_ text: String, count: Int) -> [String] {
        var rest = text[...]
        var parts: [String] = []
        for index in 0..<count {
            guard let marker = rest.range(of: "\n=== \(index) ===\n") else { break }
            parts.append(String(rest[..<marker.lowerBound]))
            rest = rest[marker.upperBound...]
        }
        return parts
    }

    /// `…` is anything, also over several lines; white space at the ends does not count.
    private static func matches(_ expected: String, _ output: String) -> Bool {
        let pieces = expected.trimmingCharacters(in: .whitespacesAndNewlines).components(separatedBy: "…")
        var rest = output.trimmingCharacters(in: .whitespacesAndNewlines)[...]
        for (index, piece) in pieces.enumerated() {
            if index == 0 {
                guard rest.hasPrefix(piece) else { return false }
                rest = rest.dropFirst(piece.count)
            } else if index == pieces.count - 1 {
                return rest.hasSuffix(piece)
            } else {
                guard let found = rest.range(of: piece) else { return false }
                rest = rest[found.upperBound...]
            }
        }
        return pieces.count > 1 || rest.isEmpty
    }
}
