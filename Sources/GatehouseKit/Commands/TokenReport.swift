import AccessPolicy
import Federation
import Identifiers
import JOSE
import StrictJSON

/// A token's way through the checks and the policies, as text and as JSON.
struct TokenReport: Sendable {
    struct Check: Hashable, Sendable {
        enum Outcome: String, Hashable, Sendable {
            case passed, failed
            case notReached = "not_reached"
        }

        let name: String
        let outcome: Outcome
        let expected: String?
        let got: String?
        let hint: String?
    }

    let token: UnverifiedToken?
    let provider: String?
    let checks: [Check]
    /// What the policies say. Of a token that was refused before, to its claims as they are, unverified.
    let explanation: AccessExplanation?
    /// Policies that are not in force.
    let refusedPolicies: [RefusedPolicy]
    /// The stable code of the refusal.
    let code: String?

    var isAccepted: Bool { code == nil }

    init(
        token: UnverifiedToken?, trace: ValidationTrace, policies: PolicySet, request: TokenExplainCommand, now: Int64
    ) {
        self.token = token
        provider = trace.provider?.rawValue
        refusedPolicies = policies.refused
        explanation = Self.explain(token, trace, policies, request)
        var checks = trace.steps.map(Check.init)
        if trace.identity != nil, let explanation {
            checks.append(Check(explanation))
        } else {
            checks.append(Check(name: "policy", outcome: .notReached, expected: nil, got: nil, hint: nil))
        }
        self.checks = checks
        if let failure = trace.failure {
            code = failure.code
        } else if case .refused(let reason)? = explanation?.decision.outcome {
            code = reason.code
        } else {
            code = nil
        }
    }

    private static func explain(
        _ token: UnverifiedToken?, _ trace: ValidationTrace, _ policies: PolicySet, _ request: TokenExplainCommand
    ) -> AccessExplanation? {
        let claims = trace.identity?.claims ?? token?.claims.object
        guard let claims, let provider = trace.provider?.rawValue else { return nil }
        return policies.explain(
            AccessRequest(
                provider: provider, issuer: trace.identity?.issuer ?? claims["iss"]?.stringValue ?? "",
                subject: trace.identity?.subject ?? claims["sub"]?.stringValue ?? "", claims: claims,
                credentialType: request.credentialType, audiences: request.audience, scope: request.scope))
    }

    var json: JSONValue {
        var granted: JSONValue = .null
        if isAccepted, case .granted(let grant)? = explanation?.decision.outcome {
            granted = [
                "namespaces": grant.access.json, "policies": JSONValue(grant.policies),
                "subject": JSONValue(grant.subject),
                "max_ttl": .integer(grant.maximumLifetime), "audiences": JSONValue(grant.audiences),
            ]
        }
        return [
            "result": isAccepted ? "accepted" : "rejected",
            "code": JSONValue(code),
            "provider": JSONValue(provider),
            "checks": .array(checks.map(\.json)),
            "policies": .array((explanation?.policies ?? []).map(\.json)),
            "granted": granted,
            "hint": JSONValue(explanation?.hint),
        ]
    }
}

extension TokenReport.Check {
    init(_ step: ValidationTrace.Step) {
        let outcome: Outcome =
            switch step.outcome {
            case .passed: .passed
            case .failed: .failed
            case .notReached: .notReached
            }
        self.init(name: step.check.word, outcome: outcome, expected: step.expected, got: step.got, hint: step.hint)
    }

    /// The policies as the last check.
    init(_ explanation: AccessExplanation) {
        switch explanation.decision.outcome {
        case .granted(let grant):
            self.init(
                name: "policy", outcome: .passed, expected: nil, got: grant.policies.joined(separator: ", "), hint: nil)
        case .refused(let reason):
            self.init(
                name: "policy", outcome: .failed, expected: nil, got: reason.words, hint: explanation.hint)
        }
    }

    var json: JSONValue {
        [
            "check": JSONValue(name), "outcome": JSONValue(outcome.rawValue), "expected": JSONValue(expected),
            "got": JSONValue(got), "hint": JSONValue(hint),
        ]
    }
}

extension PolicyExplanation {
    var json: JSONValue {
        [
            "policy": JSONValue(name), "provider": JSONValue(provider), "position": JSONValue(position?.description),
            "mode": JSONValue(mode.rawValue), "verdict": JSONValue(verdict.code), "grants": grants.json,
            "checks": .array(
                checks.map { check in
                    [
                        "source": JSONValue(check.source), "outcome": JSONValue(check.outcome.rawValue),
                        "expected": JSONValue(check.expected), "got": JSONValue(check.got),
                        "error": JSONValue(check.error),
                        "reached": .bool(check.wasReached), "hint": JSONValue(check.hint?.message),
                    ]
                }),
        ]
    }
}

extension TokenCheck {
    /// A stable word for output; the others are one word already.
    var word: String {
        switch self {
        case .notBefore: "not_before"
        case .issuedAt: "issued_at"
        case .requiredClaims: "required_claims"
        case .format, .algorithm, .type, .issuer, .key, .signature, .audience, .expiry: rawValue
        }
    }
}

extension RefusalReason {
    var words: String {
        switch self {
        case .noPolicyForProvider: "no policy is for this provider"
        case .noMatchingPolicy: "no policy matched"
        case .audienceNotAllowed: "no matching policy lists the audience"
        case .credentialTypeNotAllowed: "no matching policy allows this type of token"
        case .scopeNotGranted(let value):
            value.isEmpty
                ? "nothing of what was asked for is granted" : "\(Printable.shortened(value, to: 80)) is not granted"
        }
    }
}
