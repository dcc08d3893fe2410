import AccessPolicy
import JOSE
import StrictJSON

extension TokenReport {
    /// For a person. Everything from the token is cleaned and shortened; its signature is not in here.
    func text(_ style: Style, now: Int64, offline: Bool) -> String {
        var lines = claimLines(style, now: now)
        for check in checks { lines += Self.lines(check, style, code: check.outcome == .failed ? code : nil) }
        if offline, code == "provider.unavailable" {
            lines.append("      hint: with --offline only keys written in the provider's file count (jwks)")
        }
        lines += policyLines(style)
        if isAccepted, case .granted(let grant)? = explanation?.decision.outcome {
            lines.append(
                "  granted  \(AccessText.text(grant.access))  for at most \(HumanTime.duration(grant.maximumLifetime))")
        }
        if let hint = explanation?.hint, !isAccepted, checks.last?.outcome != .failed {
            lines.append("  hint: \(hint)")
        }
        lines.append(isAccepted ? style.good("result: ACCEPTED") : style.bad("result: REJECTED (exit 5)"))
        return lines.map { $0 + "\n" }.joined()
    }

    private func claimLines(_ style: Style, now: Int64) -> [String] {
        guard let token else { return [] }
        var header = "alg \(token.algorithm.rawValue)"
        if let type = token.type { header += "  typ \(Printable.shortened(type, to: 40))" }
        if let keyID = token.keyID { header += "  kid \(Printable.shortened(keyID.rawValue, to: 80))" }
        var lines = ["  header   \(header)" + (provider.map { "   provider \($0)" } ?? "")]
        lines += token.claims.object.members.prefix(40).map { member in
            let name = Printable.shortened(member.name.rawValue, to: 40)
            var value = Printable.shortened(member.value.stringValue ?? member.value.encodedText(), to: 160)
            if ["exp", "nbf", "iat", "auth_time"].contains(name), let seconds = member.value.integerValue {
                value += "  (\(HumanTime.relative(seconds, to: now)))"
            }
            return style.faint("  \(name)  \(value)")
        }
        return lines + [""]
    }

    private static func lines(_ check: Check, _ style: Style, code: String?) -> [String] {
        let mark =
            switch check.outcome {
            case .passed: style.tick
            case .failed: style.cross
            case .notReached: "–"
            }
        guard check.outcome == .failed else {
            let got = check.outcome == .passed ? check.got.map { "  " + Printable.line($0) } ?? "" : ""
            return ["  \(mark) \(check.name)\(got)"]
        }
        var lines = ["  \(mark) \(check.name)" + (code.map { "  [\($0)]" } ?? "")]
        if let expected = check.expected { lines.append("      expected  \(Printable.line(expected))") }
        if let got = check.got { lines.append("      got       \(Printable.line(got))") }
        if let hint = check.hint { lines.append("      hint: \(Printable.line(hint))") }
        return lines
    }

    /// Every policy of the provider, with its tests; of the others only how many there are.
    private func policyLines(_ style: Style) -> [String] {
        guard let explanation else { return refusedLines(style) }
        var lines: [String] = []
        if checks.last?.outcome == .notReached, explanation.policies.contains(where: { $0.verdict != .otherProvider }) {
            lines.append("  policies, on claims that are not verified:")
        }
        for policy in explanation.policies where policy.verdict != .otherProvider {
            let place = policy.position.map { " (\($0.file):\($0.line))" } ?? ""
            let mode = policy.mode == .audit ? "  audit only" : ""
            lines.append(Printable.line("      \(policy.name)\(place)  \(policy.verdict.code)\(mode)"))
            for check in policy.checks {
                lines.append(Printable.line("        \(check.source)  \(check.outcome.rawValue)"))
                guard check.outcome != .hit else { continue }
                if let expected = check.expected { lines.append(Printable.line("          expected  \(expected)")) }
                if let got = check.got { lines.append(Printable.line("          got       \(got)")) }
                if let error = check.error { lines.append(Printable.line("          \(error)")) }
                if let hint = check.hint { lines.append(Printable.line("          hint: \(hint.message)")) }
            }
        }
        let others = explanation.policies.count { $0.verdict == .otherProvider }
        if others > 0 { lines.append("      \(others) of other providers") }
        return lines + refusedLines(style)
    }

    private func refusedLines(_ style: Style) -> [String] {
        refusedPolicies.flatMap { policy in
            policy.issues.map { Printable.line("  ! policy \(policy.name) is not in force: \($0)") }
        }
    }
}
