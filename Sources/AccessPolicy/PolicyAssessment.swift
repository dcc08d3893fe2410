package import CEL
import Identifiers

/// What one policy says to one request.
package enum PolicyVerdict: Hashable, Sendable {
    /// It speaks of another provider.
    case otherProvider
    /// It gives its grant, or would if it were not in audit mode.
    case hit
    case miss
    /// The condition has no value for these claims. That is no grant.
    case error(EvaluationError)
    /// The condition is met, but these audiences are not listed.
    case audienceNotAllowed([String])
    case credentialTypeNotAllowed
    /// The condition is met, but the subject has no value, or none that can be a subject.
    case subjectUnusable(EvaluationError?)

    /// A stable word for tables and JSON.
    package var code: String {
        switch self {
        case .otherProvider: "skipped"
        case .hit: "hit"
        case .miss: "miss"
        case .error: "error"
        case .audienceNotAllowed: "audience"
        case .credentialTypeNotAllowed: "credential_type"
        case .subjectUnusable: "subject"
        }
    }
}

/// A verdict and what it rests on.
struct PolicyAssessment {
    let policy: Policy
    let verdict: PolicyVerdict
    /// The subject that the policy gives, when it gives one.
    var subject: String?
    var observations: [Observation] = []
}

extension Policy {
    /// The one place where a policy meets claims. With `explaining` the same evaluator keeps what it saw.
    func assess(
        _ bindings: Bindings, type: PolicyCredentialType, audiences: [String], explaining: Bool
    ) -> PolicyAssessment {
        let condition: Result<CELValue, EvaluationError>
        var observations: [Observation] = []
        if explaining {
            (condition, observations) = when.evaluateExplained(bindings)
        } else {
            condition = when.result(bindings)
        }
        let (verdict, subject) = verdict(condition, bindings, type: type, audiences: audiences)
        return PolicyAssessment(policy: self, verdict: verdict, subject: subject, observations: observations)
    }

    private func verdict(
        _ condition: Result<CELValue, EvaluationError>, _ bindings: Bindings, type: PolicyCredentialType,
        audiences: [String]
    ) -> (PolicyVerdict, subject: String?) {
        switch condition {
        case .failure(let error): return (.error(error), nil)
        case .success(.bool(true)): break
        case .success(.bool(false)): return (.miss, nil)
        case .success(let other):
            let error = EvaluationError(reason: .notABool(other.kind), position: SourcePosition(line: 1, column: 1))
            return (.error(error), nil)
        }
        let missing = audiences.filter { !lists($0) }
        guard missing.isEmpty else { return (.audienceNotAllowed(missing), nil) }
        guard credentialTypes.contains(type) else { return (.credentialTypeNotAllowed, nil) }
        guard let subject else { return (.hit, nil) }
        switch subject.result(bindings) {
        case .failure(let error): return (.subjectUnusable(error), nil)
        case .success(.string(let text)) where (1...PolicyLimits.subjectBytes).contains(text.utf8.count):
            return (.hit, text)
        case .success: return (.subjectUnusable(nil), nil)
        }
    }
}

extension CELExpression {
    func result(_ bindings: Bindings) -> Result<CELValue, EvaluationError> {
        do throws(EvaluationError) {
            return .success(try evaluate(bindings))
        } catch {
            return .failure(error)
        }
    }
}
