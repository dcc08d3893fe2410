import HTTPTypes
import ServerPlugin
import Synchronization

/// The server's own routes, in the reserved lane and open to all: they must answer when nothing else does.
struct HealthRoutes: Sendable {
    static let livenessPath: PathTemplate = "/livez"

    let health: any HealthReporting
    let lifecycle: Lifecycle

    var plugin: Plugin {
        Plugin(
            name: "health",
            routes: [
                // Alive is whoever answers; the event loop does it by itself (`RouteTable.Entry.isLiveness`).
                Route(.get, Self.livenessPath, access: .open, bodyLimit: 0, lane: .reserved) { _ in .plain("ok\n") },
                Route(.get, "/readyz", access: .open, bodyLimit: 0, lane: .reserved) { request in
                    if lifecycle.isDraining { return Self.draining }
                    let report = await health.readiness()
                    // The stop may have come while the components were asked.
                    return lifecycle.isDraining ? Self.draining : report.response(verbose: request.isVerbose)
                },
                Route(.get, "/startupz", access: .open, bodyLimit: 0, lane: .reserved) { request in
                    if lifecycle.hasStarted { return .plain("ok\n") }
                    let report = await health.readiness()
                    if report.status != .failed { lifecycle.markStarted() }
                    return report.response(verbose: request.isVerbose)
                },
            ])
    }

    private static let draining = Response.plain("shutting down\n", status: .serviceUnavailable)
}

/// Where the server is between start and end.
final class Lifecycle: Sendable {
    private let draining = Atomic(false)
    private let started = Atomic(false)

    var isDraining: Bool { draining.load(ordering: .acquiring) }
    var hasStarted: Bool { started.load(ordering: .acquiring) }

    func markStarted() { started.store(true, ordering: .releasing) }

    /// Whether this call was the first.
    func beginDraining() -> Bool { !draining.exchange(true, ordering: .acquiringAndReleasing) }
}

extension Request {
    fileprivate var isVerbose: Bool {
        query?.utf8.split(separator: UInt8(ascii: "&")).contains {
            $0.elementsEqual("verbose".utf8) || $0.starts(with: "verbose=".utf8)
        } ?? false
    }
}

extension Response {
    static func plain(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: Array(text.utf8))
    }
}
