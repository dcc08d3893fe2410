/// What bounds a fetch. There is no policy without limits.
package struct FetchPolicy: Sendable, Hashable {
    /// For whom we fetch; a label for logs and metrics.
    package enum Kind: String, Sendable, Hashable { case provider, webhook, `operator` }

    package var kind: Kind
    /// Exact origins that may be plain http, loopback or private: `outbound.allow_origins`.
    package var allowOrigins: Set<Origin>
    /// Of the body.
    package var maximumBytes: Int
    /// Of all header lines, informational responses (1xx) and trailers too.
    package var maximumHeaderBytes: Int
    /// From the name look-up to the last byte.
    package var timeout: Duration
    package var connectTimeout: Duration
    /// More than this for one bulkhead fail at once: one hanging peer holds so many, and no more.
    package var maximumInFlightPerBulkhead: Int
    /// PEM file of the certificate authorities to trust instead of the system's.
    package var authorityFile: String?

    package init(
        kind: Kind, allowOrigins: Set<Origin> = [], maximumBytes: Int, maximumHeaderBytes: Int = 32 * 1024,
        timeout: Duration, connectTimeout: Duration, maximumInFlightPerBulkhead: Int, authorityFile: String? = nil
    ) {
        (self.kind, self.allowOrigins, self.authorityFile) = (kind, allowOrigins, authorityFile)
        (self.maximumBytes, self.maximumHeaderBytes) = (maximumBytes, maximumHeaderBytes)
        (self.timeout, self.connectTimeout) = (timeout, connectTimeout)
        self.maximumInFlightPerBulkhead = maximumInFlightPerBulkhead
    }

    /// Metadata, key sets and token endpoints of identity providers.
    package static func provider(allowOrigins: Set<Origin> = []) -> FetchPolicy {
        FetchPolicy(
            kind: .provider, allowOrigins: allowOrigins, maximumBytes: 512 * 1024, timeout: .seconds(5),
            connectTimeout: .seconds(3), maximumInFlightPerBulkhead: 8)
    }

    /// Events that we deliver to somebody; what they answer is of little interest.
    package static func webhook(allowOrigins: Set<Origin> = []) -> FetchPolicy {
        FetchPolicy(
            kind: .webhook, allowOrigins: allowOrigins, maximumBytes: 64 * 1024, timeout: .seconds(10),
            connectTimeout: .seconds(3), maximumInFlightPerBulkhead: 4)
    }

    /// The command line, speaking to the server that its user named.
    package static func `operator`(server: Origin) -> FetchPolicy {
        FetchPolicy(
            kind: .operator, allowOrigins: [server], maximumBytes: 16 * 1024 * 1024, timeout: .seconds(60),
            connectTimeout: .seconds(10), maximumInFlightPerBulkhead: 64)
    }
}

extension Duration {
    /// For libcurl: at least 1, because 0 means "no limit" to it, and at most a day.
    var wholeMilliseconds: Int {
        let day: Duration = .seconds(86_400)
        let (seconds, attoseconds) = min(max(self, .zero), day).components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
