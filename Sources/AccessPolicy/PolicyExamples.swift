package import CEL
import StrictJSON

extension Policy {
    /// How an example came out: what `policy test` shows.
    package struct ExampleResult: Hashable, Sendable {
        package let example: PolicyExample
        package let isAccepted: Bool
        /// Why the condition or the subject has no value.
        package let error: EvaluationError?

        package var holds: Bool { isAccepted == (example.kind == .accept) }
    }

    /// Runs the examples. An example is about the condition and the subject, so audience and type do not matter;
    /// `issuer` and `subject` are its claims `iss` and `sub`, or empty.
    package func runExamples() -> [ExampleResult] {
        examples.map { example in
            let claims = example.claims
            let bindings = AccessRequest(
                provider: provider, issuer: claims["iss"]?.stringValue ?? "", subject: claims["sub"]?.stringValue ?? "",
                claims: claims, credentialType: .accessToken, audiences: [], scope: .everything
            ).bindings
            let type = credentialTypes.first ?? .accessToken
            switch assess(bindings, type: type, audiences: [], explaining: false).verdict {
            case .hit: return ExampleResult(example: example, isAccepted: true, error: nil)
            case .error(let error), .subjectUnusable(let error?):
                return ExampleResult(example: example, isAccepted: false, error: error)
            case .otherProvider, .miss, .audienceNotAllowed, .credentialTypeNotAllowed, .subjectUnusable(nil):
                return ExampleResult(example: example, isAccepted: false, error: nil)
            }
        }
    }

    func failedExamples() -> [String] {
        runExamples().enumerated().filter { !$0.element.holds }.map { index, result in
            let place = (result.example.position ?? position).map { "\($0): " } ?? ""
            let claims = CELValue.map(result.example.claims).display(limit: 200)
            let cause = result.error.map { "; \($0)" } ?? ""
            let what =
                result.example.kind == .accept
                ? "must be accepted and is refused\(cause)" : "must be refused and is accepted"
            return "\(place)example \(index + 1) \(what): \(claims)"
        }
    }
}
