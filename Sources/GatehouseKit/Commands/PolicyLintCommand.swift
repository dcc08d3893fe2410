import AccessPolicy
import ArgumentParser
import GatehouseConfiguration
import StrictJSON

/// `gatehouse policy lint`.
struct PolicyLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Find what is legal in policies but surely not meant.",
        discussion: "Exit code 1 when a finding is an error or a policy is refused; warnings and notes do not fail.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Argument(help: "Policy files, or folders of them.")
    var paths: [String]

    @Option(name: .shortAndLong, help: "How to print the findings.")
    var output = Format.text

    func run() throws {
        let report = PolicyLintReport(
            PolicySet(try loadPolicies(paths: paths), defaultAudience: "https://example.invalid"))
        switch output {
        case .text: Console.write(Array(report.text(.standardOutput).utf8))
        case .json: Console.print(report.json.encodedText())
        }
        guard !report.hasErrors else { throw CommandFailure.verdict(.failure) }
    }
}

/// Findings and refused policies alike, by place.
struct PolicyLintReport: Hashable, Sendable {
    struct Finding: Hashable, Sendable {
        let severity: LintFinding.Severity
        let rule: String
        let policy: String
        let position: PolicyPosition?
        let message: String
        let hint: String?
    }

    let findings: [Finding]

    init(_ set: PolicySet) {
        let refused = set.refused.flatMap { policy in
            policy.issues.map {
                Finding(
                    severity: .error, rule: "refused", policy: policy.name, position: policy.position, message: $0,
                    hint: nil)
            }
        }
        let linted = set.lint().map {
            Finding(
                severity: $0.severity, rule: $0.rule.rawValue, policy: $0.policy, position: $0.position,
                message: $0.message,
                hint: $0.hint)
        }
        findings = refused + linted
    }

    var hasErrors: Bool { findings.contains { $0.severity == .error } }

    func text(_ style: Style) -> String {
        let lines = findings.map { finding in
            // What refuses a policy names its own place.
            let place = finding.rule == "refused" ? "" : finding.position.map { "\($0): " } ?? ""
            let severity = finding.severity == .error ? style.bad("error") : finding.severity.rawValue
            return "\(severity)  \(Printable.line("\(place)\(finding.policy): \(finding.message)")) [\(finding.rule)]\n"
                + (finding.hint.map { "  hint: \(Printable.line($0))\n" } ?? "")
        }
        return lines.isEmpty ? "\(style.tick) nothing found\n" : lines.joined()
    }

    var json: JSONValue {
        [
            "findings": .array(
                findings.map { finding in
                    [
                        "severity": JSONValue(finding.severity.rawValue), "rule": JSONValue(finding.rule),
                        "policy": JSONValue(finding.policy), "position": JSONValue(finding.position?.description),
                        "message": JSONValue(finding.message), "hint": JSONValue(finding.hint),
                    ]
                })
        ]
    }
}
