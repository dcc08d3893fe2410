/// The `error` values that we send, each with the status that belongs to it.
package enum OAuthErrorCode: String, Hashable, Sendable, CaseIterable {
    // RFC 6749 §5.2
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case unauthorizedClient = "unauthorized_client"
    case unsupportedGrantType = "unsupported_grant_type"
    case invalidScope = "invalid_scope"
    // RFC 6749 §4.1.2.1
    case accessDenied = "access_denied"
    case serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable"
    // RFC 8693 §2.2.2, RFC 8707 §2
    case invalidTarget = "invalid_target"
    // RFC 7009 §2.2.1
    case unsupportedTokenType = "unsupported_token_type"
    // RFC 6750 §3.1
    case invalidToken = "invalid_token"
    case insufficientScope = "insufficient_scope"

    package var status: Int {
        switch self {
        case .invalidRequest, .invalidGrant, .unauthorizedClient, .unsupportedGrantType, .invalidScope, .invalidTarget,
            .unsupportedTokenType:
            400
        case .invalidClient, .invalidToken: 401
        case .accessDenied, .insufficientScope: 403
        case .serverError: 500
        case .temporarilyUnavailable: 503
        }
    }
}
