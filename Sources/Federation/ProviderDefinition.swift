package import HTTPFetch
package import Identifiers
package import JOSE

/// The name of a provider in the configuration: 1 to 63 of `[a-z0-9-]`.
package struct ProviderName: ByteIdentifier {
    package let rawValue: String

    package init(_ text: String) throws(InvalidValue) {
        let isPlain = text.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: "-")
        }
        guard isPlain, (1...63).contains(text.utf8.count) else {
            throw InvalidValue("provider name", "must be 1 to 63 of a-z, 0-9 and '-'")
        }
        rawValue = text
    }
}

/// One outside issuer whose tokens we take, as configured and checked.
package struct ProviderDefinition: Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// People sign in; ID tokens (OpenID Connect).
        case oidc
        /// People sign in without ID tokens.
        case oauth2
        /// Jobs and pods present their tokens.
        case workload
    }

    /// Where its keys come from.
    package enum KeySource: Hashable, Sendable {
        /// From the metadata at `<issuer>/.well-known/openid-configuration`.
        case discovery
        case keySetURL(FetchURL)
        /// A JWK Set given by the operator, for issuers that cannot be reached. Never fetched.
        case keySet([UInt8])
    }

    package let name: ProviderName
    package let kind: Kind
    package let issuer: IssuerRule
    package let keySource: KeySource
    /// A token must be for one of these; none admits nothing.
    package let audiences: Set<Audience>
    package let algorithms: Set<SignatureAlgorithm>
    /// Seconds, at most 300.
    package let clockSkew: Int64
    /// Seconds since `iat`; `nil` sets no limit.
    package let maximumTokenAge: Int64?
    package let type: TypeRule
    /// 4096; up to 8192 for an issuer that needs it.
    package let maximumRSABits: Int
    package let cache: KeyCacheSettings
    /// Names of claims that its tokens are known to have, for lint and hints; empty when unknown.
    package let knownClaims: Set<Key>

    package static let standardAlgorithms: Set<SignatureAlgorithm> = [
        .RS256, .RS384, .RS512, .PS256, .PS384, .PS512, .ES256, .ES384, .ES512, .EdDSA,
    ]
    package static let standardClockSkew: Int64 = 60
    package static let largestClockSkew: Int64 = 300

    package init(
        name: ProviderName, kind: Kind, issuer: IssuerRule, keySource: KeySource, audiences: Set<Audience>,
        algorithms: Set<SignatureAlgorithm> = Self.standardAlgorithms, clockSkew: Int64 = Self.standardClockSkew,
        maximumTokenAge: Int64? = nil, type: TypeRule = .jwt, maximumRSABits: Int = 4096,
        cache: KeyCacheSettings = .standard, knownClaims: Set<Key> = []
    ) {
        self.name = name
        self.kind = kind
        self.issuer = issuer
        self.keySource = keySource
        self.audiences = audiences
        self.algorithms = algorithms
        self.clockSkew = min(max(0, clockSkew), Self.largestClockSkew)
        self.maximumTokenAge = maximumTokenAge
        self.type = type
        self.maximumRSABits = maximumRSABits
        self.cache = cache
        self.knownClaims = knownClaims
    }
}

/// The bounds of a provider's key-set cache (security rule 4). Seconds.
package struct KeyCacheSettings: Hashable, Sendable {
    /// How long a key that vanished from the set is still taken: real sets flap. 0 is allowed.
    package var grace: Int64
    /// Between two fetches for unknown key ids, also when the fetch fails.
    package var cooldown: Int64
    /// What the issuer says about caching is kept within these two.
    package var minimumLifetime: Int64
    package var maximumLifetime: Int64
    /// How long keys serve when the issuer cannot be reached; after it they are dead.
    package var maximumAge: Int64

    package init(grace: Int64, cooldown: Int64, minimumLifetime: Int64, maximumLifetime: Int64, maximumAge: Int64) {
        self.grace = grace
        self.cooldown = cooldown
        self.minimumLifetime = minimumLifetime
        self.maximumLifetime = maximumLifetime
        self.maximumAge = maximumAge
    }

    package static let standard = KeyCacheSettings(
        grace: 600, cooldown: 30, minimumLifetime: 60, maximumLifetime: 86_400, maximumAge: 86_400)
}
