import HTTPTypes
package import ServerPlugin
package import StrictJSON

/// How the parts of the program are, for `/readyz` and `/startupz`.
package protocol HealthReporting: Sendable {
    func readiness() async -> HealthReport
}

/// One line per component. A failed one makes the program not ready; a degraded one does not.
package struct HealthReport: Hashable, Sendable {
    package enum Status: String, CaseIterable, Hashable, Sendable { case ok, degraded, failed }

    package struct Component: Hashable, Sendable {
        package let name: String
        package let status: Status
        /// For the operator; shown to anybody who asks, so without names, addresses and secrets.
        package let detail: String

        package init(_ name: String, _ status: Status, detail: String = "") {
            self.name = name
            self.status = status
            self.detail = detail
        }
    }

    package let components: [Component]

    package init(_ components: [Component]) { self.components = components }

    package var status: Status {
        if components.contains(where: { $0.status == .failed }) { return .failed }
        return components.contains { $0.status == .degraded } ? .degraded : .ok
    }

    /// `{"status":"ok","components":[{"name":"store","status":"ok","detail":""}]}`
    package var json: JSONValue {
        [
            "status": JSONValue(status.rawValue),
            "components": .array(
                components.map {
                    [
                        "name": JSONValue($0.name), "status": JSONValue($0.status.rawValue),
                        "detail": JSONValue($0.detail),
                    ]
                }),
        ]
    }

    package func response(verbose: Bool) -> Response {
        let isReady = status != .failed
        if verbose { return .json(json, status: isReady ? .ok : .serviceUnavailable) }
        return .plain(isReady ? "ok\n" : "not ready\n", status: isReady ? .ok : .serviceUnavailable)
    }
}
