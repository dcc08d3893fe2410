internal import Identifiers
package import JOSE

/// How a token fared, check by check, for the person whose token was refused. Told from the same run that decides.
///
/// It quotes claims and header members, shortened; never the signature, so a trace is no token.
package struct ValidationTrace: Sendable {
    package enum Outcome: String, Sendable, Hashable { case passed, failed, notReached }

    package struct Step: Sendable, Hashable {
        package let check: TokenCheck
        package let outcome: Outcome
        /// What the provider's definition wants, in words.
        package let expected: String?
        /// What the token has.
        package let got: String?
        /// What to change.
        package let hint: String?
    }

    /// The provider that the token was held against.
    package let provider: ProviderName?
    package let steps: [Step]
    package let failure: FederationFailure?
    /// Set when every check passed.
    package let identity: ValidatedIdentity?

    init(_ evaluation: Evaluation, among definitions: [ProviderDefinition]) {
        provider = evaluation.provider?.definition.name
        switch evaluation.outcome {
        case .success(let identity): (self.identity, failure) = (identity, nil)
        case .failure(let failure): (identity, self.failure) = (nil, failure)
        }
        let failed = failure?.check
        var hasFailed = false
        var steps: [Step] = []
        for check in TokenCheck.allCases {
            let outcome: Outcome
            if check == failed {
                (outcome, hasFailed) = (.failed, true)
            } else if hasFailed {
                outcome = .notReached
            } else {
                outcome = Self.wasReached(check, before: failed, evaluation) ? .passed : .notReached
            }
            let words = TraceWords(evaluation, definitions, isFailure: outcome == .failed)
            steps.append(
                Step(
                    check: check, outcome: outcome, expected: words.expected(check), got: words.got(check),
                    hint: outcome == .failed ? words.hint(check) : nil))
        }
        self.steps = steps
    }

    /// Some refusals come early: audience and expiry before a fetch that they spare; audience when it decides between
    /// providers; the issuer when nobody has it. What was skipped then did not pass.
    private static func wasReached(_ check: TokenCheck, before failed: TokenCheck?, _ evaluation: Evaluation) -> Bool {
        guard failed != nil else { return true }
        if evaluation.provider == nil { return check == .format }
        guard evaluation.stoppedBeforeKey else { return true }
        return check != .key && check != .signature
    }
}
