import AccessPolicy
import Identifiers
import StrictJSON

/// Every policy with every example, and with further claims: hit or miss, wanted or not.
struct PolicyTestReport: Sendable {
    struct Row: Hashable, Sendable {
        let policy: String
        let example: String
        let expected: PolicyExample.Kind?
        let verdict: String
        let grants: String
        let hints: [String]

        var holds: Bool { expected.map { ($0 == .accept) == (verdict == "hit") } ?? true }
    }

    private(set) var rows: [Row] = []
    /// Policies that cannot be in force for another reason than an example: `name: why`.
    private(set) var refusals: [String] = []
    private let set: PolicySet
    private static let anyAudience = "https://example.invalid"

    init(_ definitions: [PolicyDefinition]) {
        // Without its examples a policy is in force although one of them fails, so that it can be shown.
        let bare = PolicySet(definitions.map { $0.withoutExamples }, defaultAudience: Self.anyAudience)
        set = bare
        refusals = bare.refused.flatMap { refused in refused.issues.map { "\(refused.name): \($0)" } }
        for policy in bare.policies {
            let named = definitions.filter { $0.name.hasSameBytes(as: policy.name) }
            for (index, example) in named.flatMap(\.examples).enumerated() {
                let place = example.position.map { "\($0.file):\($0.line)" } ?? "example \(index + 1)"
                rows.append(row(policy, example.claims, name: place, expected: example.kind))
            }
        }
    }

    /// Further claims, of which nothing is expected.
    mutating func add(claims: JSONObject, name: String) {
        for policy in set.policies { rows.append(row(policy, claims, name: name, expected: nil)) }
    }

    var isGood: Bool { refusals.isEmpty && rows.allSatisfy(\.holds) }

    /// An example is about the condition and the subject: audience and type are chosen so that they do not matter.
    private func row(_ policy: Policy, _ claims: JSONObject, name: String, expected: PolicyExample.Kind?) -> Row {
        let explanation = set.explain(
            AccessRequest(
                provider: policy.provider, issuer: claims["iss"]?.stringValue ?? "",
                subject: claims["sub"]?.stringValue ?? "", claims: claims,
                credentialType: policy.credentialTypes.sorted { $0.rawValue < $1.rawValue }.first ?? .accessToken,
                audiences: policy.audiences.prefix(1).map { $0 }, scope: .everything))
        let mine = explanation.policies.first { $0.name.hasSameBytes(as: policy.name) }
        let verdict = mine?.verdict ?? .miss
        return Row(
            policy: policy.name, example: name, expected: expected, verdict: verdict.code,
            grants: verdict == .hit ? AccessText.text(policy.access) : "", hints: mine.map(PolicyText.misses) ?? [])
    }

    func text(_ style: Style) -> String {
        var text = refusals.map { "\(style.cross) \(Printable.line($0))\n" }.joined()
        var table = TextTable(["POLICY", "EXAMPLE", "EXPECT", "GOT", "RESULT", "GRANTS"])
        for row in rows {
            let result = row.expected == nil ? "–" : row.holds ? "ok" : "FAIL"
            table.add([row.policy, row.example, row.expected?.rawValue ?? "–", row.verdict, result, row.grants])
        }
        if !rows.isEmpty { text += table.text }
        for row in rows where !row.holds {
            text += "\n\(style.cross) \(Printable.line(row.policy))  \(Printable.line(row.example))\n"
            text += row.hints.map { "    " + Printable.line($0) + "\n" }.joined()
        }
        let failed = rows.count { !$0.holds } + refusals.count
        let count = rows.count { $0.expected != nil }
        text += (text.isEmpty ? "" : "\n")
        return text + (failed == 0 ? "\(style.tick) \(count) examples hold\n" : "\(style.cross) \(failed) failed\n")
    }
}

extension PolicyDefinition {
    fileprivate var withoutExamples: PolicyDefinition {
        PolicyDefinition(
            name: name, position: position, provider: provider, when: when, whenPosition: whenPosition,
            subject: subject,
            subjectPosition: subjectPosition, grant: grant, credentialTypes: credentialTypes,
            maximumLifetime: maximumLifetime, audiences: audiences, singleUse: singleUse, mode: mode, examples: [])
    }
}

/// `payments: deployer, monitor; shared: monitor`.
enum AccessText {
    static func text(_ access: NamespaceAccess) -> String {
        access.entries.sorted { $0.key < $1.key }.map { pattern, roles in
            pattern.text + ": " + roles.sorted().map(\.rawValue).joined(separator: ", ")
        }.joined(separator: "; ")
    }
}

/// Why a policy did not hit, line by line.
enum PolicyText {
    static func misses(_ policy: PolicyExplanation) -> [String] {
        var lines: [String] = []
        if case .error(let error) = policy.verdict { lines.append("no value: \(error)") }
        for check in policy.checks where check.outcome != .hit {
            lines.append("\(check.source)  \(check.outcome.rawValue)")
            if let expected = check.expected { lines.append("  expected  \(expected)") }
            if let got = check.got { lines.append("  got       \(got)") }
            if let hint = check.hint { lines.append("  hint: \(hint.message)") }
        }
        return lines
    }
}
