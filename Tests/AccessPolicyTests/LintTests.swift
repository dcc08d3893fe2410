import AccessPolicy
import Identifiers
import StrictJSON
import Testing

@Suite struct LintTests {
    private static let examples = [PolicyExample(.accept, claims: sampleClaims), PolicyExample(.refuse, claims: [:])]

    @Test(
        arguments: [
            ("a good policy", .sample(examples: examples), []),
            ("owner id is enough", .sample(when: "claims.repository_owner_id == '99'", examples: examples), []),
            (
                "always true", .sample(when: "1 < 2", examples: [PolicyExample(.accept, claims: [:])]),
                [.conditionIsConstant, .noRefusingExample]
            ),
            (
                "always false", .sample(when: "false", examples: [PolicyExample(.refuse, claims: [:])]),
                [.conditionIsConstant]
            ),
            (
                "never equal",
                .sample(when: "claims.repository_id == '456789' && size(claims.ref) != 'x'", examples: examples),
                [.neverEqual]
            ),
            ("only names", .sample(when: "claims.repository == 'octo/app'", examples: examples), [.noImmutableID]),
            (
                "only the subject", .sample(when: "subject == 'repo:octo/app:ref:refs/heads/main'", examples: examples),
                [.noImmutableID]
            ),
            (
                "names are fine elsewhere",
                .sample(provider: "okta", when: "claims.repository == 'octo/app'", examples: examples), []
            ),
            ("admin everywhere", .sample(grant: ["*": ["admin"]], examples: examples), [.administratorEverywhere]),
            (
                "admin of the system",
                .sample(grant: ["system": ["admin"], "payments": ["admin"]], examples: examples),
                [.administratorEverywhere]
            ),
            ("admin of a namespace", .sample(grant: ["payments": ["admin"]], examples: examples), []),
            ("no examples", .sample(), [.noExamples]),
            (
                "nothing to refuse", .sample(examples: [PolicyExample(.accept, claims: sampleClaims)]),
                [.noRefusingExample]
            ),
            (
                "a long token", .sample(types: ["API_TOKEN"], lifetime: 3601, singleUse: true, examples: examples),
                [.longLivedToken]
            ),
            ("a long access token", .sample(lifetime: 3601, examples: examples), []),
            ("many tokens for one", .sample(types: ["API_TOKEN"], examples: examples), [.reusableSubjectToken]),
            (
                "a star for an audience", .sample(audiences: ["https://*.example.com"], examples: examples),
                [.wildcardAudience]
            ),
        ] as [(String, PolicyDefinition, [LintFinding.Rule])])
    func finds(_ rule: String, _ definition: PolicyDefinition, _ expected: [LintFinding.Rule]) {
        let policies = set(definition)
        #expect(policies.refused.isEmpty, "\(policies.refused)")
        let findings = policies.lint()
        #expect(findings.map(\.rule) == expected)
        #expect(findings.allSatisfy { $0.policy == "deploy" && !$0.message.isEmpty && !$0.hint.isEmpty })
    }

    @Test func unknownClaims() {
        let policies = set(
            .sample(
                when: "claims.repository_id == '1' && claims.repositry == 'a' && has(claims.color)",
                subject: "claims.nobody", examples: [PolicyExample(.refuse, claims: [:])]))
        let known = ProviderKnowledge(
            claims: Set(["repository", "repository_id", "ref"].map { Key($0) }), immutableClaims: ["repository_id"])
        let findings = policies.lint([Key("github-actions"): known])
        #expect(findings.map(\.rule) == [.unknownClaim, .unknownClaim, .unknownClaim])
        #expect(findings.first?.hint == "did you mean 'repository'?")
        #expect(policies.lint([:]).isEmpty)
    }
}
