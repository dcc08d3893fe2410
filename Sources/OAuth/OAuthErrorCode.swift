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
    case unsupportedResponseType = "unsupported_response_type"
    case serverError = "server_error"
    case temporarilyUnavailable = "temporarily_unavailable"
    // OpenID Connect Core §3.1.2.6
    case interactionRequired = "interaction_required"
    case loginRequired = "login_required"
    case accountSelectionRequired = "account_selection_required"
    case consentRequired = "consent_required"
    case requestNotSupported = "request_not_supported"
    case requestURINotSupported = "request_uri_not_supported"
    case registrationNotSupported = "registration_not_supported"
    // OpenID Connect Core Unmet Authentication Requirements §2
    case unmetAuthenticationRequirements = "unmet_authentication_requirements"
    // RFC 8628 §3.5
    case authorizationPending = "authorization_pending"
    case slowDown = "slow_down"
    case expiredToken = "expired_token"
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
            .unsupportedTokenType, .authorizationPending, .slowDown, .expiredToken:
            400
        // Sent to the client's redirect URI; the status is for the page that is shown when they cannot be.
        case .unsupportedResponseType, .interactionRequired, .loginRequired, .accountSelectionRequired,
            .consentRequired, .requestNotSupported, .requestURINotSupported, .registrationNotSupported,
            .unmetAuthenticationRequirements:
            400
        case .invalidClient, .invalidToken: 401
        case .accessDenied, .insufficientScope: 403
        case .serverError: 500
        case .temporarilyUnavailable: 503
        }
    }
}
