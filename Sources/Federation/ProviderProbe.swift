internal import HTTPFetch
package import JOSE

/// What `provider test` shows: each step toward a provider's keys, and whether it is away or wrongly set up.
package struct ProviderProbe: Sendable {
    package enum Step: String, Sendable, Hashable, CaseIterable { case dns, connect, tls, discovery, jwks }

    package enum Outcome: Sendable, Hashable {
        /// With what was found, in words.
        case passed(String)
        /// With the stable code and what to do.
        case failed(code: String, hint: String)
        case notReached
        /// Nothing to do: plain http, or keys that the operator wrote down.
        case skipped
    }

    package enum Verdict: String, Sendable, Hashable { case ready, unreachable, misconfigured }

    package struct Result: Sendable, Hashable {
        package let step: Step
        package let outcome: Outcome
        package let duration: Duration?
    }

    package let provider: ProviderName
    package let results: [Result]
    package let verdict: Verdict
    /// The allowed algorithms that a key of the set goes with; `nil` when no set was had.
    package let usableAlgorithms: Set<SignatureAlgorithm>?

    init(_ definition: ProviderDefinition, _ source: KeySetSource, uptime: @Sendable () -> Duration) async {
        provider = definition.name
        var run = Run()
        do throws(KeySourceFailure) {
            let url: FetchURL
            var start = uptime()
            switch definition.keySource {
            case .keySet:
                for step in Step.allCases.dropLast() { run.add(step, .skipped) }
                let keys = definition.writtenKeys?.keys.keys ?? []
                run.add(.jwks, .passed("\(keys.count) written down"))
                usableAlgorithms = Set(keys.flatMap(\.algorithms)).intersection(definition.algorithms)
                (results, verdict) = (run.results, .ready)
                return
            case .none:
                for step in Step.allCases { run.add(step, .skipped) }
                usableAlgorithms = nil
                (results, verdict) = (run.results, .ready)
                return
            case .jwksURI(let known): url = known
            case .discovery:
                let metadata = try await source.metadata()
                url = metadata.jwksURI
                run.reached(url.scheme)
                run.add(.discovery, .passed("issuer is the same"), uptime() - start)
                start = uptime()
            }
            let fetched = try await source.keys(at: url)
            run.reached(url.scheme)
            if run.isMissing(.discovery) { run.add(.discovery, .skipped) }
            run.add(.jwks, .passed(Self.words(fetched, definition)), uptime() - start)
            usableAlgorithms = Set(fetched.keys.keys.flatMap(\.algorithms)).intersection(definition.algorithms)
            verdict = .ready
        } catch {
            usableAlgorithms = nil
            run.fail(error)
            verdict = error.isMisconfiguration ? .misconfigured : .unreachable
        }
        results = run.results
    }

    private static func words(_ fetched: FetchedKeySet, _ definition: ProviderDefinition) -> String {
        let keys = fetched.keys.keys
        let algorithms = Set(keys.flatMap(\.algorithms)).intersection(definition.algorithms).map(\.rawValue).sorted()
        let fit = algorithms.isEmpty ? "none of the allowed algorithms" : algorithms.joined(separator: ", ")
        let skipped = fetched.keys.skipped.isEmpty ? "" : ", \(fetched.keys.skipped.count) skipped"
        let lifetime = fetched.lifetime.map { ", cacheable \($0.inWords)" } ?? ""
        return "\(keys.count) \(keys.count == 1 ? "key" : "keys"), \(fit)\(skipped)\(lifetime)"
    }

    /// The results so far, in the order of the steps.
    private struct Run {
        private(set) var results: [Result] = []

        func isMissing(_ step: Step) -> Bool { !results.contains { $0.step == step } }

        mutating func add(_ step: Step, _ outcome: Outcome, _ duration: Duration? = nil) {
            if isMissing(step) { results.append(Result(step: step, outcome: outcome, duration: duration)) }
        }

        /// An answer came: everything below HTTP works.
        mutating func reached(_ scheme: FetchURL.Scheme) {
            add(.dns, .passed("resolves"))
            add(.connect, .passed("connects"))
            add(.tls, scheme == .https ? .passed("certificate is trusted and for this name") : .skipped)
        }

        mutating func fail(_ failure: KeySourceFailure) {
            let failed = failure.step
            for step in Step.allCases where isMissing(step) {
                if step == failed {
                    add(step, .failed(code: failure.code, hint: failure.hint))
                } else {
                    let isBefore = Step.allCases.prefix { $0 != failed }.contains(step)
                    add(step, isBefore ? .passed("") : .notReached)
                }
            }
        }
    }
}

extension KeySourceFailure {
    /// The step that failed. Below HTTP it is the same whichever document was asked for; when the metadata had come
    /// already, those steps are done and the trouble is the key set's.
    fileprivate var step: ProviderProbe.Step {
        switch self {
        case .fetch(.keySet, _), .status(.keySet, _), .keySet, .noUsableKey: .jwks
        case .fetch(.metadata, let failure):
            switch failure {
            case .unreachable(.nameNotResolved), .timeout(.nameLookup): .dns
            case .unreachable(.connectionRefused), .unreachable(.connectionFailed), .timeout(.connect), .addressRefused:
                .connect
            case .tlsFailed: .tls
            default: .discovery
            }
        case .status(.metadata, _), .metadata: .discovery
        }
    }
}
