package import Secrets
package import StrictJSON

/// What a provider is to us.
package enum ProviderType: String, CaseIterable, Hashable, Sendable {
    /// OpenID Connect: discovery, and people who sign in.
    case oidc
    /// OAuth 2.0 without ID tokens.
    case oauth2
    /// Tokens of machines only: CI jobs, service accounts.
    case workload
}

/// Where a provider's keys come from when discovery is not asked.
package enum ProviderKeySource: Sendable {
    case uri(WebURL)
    /// A key set in a file or in the provider file itself, already read strictly.
    case inline(JSONObject)
}

/// How a provider's keys are cached, in seconds; `nil` is the default of Federation.
package struct ProviderKeyCache: Hashable, Sendable {
    /// A key set older than this is fetched again.
    package var refresh: Int64?
    /// A key that nobody could confirm for this long is dead.
    package var maximumAge: Int64?
    /// How long a key that vanished from the set still counts.
    package var grace: Int64?
    /// The pause between two fetches for an unknown key.
    package var unknownKeyCooldown: Int64?

    package init(
        refresh: Int64? = nil, maximumAge: Int64? = nil, grace: Int64? = nil, unknownKeyCooldown: Int64? = nil
    ) {
        self.refresh = refresh
        self.maximumAge = maximumAge
        self.grace = grace
        self.unknownKeyCooldown = unknownKeyCooldown
    }
}

/// One file of `providers.d`, joined with its template. Values that Federation checks further keep their places.
package struct ProviderFile: Sendable {
    package let name: String
    /// Where the name stands.
    package let position: ConfigurationPosition
    package let template: String?
    package var title: String?
    package var type: ProviderType
    /// Text: what may be an issuer is JOSE's to say.
    package var issuer: Located<String>?
    /// Tenants whose tokens are accepted, when the issuer names one of many.
    package var tenants: [Located<String>]
    package var audiences: [Located<String>]
    package var keys: Located<ProviderKeySource>?
    package var algorithms: [Located<String>]?
    package var clockSkew: Int64?
    package var maximumTokenAge: Int64?
    package var maximumRSABits: Int64?
    package var keyCache: ProviderKeyCache
    package var clientID: String?
    package var clientSecret: Secret?
    package var scopes: [String]
}
