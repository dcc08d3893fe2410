package import HTTPFetch
package import Identifiers
package import JOSE

/// What a provider is to us.
package enum ProviderKind: String, Sendable, Hashable, CaseIterable {
    /// OpenID Connect: people sign in, and its tokens are exchanged.
    case oidc
    /// OAuth 2.0 without discovery of its own; metadata by RFC 8414.
    case oauth2
    /// Only tokens of machines: CI jobs, pods.
    case workload
}

/// Where a provider's keys come from.
package enum KeySource: Sendable, Hashable {
    /// The metadata at the issuer's well-known path names them.
    case discovery
    case jwksURI(FetchURL)
    /// A JWK set that the operator wrote down: never fetched, never old.
    case keySet([UInt8])
    /// It signs nothing: an OAuth 2.0 provider whose API says who somebody is. No token of it is ever accepted, and its
    /// `issuer` only names whose the subjects are ("https://github.com").
    case none
}

/// A claim that a provider is known to send, for hints and for the policy linter.
package struct KnownClaim: Sendable, Hashable {
    package let name: String
    package let meaning: String
    /// Whether it stays with its bearer when things are renamed or deleted and made anew: what policies should pin.
    package let isImmutable: Bool

    package init(name: String, meaning: String, isImmutable: Bool) {
        (self.name, self.meaning, self.isImmutable) = (name, meaning, isImmutable)
    }
}

/// One identity provider, as the operator configured it. Everything that accepts a token is said here.
package struct ProviderDefinition: Sendable, Hashable {
    package static let largestClockSkew: Int64 = 300
    package static let defaultAlgorithms: Set<SignatureAlgorithm> = [.RS256, .ES256, .PS256, .EdDSA]

    package let name: ProviderName
    package let kind: ProviderKind
    package let issuer: IssuerRule
    package let audiences: Set<Audience>
    package let algorithms: Set<SignatureAlgorithm>
    package let type: TypeRule
    /// Seconds.
    package let clockSkew: Int64
    package let maximumTokenAge: Int64?
    package let maximumRSABits: Int
    package let keySource: KeySource
    package let keyCache: KeyCacheSettings
    package let knownClaims: [KnownClaim]
    /// Claims that must have this very text, by name: Google's `hd`, when only one domain may come in.
    package let requiredValues: [String: String]
    /// How we are its client; `nil` where nobody signs in through it.
    package let client: ClientRegistration?
    /// The keys of `KeySource.keySet`, read once.
    let writtenKeys: WrittenKeys?

    /// Compared by the bytes that they were read from, which `keySource` holds.
    struct WrittenKeys: Sendable, Hashable {
        let keys: KeySet
        static func == (lhs: Self, rhs: Self) -> Bool { true }
        func hash(into hasher: inout Hasher) {}
    }

    package init(
        name: ProviderName, kind: ProviderKind, issuer: IssuerRule, audiences: Set<Audience>,
        algorithms: Set<SignatureAlgorithm> = defaultAlgorithms, type: TypeRule = .jwt, clockSkew: Int64 = 60,
        maximumTokenAge: Int64? = nil, maximumRSABits: Int = 4096, keySource: KeySource = .discovery,
        keyCache: KeyCacheSettings = KeyCacheSettings(), knownClaims: [KnownClaim] = [],
        requiredValues: [String: String] = [:], client: ClientRegistration? = nil
    ) throws(InvalidValue) {
        func invalid(_ reason: String) -> InvalidValue { InvalidValue("provider '\(name)'", reason) }
        if keySource == .none {
            guard kind == .oauth2 else { throw invalid("only an oauth2 provider may be without keys") }
            guard case .exactly = issuer else { throw invalid("without keys, the issuer must be one and no template") }
        }
        if let client {
            guard kind != .workload else { throw invalid("nobody signs in through a workload provider") }
            if let problem = client.problem(of: kind, keySource) { throw invalid(problem) }
        }
        guard !audiences.isEmpty || keySource == .none else {
            throw invalid("audiences is empty: no token could ever be accepted")
        }
        guard !algorithms.isEmpty else { throw invalid("algorithms is empty: no token could ever be accepted") }
        // A shared secret proves nothing to a third party, and HS256 keyed with a public key is the oldest JWT attack.
        guard algorithms.allSatisfy({ !$0.isSymmetric }) else { throw invalid("algorithms must be asymmetric") }
        guard (0...Self.largestClockSkew).contains(clockSkew) else {
            throw invalid("clock_skew must be 0 to 300 seconds")
        }
        guard maximumTokenAge ?? 1 > 0 else { throw invalid("max_token_age must be above 0") }
        guard (2048...8192).contains(maximumRSABits) else { throw invalid("maximum_rsa_bits must be 2048 to 8192") }
        if case .keySet(let bytes) = keySource {
            let options = KeySetOptions(maximumRSABits: maximumRSABits)
            guard let keys = try? KeySet(jwks: bytes, options: options), !keys.keys.isEmpty else {
                throw invalid("the key set has no usable key")
            }
            writtenKeys = WrittenKeys(keys: keys)
        } else {
            writtenKeys = nil
        }
        (self.name, self.kind, self.issuer, self.audiences) = (name, kind, issuer, audiences)
        (self.algorithms, self.type, self.clockSkew) = (algorithms, type, clockSkew)
        (self.maximumTokenAge, self.maximumRSABits) = (maximumTokenAge, maximumRSABits)
        (self.keySource, self.keyCache, self.knownClaims) = (keySource, keyCache, knownClaims)
        (self.requiredValues, self.client) = (requiredValues, client)
    }

    /// The issuer or its template, as text.
    package var issuerText: String {
        switch issuer {
        case .exactly(let issuer): issuer.rawValue
        case .template(let template): template.text
        }
    }

    /// What a token must be like to come through this provider. Identity is the subject's, so `sub` is required.
    var expectation: Expectation {
        Expectation(
            issuer: issuer, audiences: audiences, algorithms: algorithms, type: type, maximumAge: maximumTokenAge,
            maximumLifetime: nil, requiresIssuedAt: false, clockSkew: clockSkew, requiredClaims: ["sub"])
    }

    /// Whether the issuer of a token could be this provider's. `verify` decides; this only finds whom to ask.
    func mayIssue(_ issuer: Key) -> Bool {
        switch self.issuer {
        case .exactly(let own): return own.rawValue.hasSameBytes(as: issuer.rawValue)
        case .template(let template):
            let parts = template.text.split(separator: IssuerTemplate.placeholder, omittingEmptySubsequences: false)
            guard parts.count == 2, let before = parts.first, let after = parts.last else { return false }
            let text = Array(issuer.rawValue.utf8)
            return text.starts(with: before.utf8) && text.reversed().starts(with: after.utf8.reversed())
        }
    }
}
