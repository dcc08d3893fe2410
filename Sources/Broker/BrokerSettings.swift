package import JOSE

/// What the broker needs to know of its configuration, checked.
package struct BrokerSettings: Sendable {
    /// `public_url`: the issuer of our tokens and the audience of tokens for our API.
    package let issuer: Issuer
    /// What the API calls the tenant.
    package let tenant: String
    package let expiry: CredentialExpiry
    /// What the next signing key is for.
    package let signingAlgorithm: SignatureAlgorithm
    /// How long an access token lives when no policy says less, in seconds.
    package let accessTokenLifetime: Int64
    /// For our own tokens, in seconds. One machine signs and checks: none needed; several brokers differ a little.
    package let clockSkew: Int64

    package init(
        issuer: Issuer, tenant: String, expiry: CredentialExpiry = .standard,
        signingAlgorithm: SignatureAlgorithm = .ES256, accessTokenLifetime: Int64 = 900,
        clockSkew: Int64 = 5
    ) {
        self.issuer = issuer
        self.tenant = tenant
        self.expiry = expiry
        self.signingAlgorithm = signingAlgorithm
        self.accessTokenLifetime = accessTokenLifetime
        self.clockSkew = clockSkew
    }

    /// Tokens for our own API carry this audience.
    package var apiAudience: String { issuer.rawValue }
}

/// The tenant's limits on the life of credentials, in days.
package struct CredentialExpiry: Hashable, Sendable {
    package let maximumAPITokenDays: Int64

    package init(maximumAPITokenDays: Int64) { self.maximumAPITokenDays = maximumAPITokenDays }

    package static let standard = CredentialExpiry(maximumAPITokenDays: 90)
    /// What a credential gets when nothing is asked for, unless the maximum is less.
    package static let defaultDays: Int64 = 10
}
