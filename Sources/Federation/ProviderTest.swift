internal import Identifiers
internal import JOSE

/// A probe told for the person who set the provider up: one question a step, and what to do where the answer is no.
package struct ProviderTest: Sendable {
    package enum Question: String, Sendable, Hashable, CaseIterable {
        case resolve, connect, tls, discovery, issuer, keys, algorithms
    }

    package enum Standing: String, Sendable, Hashable {
        case ok = "OK"
        case failed = "FAILED"
        /// A step before it failed.
        case notReached = "NOT_REACHED"
        /// Nothing to do, such as TLS on a loopback origin.
        case skipped = "SKIPPED"
    }

    package struct Step: Sendable, Hashable {
        package let question: Question
        package let standing: Standing
        /// What was found, or the stable code of what was wrong.
        package let message: String
        package let hint: String
        package let duration: Duration?

        init(
            _ question: Question, _ standing: Standing, _ message: String = "", hint: String = "",
            _ time: Duration? = nil
        ) {
            (self.question, self.standing, self.message, self.hint) = (question, standing, message, hint)
            duration = time
        }
    }

    package let verdict: ProviderProbe.Verdict
    package let steps: [Step]

    package init(_ probe: ProviderProbe) {
        var steps: [Step] = []
        for result in probe.results {
            switch result.step {
            case .dns: steps.append(Self.step(.resolve, result))
            case .connect: steps.append(Self.step(.connect, result))
            case .tls: steps.append(Self.step(.tls, result))
            case .discovery: steps += Self.discovery(result)
            case .jwks: steps += Self.keys(result, probe.usableAlgorithms)
            }
        }
        self.steps = steps
        // A provider none of whose keys may be used answers well and is of no use.
        let isUseless = probe.verdict == .ready && steps.contains { $0.standing == .failed }
        verdict = isUseless ? .misconfigured : probe.verdict
    }

    private static func step(_ question: Question, _ result: ProviderProbe.Result) -> Step {
        switch result.outcome {
        case .passed(let found): Step(question, .ok, found, result.duration)
        case .failed(let code, let hint): Step(question, .failed, code, hint: hint, result.duration)
        case .notReached: Step(question, .notReached)
        case .skipped: Step(question, .skipped)
        }
    }

    /// The document, and whether it is of the issuer that we asked (OpenID Connect Discovery §4.3).
    private static func discovery(_ result: ProviderProbe.Result) -> [Step] {
        switch result.outcome {
        case .passed(let found): [Step(.discovery, .ok, "", result.duration), Step(.issuer, .ok, found)]
        case .failed(let code, let hint) where code.hasSameBytes(as: MetadataFailure.issuerMismatch(nil).code):
            [Step(.discovery, .ok, "", result.duration), Step(.issuer, .failed, code, hint: hint)]
        case .failed(let code, let hint):
            [Step(.discovery, .failed, code, hint: hint, result.duration), Step(.issuer, .notReached)]
        case .notReached: [Step(.discovery, .notReached), Step(.issuer, .notReached)]
        case .skipped:
            [
                Step(.discovery, .skipped, "the keys' place is configured"),
                Step(.issuer, .skipped, "only tokens will tell"),
            ]
        }
    }

    private static func keys(_ result: ProviderProbe.Result, _ usable: Set<SignatureAlgorithm>?) -> [Step] {
        let keys = step(.keys, result)
        guard let usable else {
            return [keys, Step(.algorithms, keys.standing == .skipped ? .skipped : .notReached)]
        }
        guard usable.isEmpty else {
            return [keys, Step(.algorithms, .ok, usable.map(\.rawValue).sorted().joined(separator: ", "))]
        }
        return [
            keys,
            Step(
                .algorithms, .failed, "no_usable_algorithm",
                hint: "no key of the set goes with an algorithm that this provider may use; add theirs to 'algorithms'"),
        ]
    }
}
