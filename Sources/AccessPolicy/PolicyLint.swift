import CEL
package import Identifiers

/// Something about a policy in force that its author should look at.
package struct LintFinding: Hashable, Sendable {
    package enum Severity: String, CaseIterable, Hashable, Sendable { case error, warning, note }

    package enum Rule: String, CaseIterable, Hashable, Sendable {
        case conditionIsConstant = "condition_is_constant"
        case neverEqual = "never_equal"
        case noImmutableID = "no_immutable_id"
        case unknownClaim = "unknown_claim"
        case administratorEverywhere = "administrator_everywhere"
        case noExamples = "no_examples"
        case noRefusingExample = "no_refusing_example"
        case longLivedToken = "long_lived_token"
        case reusableSubjectToken = "reusable_subject_token"
        case wildcardAudience = "wildcard_audience"
    }

    package let severity: Severity
    package let rule: Rule
    package let policy: String
    package let position: PolicyPosition?
    package let message: String
    package let hint: String
}

/// What is known of a provider, for lint.
package struct ProviderKnowledge: Hashable, Sendable {
    /// Claims that its tokens may have; empty when nobody knows.
    package let claims: Set<Key>
    /// Claims that are never given to somebody else.
    package let immutableClaims: [String]

    package init(claims: Set<Key> = [], immutableClaims: [String] = []) {
        self.claims = claims
        self.immutableClaims = immutableClaims
    }

    /// By the name that the provider has when nobody renames it.
    package static let wellKnown: [Key: ProviderKnowledge] = [
        Key("github-actions"): ProviderKnowledge(immutableClaims: ["repository_id", "repository_owner_id"]),
        Key("gitlab-ci"): ProviderKnowledge(immutableClaims: ["project_id", "namespace_id"]),
    ]
}

extension PolicySet {
    /// Findings by policy name, then by rule. `providers` is keyed by the provider's name.
    package func lint(_ providers: [Key: ProviderKnowledge] = ProviderKnowledge.wellKnown) -> [LintFinding] {
        policies.flatMap { policy in
            var linter = PolicyLinter(policy, providers[Key(policy.provider)] ?? ProviderKnowledge())
            linter.run()
            return linter.findings
        }
    }
}

private struct PolicyLinter {
    let policy: Policy
    let provider: ProviderKnowledge
    var findings: [LintFinding] = []

    init(_ policy: Policy, _ provider: ProviderKnowledge) {
        self.policy = policy
        self.provider = provider
    }

    mutating func run() {
        lintCondition()
        lintClaims()
        lintGrant()
        lintExamples()
        lintCredentials()
    }

    private mutating func report(
        _ severity: LintFinding.Severity, _ rule: LintFinding.Rule, _ message: String, _ hint: String
    ) {
        findings.append(
            LintFinding(
                severity: severity, rule: rule, policy: policy.name, position: policy.position, message: message,
                hint: hint))
    }

    private mutating func lintCondition() {
        switch policy.when.constantValue {
        case .bool(true)?:
            report(
                .error, .conditionIsConstant, "when is always true: every token of the provider gets the grant",
                "compare a claim that names who may, such as claims.repository_id")
        case .bool(false)?:
            report(
                .warning, .conditionIsConstant, "when is always false: the policy never grants",
                "remove the policy or mend when")
        default: break
        }
        for warning in policy.when.warnings + (policy.subject?.warnings ?? []) {
            report(
                .warning, .neverEqual, warning.description,
                "convert one side, or compare with a value of the claim's type")
        }
    }

    /// Names of claims that the condition reads.
    private var readClaims: [String] {
        policy.when.referencedPaths.compactMap { $0.first == "claims" && $0.count > 1 ? $0[1] : nil }
    }

    private mutating func lintClaims() {
        let immutable = provider.immutableClaims
        let isConstant = policy.when.constantValue != nil
        if !immutable.isEmpty, !isConstant,
            !readClaims.contains(where: { claim in immutable.contains { $0.hasSameBytes(as: claim) } })
        {
            report(
                .warning, .noImmutableID,
                "when reads no id that stays with its owner: a renamed or deleted account's name can be taken by somebody else",
                "add a comparison of claims." + immutable.joined(separator: " or claims."))
        }
        guard !provider.claims.isEmpty else { return }
        let paths = policy.when.referencedPaths + (policy.subject?.referencedPaths ?? [])
        var reported: Set<Key> = []
        for path in paths where path.count > 1 && path[0].hasSameBytes(as: "claims") {
            let claim = Key(path[1])
            guard !provider.claims.contains(claim), reported.insert(claim).inserted else { continue }
            let near = Suggestion.nearest(to: claim.rawValue, among: provider.claims.map(\.rawValue).sorted())
            report(
                .warning, .unknownClaim,
                "tokens of the provider are not known to have the claim \(CELValue.string(claim.rawValue).display(limit: 80))",
                near.map { "did you mean '\($0)'?" } ?? "see the provider's template for the claims that it has")
        }
    }

    private mutating func lintGrant() {
        for (pattern, roles) in policy.access.entries.sorted(by: { $0.key < $1.key }) where roles.contains(.admin) {
            let isWide = pattern == .allApplication || pattern == .named(.system)
            guard isWide else { continue }
            report(
                .warning, .administratorEverywhere, "grants admin in \(pattern.text)",
                "grant the least role in the namespaces that need it")
        }
    }

    private mutating func lintExamples() {
        if policy.examples.isEmpty {
            report(.warning, .noExamples, "has no examples", "add one that it must accept and one that it must refuse")
        } else if !policy.examples.contains(where: { $0.kind == .refuse }) {
            report(
                .note, .noRefusingExample, "has no example that it must refuse",
                "add the nearest token that must not get in")
        }
    }

    private mutating func lintCredentials() {
        if policy.credentialTypes.contains(.apiToken) {
            if policy.maximumLifetime > 3600 {
                report(
                    .warning, .longLivedToken, "an API_TOKEN may live for \(policy.maximumLifetime) seconds",
                    "an hour is enough for most jobs; a job can exchange again")
            }
            if !policy.singleUse {
                report(
                    .warning, .reusableSubjectToken, "one subject token can be exchanged for many API_TOKENs",
                    "set single_use: true")
            }
        }
        if policy.audiences.contains(where: { $0.utf8.contains(UInt8(ascii: "*")) }) {
            report(
                .error, .wildcardAudience, "an audience has a '*', which has no meaning here",
                "write each audience in full")
        }
    }
}
