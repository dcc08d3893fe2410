package import JOSE

/// Why an outside token was not taken.
package enum FederationFailure: Error, Hashable, Sendable {
    case token(TokenRejection)
    /// No provider is configured for the issuer that the token names.
    case unknownIssuer
    /// Several providers share the issuer and the token is for more than one of them, or for none.
    case ambiguousProvider
    /// Its keys cannot be had now. Seconds until asking again makes sense.
    case providerUnavailable(retryAfter: Int64)
    /// Switched off by an administrator.
    case providerDisabled

    /// A name for logs, the audit log and the answer to the caller; it does not change between releases.
    package var code: String {
        switch self {
        case .token(let rejection): "token." + rejection.code
        case .unknownIssuer: "token.unknown_issuer"
        case .ambiguousProvider: "token.ambiguous_provider"
        case .providerUnavailable: "provider.unavailable"
        case .providerDisabled: "provider.disabled"
        }
    }
}
