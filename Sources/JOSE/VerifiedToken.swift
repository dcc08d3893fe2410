internal import Identifiers
package import StrictJSON

/// A token whose signature and claims have passed. Only `verify` makes one, so whoever holds one need not ask.
package struct VerifiedToken: Sendable {
    package let claims: Claims
    package let header: JSONObject
    package let algorithm: SignatureAlgorithm
    /// The issuer that the expectation admitted.
    package let issuer: Issuer
    /// The key that verified it.
    package let key: VerificationKey
    /// Names the token for replay protection: a signature can be changed into another valid one, what it signs cannot.
    package let signingInputDigest: [UInt8]

    fileprivate init(_ token: UnverifiedToken, _ issuer: Issuer, _ key: VerificationKey) {
        claims = token.claims
        header = token.header
        algorithm = token.algorithm
        self.issuer = issuer
        self.key = key
        signingInputDigest = token.signingInputDigest
    }
}

/// Verifies a token against one expectation, in the order of `TokenCheck` (RFC 7519 §7.2, RFC 8725 §3).
///
/// The issuer is compared before a key is looked for: a token of another issuer must not make us look.
package func verify(
    _ token: UnverifiedToken, _ expectation: Expectation, keys: KeySet, now: NumericDate
) throws(TokenRejection) -> VerifiedToken {
    let issuer = try expectation.checkBeforeKey(token)
    let key = try keys.key(token.keyID, for: token.algorithm) { key in
        key.issuer.map { IssuerTemplate.covers($0, token.claims) } ?? true
    }.get()
    guard key.verifies(token.jws) else { throw .badSignature }
    try expectation.check(token.claims, now: now)
    return VerifiedToken(token, issuer, key)
}
