internal import CLibJWT
package import JOSE
package import Secrets
package import StrictJSON

/// JSON Web Tokens through libjwt, where an implementation that is not ours is wanted: to sign what we present to
/// providers, and as a second opinion on what we sign.
///
/// Nothing inbound reaches it. It takes HS256 keyed with an RSA public key, any token when the key is empty, an
/// unknown `crit`, padded signatures and duplicate members, and it checks no claim. What it is given here is ours, and
/// is checked on our side first.
package enum LibJWT {
    /// What it verifies with.
    package enum Key: Sendable {
        case sharedSecret(Secret)
        /// SubjectPublicKeyInfo.
        case publicKeyPEM(String)
    }

    /// libjwt's name for an algorithm; `nil` for what 1.10.2 does not know: PS256 and its kin, EdDSA.
    static func name(of algorithm: SignatureAlgorithm) -> jwt_alg_t? {
        switch algorithm {
        case .HS256: JWT_ALG_HS256
        case .HS384: JWT_ALG_HS384
        case .HS512: JWT_ALG_HS512
        case .RS256: JWT_ALG_RS256
        case .RS384: JWT_ALG_RS384
        case .RS512: JWT_ALG_RS512
        case .ES256: JWT_ALG_ES256
        case .ES384: JWT_ALG_ES384
        case .ES512: JWT_ALG_ES512
        case .PS256, .PS384, .PS512, .EdDSA: nil
        }
    }

    package static func supports(_ algorithm: SignatureAlgorithm) -> Bool { name(of: algorithm) != nil }

    /// Whether libjwt accepts the token with this key and says that it has this algorithm.
    ///
    /// Only for tokens that we made, and for tests: see above.
    package static func verify(token: [UInt8], key: Key, algorithm: SignatureAlgorithm) -> Bool {
        guard let wanted = name(of: algorithm), !token.isEmpty, token.count <= CompactJWS.largestLength,
            !token.contains(0)
        else { return false }
        let bytes: [UInt8]
        switch key {
        case .sharedSecret(let secret):
            guard algorithm.isSymmetric else { return false }
            bytes = secret.reveal()
        case .publicKeyPEM(let pem):
            guard !algorithm.isSymmetric else { return false }
            bytes = Array(pem.utf8)
        }
        // A key of length 0 would make libjwt skip the signature.
        guard !bytes.isEmpty, let length = Int32(exactly: bytes.count) else { return false }
        let text = token.map { CChar(bitPattern: $0) } + [0]
        var decoded: OpaquePointer?
        defer { gatehouse_jwt_clear_errors() }
        let result = unsafe jwt_decode(&decoded, text, bytes, length)
        guard result == 0, let decoded = unsafe decoded else { return false }
        defer { unsafe jwt_free(decoded) }
        return unsafe jwt_get_alg(decoded) == wanted
    }

    /// Signs claims as a JWT with `typ: JWT`: a client assertion (RFC 7523 §2.2) or a client secret of Apple's kind.
    ///
    /// The key is a shared secret, or the PEM of an unencrypted private key. Reads the PEM on every call (0.7 ms): for
    /// what is signed once in minutes.
    package static func sign(
        claims: JSONObject, algorithm: SignatureAlgorithm, key: Secret, keyID: String?
    ) throws(LibJWTFailure) -> String {
        guard let name = name(of: algorithm) else { throw .algorithmNotSupported }
        let ours = try verificationKeys(key, algorithm)
        let json = claims.encoded()
        guard !json.contains(0), keyID?.utf8.contains(0) != true else { throw .notRepresentable }

        let token = try SignedByLibJWT(claims: json, algorithm: name, key: key.reveal(), keyID: keyID).token
        // Second opinion the other way round: what leaves is what was asked for, and verifies with our verifier.
        guard let parsed = try? UnverifiedToken.parse(token), parsed.claims.object == claims,
            parsed.algorithm == algorithm,
            ours.keys.contains(where: { $0.verifies(parsed.jws) })
        else { throw .unfaithful }
        return String(decoding: token, as: UTF8.self)
    }

    /// Refuses what libjwt would misuse, before it sees it: it asks on the terminal for the pass phrase of an encrypted
    /// PEM, and takes a secret of any length.
    private static func verificationKeys(
        _ key: Secret, _ algorithm: SignatureAlgorithm
    ) throws(LibJWTFailure) -> KeySet {
        if algorithm.isSymmetric {
            guard let keys = try? KeySet(sharedSecret: key), case .one = keys.key(nil, for: algorithm) else {
                throw .unusableKey
            }
            return keys
        }
        guard let signingKey = try? SigningKey(pem: key, algorithm: algorithm) else { throw .unusableKey }
        return KeySet([signingKey.verificationKey])
    }
}
