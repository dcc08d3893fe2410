package import JOSE
internal import Secrets
internal import StrictJSON

extension LibJWT {
    /// How a new signing key was tried.
    package enum ProbeResult: Hashable, Sendable {
        /// libjwt verified a token that the key signed.
        case verified
        /// libjwt does not know the algorithm; our own verifier accepted the token.
        case notSupported
    }

    /// Tries a new signing key before it is published: others must be able to verify what it signs, and a key that
    /// only we accept would show first at the relying parties.
    @discardableResult
    package static func probe(_ key: SigningKey) throws(LibJWTFailure) -> ProbeResult {
        guard let token = try? key.sign(type: "JWT", claims: ["sub": "probe"]).reveal(),
            let jws = try? CompactJWS.parse(token), key.verificationKey.verifies(jws)
        else { throw .probeRefused }
        guard supports(key.algorithm) else { return .notSupported }
        guard let pem = key.verificationKey.publicPEM,
            verify(token: token, key: .publicKeyPEM(pem), algorithm: key.algorithm)
        else { throw .probeRefused }
        return .verified
    }
}
