package import JOSE
package import StrictJSON

/// Who an outside token vouches for, after every check.
package struct ValidatedIdentity: Sendable {
    package let provider: String
    package let issuer: String
    package let subject: String
    package let claims: JSONObject
    package let expiry: NumericDate
    package let issuedAt: NumericDate?
    package let keyID: String?
    package let tokenID: String?
    /// SHA-256 of the signing input: the token's identity, whatever the encoding of its signature.
    package let tokenKey: [UInt8]

    package init(
        provider: String, issuer: String, subject: String, claims: JSONObject, expiry: NumericDate,
        issuedAt: NumericDate?, keyID: String?, tokenID: String?, tokenKey: [UInt8]
    ) {
        self.provider = provider
        self.issuer = issuer
        self.subject = subject
        self.claims = claims
        self.expiry = expiry
        self.issuedAt = issuedAt
        self.keyID = keyID
        self.tokenID = tokenID
        self.tokenKey = tokenKey
    }
}
