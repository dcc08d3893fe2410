package import JOSE
package import Secrets
package import StrictJSON

/// Who somebody is, as a provider that we are a client of has told us. Made only after every check.
///
/// The three of provider, issuer and subject are the identity; never one alone, and never an e-mail address.
package struct SignedInIdentity: Sendable {
    /// Where the claims are from.
    package enum Freshness: String, Sendable, Hashable {
        /// The person was there, just now.
        case signedIn
        /// Asked anew, without the person.
        case refreshed
        /// The provider confirmed that the sign-in goes on, and said nothing new: the claims are `iss` and `sub` only,
        /// and what was known before still holds.
        case confirmed
    }

    package let provider: String
    package let issuer: String
    package let subject: String
    /// Those of the ID token, with userinfo's beneath: where both have one, the ID token's counts.
    package let claims: JSONObject
    /// When the person last proved who they are; `nil` when the provider does not say: then nobody knows.
    package let authenticatedAt: NumericDate?
    /// `sid`, for logout (OpenID Connect Back-Channel Logout §2.1).
    package let sessionID: String?
    package let idToken: Secret?
    package let refreshToken: Secret?
    package let accessTokenExpiry: NumericDate?
    package let freshness: Freshness
    /// When the provider said all this.
    package let readAt: NumericDate

    init(
        provider: ProviderName, issuer: String, subject: String, claims: JSONObject, tokens: TokenResponse,
        freshness: Freshness, readAt: NumericDate
    ) {
        (self.provider, self.issuer, self.subject) = (provider.rawValue, issuer, subject)
        (self.claims, self.freshness, self.readAt) = (claims, freshness, readAt)
        authenticatedAt = claims.authenticationTime
        sessionID = claims["sid"]?.stringValue
        (idToken, refreshToken) = (tokens.idToken, tokens.refreshToken)
        accessTokenExpiry = tokens.lifetime.map { readAt.adding($0) }
    }
}
