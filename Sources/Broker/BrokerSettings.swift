package import Federation
package import JOSE

/// What the broker needs to know of its configuration, checked.
package struct BrokerSettings: Sendable {
    /// `public_url`: the issuer of our tokens and the audience of tokens for our API.
    package let issuer: Issuer
    /// What the API calls the tenant.
    package let tenant: String
    /// What the next signing key is for.
    package let signingAlgorithm: SignatureAlgorithm
    /// How long an access token lives when no policy says less, in seconds.
    package let accessTokenLifetime: Int64
    /// For our own tokens, in seconds. One machine signs and checks: none needed; several brokers differ a little.
    package let clockSkew: Int64
    /// How bundles and kubeconfigs of certificates look.
    package let certificates: CertificateSettings
    /// The service that `user_token` gives one-time tokens for: where its users are sent, and the audience. `nil`: none.
    package let userTokenService: String?
    /// The way back in for an operator whom an authentication policy keeps out.
    package let ignoresAuthenticationPolicies: Bool
    package let sessions: SessionSettings
    /// In force until an administrator makes one.
    package let signUp: SignUpPolicy
    /// Of the configuration's providers through which people sign in.
    package let clientCredentials: [ProviderName: ClientCredential]

    package init(
        issuer: Issuer, tenant: String,
        signingAlgorithm: SignatureAlgorithm = .ES256, accessTokenLifetime: Int64 = 900,
        clockSkew: Int64 = 5, certificates: CertificateSettings = CertificateSettings(),
        userTokenService: String? = nil, ignoresAuthenticationPolicies: Bool = false,
        sessions: SessionSettings = SessionSettings(), signUp: SignUpPolicy = SignUpPolicy(),
        clientCredentials: [ProviderName: ClientCredential] = [:]
    ) {
        self.issuer = issuer
        self.tenant = tenant
        self.signingAlgorithm = signingAlgorithm
        self.accessTokenLifetime = accessTokenLifetime
        self.clockSkew = clockSkew
        self.certificates = certificates
        self.userTokenService = userTokenService
        self.ignoresAuthenticationPolicies = ignoresAuthenticationPolicies
        self.sessions = sessions
        self.signUp = signUp
        self.clientCredentials = clientCredentials
    }

    /// Where we are reached, without `/` at the end.
    package var publicURL: String { issuer.rawValue }

    /// Tokens for our own API carry this audience.
    package var apiAudience: String { issuer.rawValue }
}
