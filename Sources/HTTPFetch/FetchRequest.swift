package import HTTPTypes

package enum FetchMethod: String, Hashable, Sendable { case GET, POST, PUT, PATCH, DELETE }

/// One request. Its fields and body may be secret, so a printed request shows neither.
package struct FetchRequest: Sendable, CustomStringConvertible, CustomReflectable {
    package var method: FetchMethod
    package var url: FetchURL
    package var headers: HTTPFields
    package var body: [UInt8]
    /// Whose fetches are counted together: the provider's name.
    package var bulkhead: String

    package init(
        _ method: FetchMethod = .GET, _ url: FetchURL, headers: HTTPFields = [:], body: [UInt8] = [], bulkhead: String
    ) {
        (self.method, self.url, self.headers, self.body, self.bulkhead) = (method, url, headers, body, bulkhead)
    }

    package var description: String { "\(method.rawValue) \(url.origin)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The header lines for libcurl. Framing, connection and length are its own matter.
    func headerLines() throws(FetchFailure) -> [String] {
        let reserved: Set = [
            "host", "connection", "content-length", "transfer-encoding", "expect", "te", "trailer", "upgrade",
            "accept-encoding",
        ]
        var lines: [String] = []
        for field in headers {
            guard !reserved.contains(field.name.canonicalName),
                field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { throw .invalidHeader(field.name.canonicalName) }
            // libcurl's way to send a field without a value.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        // Without these libcurl would add values of its own.
        if headers[.contentType] == nil { lines.append("Content-Type:") }
        if headers[.userAgent] == nil { lines.append("User-Agent: gatehouse") }
        lines.append("Expect:")
        return lines
    }
}

/// What a peer answered, complete and within the limits. A redirect is answered like anything else and not followed.
package struct FetchResponse: Sendable {
    package var status: Int
    package var headers: HTTPFields
    package var body: [UInt8]
    package var timing: FetchTiming

    package init(status: Int, headers: HTTPFields = [:], body: [UInt8] = [], timing: FetchTiming = FetchTiming()) {
        (self.status, self.headers, self.body, self.timing) = (status, headers, body, timing)
    }
}

/// When each step was done, counted from the start. Zero for a step that a reused connection does without.
package struct FetchTiming: Sendable, Hashable {
    package var nameLookup: Duration = .zero
    package var connect: Duration = .zero
    package var tls: Duration = .zero
    package var firstByte: Duration = .zero
    package var total: Duration = .zero
    package init() {}
}
