import AccessPolicy
package import Observability
import ServerPlugin

/// One line per request: never fields, queries or bodies.
package struct AccessLog: Sendable {
    private let writer: LogWriter

    package init(writer: LogWriter) { self.writer = writer }

    struct Entry {
        let requestID: String
        /// The inbound `X-Request-Id`: not ours, but whoever sent it looks for it.
        let clientRequestID: String?
        let method: String
        let route: String?
        /// The request's target; its query is not logged.
        let target: String
        let status: Int
        let microseconds: Int64
        let bytesIn: Int
        let bytesOut: Int
        let remote: String
        let caller: Caller?
        /// Why the answer is not all there; the status and the first bytes had left before.
        let brokenOff: String?

        var path: String {
            guard let query = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return target }
            return String(target[..<query])
        }
    }

    func record(_ entry: Entry, at milliseconds: Int64) {
        var line = LogLine(at: milliseconds, level: entry.status >= 500 || entry.brokenOff != nil ? "warning" : "info")
        line.add("event", trusted: "request")
        line.add("request_id", trusted: entry.requestID)
        if let id = entry.clientRequestID { line.add("client_request_id", outside: id, limit: 64) }
        line.add("method", outside: entry.method, limit: 16)
        if let route = entry.route { line.add("route", trusted: route) }
        line.add("path", outside: entry.path)
        line.add("status", entry.status)
        line.add("duration_us", entry.microseconds)
        line.add("bytes_in", entry.bytesIn)
        line.add("bytes_out", entry.bytesOut)
        if let reason = entry.brokenOff { line.add("broken_off", trusted: reason) }
        line.add("remote", outside: entry.remote, limit: 64)
        if let caller = entry.caller {
            line.add("principal_id", trusted: caller.principal.id.rawValue)
            line.add("credential_id", outside: caller.credentialID)
        }
        writer.append(line.finish())
    }
}
