internal import CCurl
internal import Glibc

/// Why nothing came back. For the log and for an operator's probe; it holds no text of the peer's.
package enum FetchFailure: Error, Hashable, Sendable {
    case invalidURL(InvalidURL)
    /// A header field that libcurl or we set, or one with a control character.
    case invalidHeader(String)
    /// Plain http, and the origin is not allowed.
    case notHTTPS
    /// The host's address is not a public one, and the origin is not allowed.
    case addressRefused(AddressRange)
    case unreachable(Unreachable)
    case tlsFailed(TLSFailure)
    case timeout(FetchPhase)
    case tooLarge(Oversize)
    /// The peer answered, but not with HTTP.
    case protocolError(ProtocolFault)
    /// As many fetches as allowed are under way in this bulkhead, or in all.
    case bulkheadFull
    case cancelled
    case shutDown
}

/// What about a URL's text is wrong.
package enum InvalidURL: String, Error, Hashable, Sendable, CaseIterable {
    case tooLong, characters, scheme, userInformation, fragment, host, port, malformed
    /// The host and port are not spelled the one way that all parsers read alike.
    case authority
    /// An origin has no path.
    case notAnOrigin
}

package enum Unreachable: String, Hashable, Sendable, CaseIterable {
    case nameNotResolved, connectionRefused, connectionFailed, connectionClosed
}

package enum TLSFailure: String, Hashable, Sendable, CaseIterable {
    case certificateExpired, certificateUntrusted, certificateForAnotherName, certificateRefused, handshake
    /// The CA file of the policy cannot be read.
    case authorityFile
}

package enum Oversize: String, Hashable, Sendable, CaseIterable { case body, header }

package enum ProtocolFault: String, Hashable, Sendable, CaseIterable {
    /// The connection ended before the announced length or the last chunk.
    case truncated
    /// What came is no HTTP/1.1 response.
    case malformed
    /// libcurl failed inside: out of memory, or an option it lacks.
    case client
}

/// How far a fetch had come. Connecting includes TLS: libcurl tells the two apart only when both are done.
package enum FetchPhase: String, Hashable, Sendable, CaseIterable { case nameLookup, connect, response }

extension FetchFailure {
    /// What libcurl's result means. `phase`, `systemError` and `verification` are of the same transfer.
    init(_ code: CURLcode, phase: FetchPhase, systemError: Int, verification: Int) {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: self = .timeout(phase)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .unreachable(.nameNotResolved)
        case CURLE_COULDNT_CONNECT:
            self = .unreachable(systemError == Int(ECONNREFUSED) ? .connectionRefused : .connectionFailed)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR: self = .unreachable(.connectionClosed)
        case CURLE_PEER_FAILED_VERIFICATION: self = .tlsFailed(Self.certificateFault(verification))
        case CURLE_SSL_CACERT_BADFILE: self = .tlsFailed(.authorityFile)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED:
            self = .tlsFailed(.handshake)
        case CURLE_FILESIZE_EXCEEDED: self = .tooLarge(.body)
        case CURLE_PARTIAL_FILE: self = .protocolError(.truncated)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_BAD_CONTENT_ENCODING:
            self = .protocolError(.malformed)
        default: self = .protocolError(.client)
        }
    }

    /// OpenSSL's X509_V_ERR_ numbers (verify(1)); libcurl itself compares the name, and then leaves
    /// the 1 that it began with.
    private static func certificateFault(_ verification: Int) -> TLSFailure {
        switch verification {
        case 0, 1, 62, 64: .certificateForAnotherName
        case 9, 10: .certificateExpired
        case 2, 18, 19, 20, 21: .certificateUntrusted
        default: .certificateRefused
        }
    }
}
