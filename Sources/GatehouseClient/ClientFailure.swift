package import HTTPFetch

/// Why a call gave nothing.
package enum ClientFailure: Error, Hashable, Sendable {
    /// The named server is none that may be called; says what is wrong with it.
    case invalidServer(String)
    /// Nothing came back. Whether the server carried the call out is not known when `mayHaveArrived`.
    case unreachable(FetchFailure)
    /// 401: no credential was sent, or it is not valid (any more).
    case notSignedIn(Refusal, hadCredential: Bool)
    /// 503 and its kin: the server is there and cannot do it now; nothing was changed.
    case unavailable(Refusal, retryAfter: Int?)
    /// Any other refusal.
    case refused(Refusal)
    /// An answer that is not this server's: another program listens there, or a proxy stands in between.
    case notUnderstood(status: Int)

    package struct Refusal: Hashable, Sendable {
        package let status: Int
        /// OAuth's or our stable code, or the gRPC number of the API.
        package let code: String
        package let message: String
        package let requestID: String?

        package init(status: Int, code: String, message: String, requestID: String?) {
            (self.status, self.code, self.message, self.requestID) = (status, code, message, requestID)
        }
    }
}

extension FetchFailure {
    /// Whether the request may have reached the server and been carried out although no answer came.
    package var mayHaveArrived: Bool {
        switch self {
        case .unreachable(.connectionClosed), .timeout(.response), .tooLarge, .protocolError, .cancelled, .shutDown:
            true
        case .unreachable, .timeout, .invalidURL, .invalidHeader, .notHTTPS, .addressRefused, .tlsFailed, .bulkheadFull:
            false
        }
    }
}

/// A fetch's failure as a person would say it.
package enum FetchFailureText {
    package static func describe(_ failure: FetchFailure) -> String {
        switch failure {
        case .invalidURL: "the URL is not valid"
        case .invalidHeader: "the credential has characters that no header may have"
        case .notHTTPS: "it is plain http"
        case .addressRefused(let range): "its address is not a public one (\(range.rawValue))"
        case .unreachable(.nameNotResolved): "its name cannot be resolved"
        case .unreachable(.connectionRefused): "connection refused"
        case .unreachable(.connectionFailed): "no connection"
        case .unreachable(.connectionClosed): "the connection was closed without an answer"
        case .tlsFailed(.certificateExpired): "its certificate has expired"
        case .tlsFailed(.certificateUntrusted): "its certificate is from an authority that is not trusted"
        case .tlsFailed(.certificateForAnotherName): "its certificate is for another name"
        case .tlsFailed(.certificateRefused): "its certificate is not acceptable"
        case .tlsFailed(.handshake): "no TLS connection"
        case .tlsFailed(.authorityFile): "the file of certificate authorities cannot be read"
        case .timeout(.nameLookup): "looking up its name took too long"
        case .timeout(.connect): "connecting took too long"
        case .timeout(.response): "the answer took too long"
        case .tooLarge: "the answer is too large"
        case .protocolError(.truncated): "the answer was cut off"
        case .protocolError: "the answer is not HTTP"
        case .bulkheadFull: "too many requests at once"
        case .cancelled: "cancelled"
        case .shutDown: "shutting down"
        }
    }
}
