package import JOSE

/// Why an outside token gave no identity.
package enum FederationFailure: Error, Hashable, Sendable {
    /// The token itself: form, key, signature, claims.
    case token(TokenRejection)
    /// No provider has this issuer.
    case unknownIssuer
    /// Several providers have this issuer, and the token's audiences fit more than one.
    case ambiguousProvider
    /// The provider's keys could not be had. Seconds until we ask it again.
    case providerUnavailable(retryAfter: Int64)

    /// A name for logs, metrics and the API; it does not change between releases.
    package var code: String {
        switch self {
        case .token(let rejection): "token." + rejection.code
        case .unknownIssuer: "token.unknown_issuer"
        case .ambiguousProvider: "token.ambiguous_provider"
        case .providerUnavailable: "provider.unavailable"
        }
    }

    /// The check that a trace shows as failed.
    var check: TokenCheck {
        switch self {
        case .token(let rejection): rejection.check
        case .unknownIssuer: .issuer
        case .ambiguousProvider: .audience
        case .providerUnavailable: .key
        }
    }
}
