package import CEL
import Identifiers

/// A decision with its reasons, made by the same code as the decision.
package struct AccessExplanation: Sendable {
    package let decision: AccessDecision
    /// Every policy of the set, by name; those of other providers are marked as skipped.
    package let policies: [PolicyExplanation]
    /// What to try next, when no policy says more.
    package let hint: String?
}

/// What one policy said and why.
package struct PolicyExplanation: Sendable {
    /// One test of the condition.
    package struct Check: Hashable, Sendable {
        package enum Outcome: String, Hashable, Sendable { case hit, miss, error }

        /// As written: `claims.ref == "refs/heads/main"`.
        package let source: String
        /// Within the expression.
        package let position: SourcePosition
        package let outcome: Outcome
        /// Why it has no value.
        package let error: String?
        /// What the policy compares with, and what the token has; as CEL text on one line, at most 200 bytes.
        package let expected: String?
        package let got: String?
        /// `false`: an earlier test had decided already.
        package let wasReached: Bool
        package let hint: PolicyHint?
    }

    package let name: String
    package let provider: String
    package let position: PolicyPosition?
    package let mode: PolicyDefinition.Mode
    package let verdict: PolicyVerdict
    package let checks: [Check]
    package let grants: NamespaceAccess

    package var hints: [PolicyHint] { checks.compactMap(\.hint) }
}

extension PolicySet {
    /// `decide` with its reasons; `explain(r).decision == decide(r)` always.
    package func explain(_ request: AccessRequest) -> AccessExplanation {
        let assessments = assess(request, explaining: true)
        let decision = decide(request, assessments)
        var assessed: [Key: PolicyAssessment] = [:]
        for assessment in assessments { assessed[Key(assessment.policy.name)] = assessment }
        let explanations = policies.map { policy in
            let assessment = assessed[Key(policy.name)] ?? PolicyAssessment(policy: policy, verdict: .otherProvider)
            return PolicyExplanation(assessment, request)
        }
        return AccessExplanation(decision: decision, policies: explanations, hint: hint(decision, request))
    }

    private func hint(_ decision: AccessDecision, _ request: AccessRequest) -> String? {
        guard case .refused(let reason) = decision.outcome else { return nil }
        switch reason {
        case .noPolicyForProvider:
            let names = Set(policies.filter(\.isEnforced).map(\.provider)).sorted { Key($0) < Key($1) }
            if let near = Suggestion.nearest(to: request.provider, among: names) {
                return "no policy is for this provider; there are policies for '\(near)'"
            }
            return "write a policy with provider: \(CELValue.string(request.provider).display(limit: 100))"
        case .noMatchingPolicy: return "to see what a change would do first, add the policy with mode: audit"
        case .audienceNotAllowed:
            return "list the audience or resource under audiences of the policy, or ask for another"
        case .credentialTypeNotAllowed: return "add the type under credentials.types of the policy, or ask for another"
        case .scopeNotGranted: return "ask for a namespace and a role that a matching policy grants"
        }
    }
}

extension PolicyExplanation {
    init(_ assessment: PolicyAssessment, _ request: AccessRequest) {
        let policy = assessment.policy
        name = policy.name
        provider = policy.provider
        position = policy.position
        mode = policy.mode
        verdict = assessment.verdict
        checks = assessment.observations.map { Check($0, request) }
        grants = policy.access
    }
}

extension PolicyExplanation.Check {
    init(_ observation: Observation, _ request: AccessRequest) {
        source = observation.source
        position = observation.position
        wasReached = observation.wasReached
        expected = observation.operands.first(where: \.isConstant)?.value
        got = observation.operands.first { !$0.isConstant }?.value
        switch observation.outcome {
        case .hit: (outcome, error, hint) = (.hit, nil, nil)
        case .miss: (outcome, error, hint) = (.miss, nil, PolicyHint.forMiss(observation))
        case .error(let cause):
            (outcome, error, hint) = (.error, cause.reason.description, PolicyHint.forError(cause, request))
        }
    }
}
