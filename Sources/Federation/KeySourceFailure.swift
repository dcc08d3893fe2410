package import HTTPFetch
package import JOSE

/// Why a provider's keys could not be had. Nothing of the body is kept: it is not shown to anybody.
package enum KeySourceFailure: Error, Hashable, Sendable {
    /// Which of the two documents.
    package enum Document: String, Hashable, Sendable { case metadata, keySet = "key_set" }

    case fetch(Document, FetchFailure)
    /// Another status than 200; a redirect is one too.
    case status(Document, Int)
    case metadata(MetadataFailure)
    case keySet(KeySetFailure)
    /// A set, and no key in it that we could verify with. It never replaces one that had some.
    case noUsableKey

    /// A name for logs and status; it does not change between releases.
    package var code: String {
        switch self {
        case .fetch(let document, let failure): "\(document.rawValue)_\(failure.code)"
        case .status(let document, let status): "\(document.rawValue)_status_\(status)"
        case .metadata(let failure): failure.code
        case .keySet(let failure): failure.code
        case .noUsableKey: "key_set_without_usable_key"
        }
    }

    /// Whether somebody must change something; otherwise it is an outage, and time may mend it.
    package var isMisconfiguration: Bool {
        switch self {
        case .fetch(_, let failure): failure.isMisconfiguration
        case .status(_, let status): (300..<500).contains(status) && status != 408 && status != 429
        case .metadata, .keySet, .noUsableKey: true
        }
    }

    package var hint: String {
        switch self {
        case .fetch(_, let failure): failure.hint
        case .status(_, let status) where (300..<400).contains(status):
            "answered \(status): redirects are not followed; configure the URL that it leads to"
        case .status(_, 404): "answered 404: nothing is there; check the issuer's path"
        case .status(_, let status): "answered \(status)"
        case .metadata(let failure): failure.hint
        case .keySet(.notJSON): "the key set is not strict JSON; an error page has this look"
        case .keySet(.noKeys): "the document has no 'keys'"
        case .keySet(.tooManyKeys): "the set has more than 100 keys"
        case .keySet(.tooLarge): "the set is larger than 512 KiB"
        case .keySet(.secretTooShort): "the set holds a shared secret"
        case .noUsableKey: "no key of the set can verify: wrong types, too short, or meant for encryption"
        }
    }
}

extension FetchFailure {
    package var code: String {
        switch self {
        case .invalidURL: "invalid_url"
        case .invalidHeader: "invalid_header"
        case .notHTTPS: "not_https"
        case .addressRefused(let range): "address_refused_\(range.rawValue)"
        case .unreachable(.nameNotResolved): "name_not_resolved"
        case .unreachable(.connectionRefused): "connection_refused"
        case .unreachable(.connectionFailed): "connection_failed"
        case .unreachable(.connectionClosed): "connection_closed"
        case .tlsFailed(.certificateExpired): "tls_certificate_expired"
        case .tlsFailed(.certificateUntrusted): "tls_certificate_untrusted"
        case .tlsFailed(.certificateForAnotherName): "tls_certificate_for_another_name"
        case .tlsFailed(.certificateRefused): "tls_certificate_refused"
        case .tlsFailed(.handshake): "tls_handshake"
        case .tlsFailed(.authorityFile): "tls_authority_file"
        case .timeout: "timeout"
        case .tooLarge: "too_large"
        case .protocolError: "not_http"
        case .bulkheadFull: "busy"
        case .cancelled: "cancelled"
        case .shutDown: "shut_down"
        }
    }

    package var isMisconfiguration: Bool {
        switch self {
        case .invalidURL, .invalidHeader, .notHTTPS, .addressRefused, .tlsFailed, .tooLarge, .protocolError: true
        case .unreachable, .timeout, .bulkheadFull, .cancelled, .shutDown: false
        }
    }

    package var hint: String {
        switch self {
        case .invalidURL: "the URL cannot be fetched"
        case .invalidHeader: "a header cannot be sent"
        case .notHTTPS: "plain http; name the origin in outbound.allow_origins if that is meant"
        case .addressRefused(let range):
            "the name leads to an address that is \(range.rawValue); name the origin in outbound.allow_origins if that is meant"
        case .unreachable(.nameNotResolved): "the name does not resolve; check the issuer's host and the resolver"
        case .unreachable(.connectionRefused): "nobody listens there; check the port, and whether the provider runs"
        case .unreachable(.connectionFailed): "no connection; check routes and firewalls"
        case .unreachable(.connectionClosed): "the peer closed the connection"
        case .tlsFailed(.certificateExpired):
            "the provider's certificate is not valid today; check its dates and our clock"
        case .tlsFailed(.certificateUntrusted): "no authority that we trust signed the certificate; add a private one's"
        case .tlsFailed(.certificateForAnotherName): "the certificate is for another name"
        case .tlsFailed(.certificateRefused): "the certificate was refused"
        case .tlsFailed(.handshake): "no TLS 1.2 or later; is this port https?"
        case .tlsFailed(.authorityFile): "the file of certificate authorities cannot be read"
        case .timeout(.nameLookup): "the name look-up took too long"
        case .timeout(.connect): "connecting took too long; a firewall that drops packets has this look"
        case .timeout(.response): "the answer took too long"
        case .tooLarge: "the answer is too large"
        case .protocolError: "the answer is not HTTP/1.1, or was cut off"
        case .bulkheadFull: "too many fetches from this provider are under way"
        case .cancelled: "cancelled"
        case .shutDown: "the server is shutting down"
        }
    }
}
