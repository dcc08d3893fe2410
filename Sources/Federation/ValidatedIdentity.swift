package import JOSE
package import StrictJSON

/// Who somebody is, in the words of a provider that we trust. Made only from a token that passed every check.
///
/// The three of provider, issuer and subject are the identity; never one alone, and never an e-mail address.
package struct ValidatedIdentity: Sendable {
    package let provider: String
    package let issuer: String
    package let subject: String
    package let claims: JSONObject
    package let audiences: [Audience]
    package let expiry: NumericDate
    package let issuedAt: NumericDate?
    /// Names the token for single use: SHA-256 of its signing input, whatever its signature's encoding.
    package let tokenKey: [UInt8]
    package let tokenID: TokenID?
    /// `kid` of the key that verified it.
    package let keyID: KeyID?
    package let algorithm: SignatureAlgorithm

    init(_ token: VerifiedToken, provider: ProviderName) throws(TokenRejection) {
        guard let subject = token.claims.subject else { throw .missingClaim("sub") }
        guard let expiry = token.claims.expiry else { throw .missingClaim("exp") }
        self.provider = provider.rawValue
        issuer = token.issuer.rawValue
        self.subject = subject.rawValue
        claims = token.claims.object
        audiences = token.claims.audiences
        self.expiry = expiry
        issuedAt = token.claims.issuedAt
        tokenKey = token.signingInputDigest
        tokenID = token.claims.tokenID
        keyID = token.key.keyID
        algorithm = token.algorithm
    }
}
