internal import StrictJSON

/// What one relying party accepts (OpenID Connect Core §3.1.3.7, RFC 8725 §3).
///
/// Every field is said: there is no default that accepts. No audience or no algorithm admits no token.
package struct Expectation: Sendable, Hashable {
    package let issuer: IssuerRule
    /// One of these must be among the token's audiences.
    package let audiences: Set<Audience>
    package let algorithms: Set<SignatureAlgorithm>
    package let type: TypeRule
    /// Longest time in seconds since `iat`; `nil` sets no limit. A limit requires `iat`.
    package let maximumAge: Int64?
    /// Longest time in seconds from `iat` to `exp`; `nil` sets no limit. A limit requires `iat`.
    package let maximumLifetime: Int64?
    package let requiresIssuedAt: Bool
    /// By how many seconds the issuer's clock may differ from ours; below zero is zero.
    package let clockSkew: Int64
    /// Further claims that must be there and not `null`.
    package let requiredClaims: Set<String>

    package init(
        issuer: IssuerRule, audiences: Set<Audience>, algorithms: Set<SignatureAlgorithm>, type: TypeRule,
        maximumAge: Int64?, maximumLifetime: Int64?, requiresIssuedAt: Bool, clockSkew: Int64,
        requiredClaims: Set<String>
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.algorithms = algorithms
        self.type = type
        self.maximumAge = maximumAge
        self.maximumLifetime = maximumLifetime
        self.requiresIssuedAt = requiresIssuedAt
        self.clockSkew = max(0, clockSkew)
        self.requiredClaims = requiredClaims
    }

    /// The checks that need no key: algorithm, type, issuer. Whoever fetches keys makes them first, so that a token of
    /// somebody else's never causes a fetch. `verify` makes them again.
    @discardableResult
    package func checkBeforeKey(_ token: UnverifiedToken) throws(TokenRejection) -> Issuer {
        guard algorithms.contains(token.algorithm) else { throw .algorithmNotAllowed }
        guard type.admits(token.type) else { throw .wrongType }
        return try issuer.issuer(of: token.claims)
    }

    /// The checks of the claims, after the signature.
    func check(_ claims: Claims, now: NumericDate) throws(TokenRejection) {
        guard !claims.audiences.isEmpty else { throw claims["aud"] == nil ? .missingClaim("aud") : .wrongAudience }
        guard claims.audiences.contains(where: audiences.contains) else { throw .wrongAudience }

        let (early, late) = (now.adding(-clockSkew), now.adding(clockSkew))
        guard let expiry = claims.expiry else { throw .missingClaim("exp") }
        guard early < expiry else { throw .expired }
        if let maximumLifetime {
            guard let issuedAt = claims.issuedAt else { throw .missingClaim("iat") }
            guard expiry <= issuedAt.adding(maximumLifetime) else { throw .lifetimeTooLong }
        }
        if let notBefore = claims.notBefore, notBefore > late { throw .notYetValid }
        if let issuedAt = claims.issuedAt {
            guard issuedAt <= late else { throw .issuedInFuture }
            if let maximumAge, issuedAt.adding(maximumAge) < early { throw .tooOld }
        } else if requiresIssuedAt || maximumAge != nil {
            throw .missingClaim("iat")
        }
        // Sorted, so that the same token gets the same answer every time.
        for name in requiredClaims.sorted() where claims[name]?.isNull ?? true { throw .missingClaim(name) }
    }
}
