internal import Identifiers
internal import JOSE
internal import OpenSSLCrypto
internal import Secrets
internal import StrictJSON

/// The checks of an ID token that is ours as the client (OpenID Connect Core §3.1.3.7, §3.3.2.11): first those of any
/// token, by `Evaluation`, then those that only a client can make.
struct IDTokenCheck: Sendable {
    /// Seconds since `iat`. The token was made for this very answer; Entra writes five minutes ago.
    static let maximumAge: Int64 = 600
    /// OpenID Connect Core §2
    static let largestSubject = 255

    let party: RelyingParty

    /// What an ID token must be like. The audience is the client id and nothing else: a token for our API is no proof
    /// that somebody signed in to us.
    static func expectation(
        _ definition: ProviderDefinition, _ client: ClientRegistration
    ) throws(SignInRefusal) -> Expectation {
        guard let audience = try? Audience(client.clientID) else { throw .notAClient }
        return Expectation(
            issuer: definition.issuer, audiences: [audience], algorithms: definition.algorithms, type: definition.type,
            maximumAge: min(definition.maximumTokenAge ?? maximumAge, maximumAge), maximumLifetime: nil,
            requiresIssuedAt: true, clockSkew: definition.clockSkew, requiredClaims: ["sub"])
    }

    /// `pending` is `nil` for a refresh, whose ID token has no nonce to compare and tells of the first sign-in
    /// (OpenID Connect Core §12.2).
    func verified(
        _ tokens: TokenResponse, code: Secret?, pending: PendingSignIn?
    ) async throws(SignInRefusal) -> VerifiedToken {
        guard let idToken = tokens.idToken else { throw .idTokenMissing }
        let expectation = try Self.expectation(party.definition, party.client)
        let provider = party.provider.expecting(expectation, requiredValues: party.definition.requiredValues)
        let now = party.now
        let token: VerifiedToken
        do { token = try await Evaluation.verified(idToken.reveal(), of: provider, now: now) } catch {
            throw SignInRefusal(error)
        }
        try checkParty(token.claims)
        guard let subject = token.claims.subject, subject.rawValue.utf8.count <= Self.largestSubject else {
            throw .subjectInvalid
        }
        if let pending {
            guard let nonce = token.claims["nonce"] else { throw .nonceMissing }
            guard let nonce = nonce.stringValue, Secret(utf8: nonce).matches(Secret(utf8: pending.nonce)) else {
                throw .nonceMismatch
            }
        }
        try Self.check("at_hash", of: tokens.accessToken, token, orThrow: .accessTokenHashMismatch)
        if let code { try Self.check("c_hash", of: code, token, orThrow: .codeHashMismatch) }
        if let pending {
            try Self.checkAuthentication(token.claims.object, pending, now, skew: party.definition.clockSkew)
        }
        return token
    }

    /// Steps 4 and 5: several audiences need to say whose token it is, and whose it is must be us.
    private func checkParty(_ claims: Claims) throws(SignInRefusal) {
        guard let party = claims.authorizedParty else {
            guard claims.audiences.count == 1 else { throw .authorizedPartyMissing }
            return
        }
        guard party.rawValue.hasSameBytes(as: self.party.client.clientID) else { throw .authorizedPartyMismatch }
    }

    /// The left half of the digest of what came with the token (§3.1.3.6). It may be absent; wrong it may not be.
    private static func check(
        _ name: String, of value: Secret, _ token: VerifiedToken, orThrow refusal: SignInRefusal
    ) throws(SignInRefusal) {
        guard let claim = token.claims[name] else { return }
        let digest = SHA2.digest(hash(of: token.algorithm), value.reveal())
        let expected = Base64URL.encode(Array(digest.prefix(digest.count / 2)))
        guard claim.stringValue?.hasSameBytes(as: expected) ?? false else { throw refusal }
    }

    /// Ed25519 is made with SHA-512 (RFC 8032 §5.1), and providers that use it take that.
    private static func hash(of algorithm: SignatureAlgorithm) -> HashFunction {
        switch algorithm {
        case .RS256, .PS256, .ES256, .HS256: .sha256
        case .RS384, .PS384, .ES384, .HS384: .sha384
        case .RS512, .PS512, .ES512, .HS512, .EdDSA: .sha512
        }
    }

    /// Steps 12 and 13: what was asked for counts only when the token says that it was done. Without a token, nothing does.
    static func checkAuthentication(
        _ claims: JSONObject, _ pending: PendingSignIn, _ now: NumericDate, skew: Int64
    ) throws(SignInRefusal) {
        if let maxAge = pending.maxAge {
            guard let time = claims.authenticationTime else { throw .authenticationTimeMissing }
            guard time <= now.adding(skew), time.adding(maxAge) >= now.adding(-skew) else {
                throw .authenticationTooOld
            }
        }
        guard !pending.acrValues.isEmpty else { return }
        guard let acr = claims["acr"]?.stringValue, pending.acrValues.contains(where: { $0.hasSameBytes(as: acr) })
        else { throw .authenticationContextMismatch }
    }
}

extension JSONObject {
    /// When the person last proved who they are, as an ID token says it (OpenID Connect Core §2).
    var authenticationTime: NumericDate? { self["auth_time"].flatMap { NumericDate($0, rounding: .down) } }
}

extension SignInRefusal {
    init(_ failure: FederationFailure) {
        switch failure {
        case .token(let rejection): self = .idToken(rejection)
        case .unknownIssuer: self = .idToken(.wrongIssuer)
        case .ambiguousProvider: self = .idToken(.wrongAudience)
        case .providerUnavailable: self = .providerUnavailable(.keys)
        }
    }
}
