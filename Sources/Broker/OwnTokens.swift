import JOSE
import Secrets
import StrictJSON

/// Access tokens that we sign ourselves (RFC 9068).
extension Broker {
    /// Verifies one of ours. The audience is whatever we wrote: who may use the token for what is decided by the caller.
    func verifyOwn(
        _ bytes: [UInt8], type: TypeRule = .accessToken, requiring claims: Set<String> = ["sub", "jti", "client_id"],
        at now: Timestamp
    ) throws(TokenRejection) -> VerifiedToken {
        let token = try UnverifiedToken.parse(bytes)
        let expectation = Expectation(
            issuer: .exactly(settings.issuer), audiences: Set(token.claims.audiences),
            algorithms: [.ES256, .RS256, .EdDSA], type: type, maximumAge: nil, maximumLifetime: nil,
            requiresIssuedAt: true, clockSkew: settings.clockSkew, requiredClaims: claims)
        return try verify(token, expectation, keys: KeySet(keys.verificationKeys(at: now)), now: now.numericDate)
    }

    func sign(_ claims: AccessTokenClaims) throws(ExchangeFailure) -> Secret {
        guard let key = keys.signer(at: claims.issuedAt) else { throw .cannotSign }
        do {
            return try key.sign(type: "at+jwt", claims: claims.json(issuer: settings.issuer))
        } catch {
            throw .cannotSign
        }
    }
}
