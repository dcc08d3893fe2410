/// A way to sign with a key pair, as JOSE uses it (RFC 7518 §3, RFC 8037 §3.1).
package enum SignatureScheme: Hashable, Sendable {
    /// RSASSA-PKCS1-v1_5.
    case rsaPKCS1(HashFunction)
    /// RSASSA-PSS with MGF1 over the same hash and a salt as long as the digest (RFC 7518 §3.5).
    case rsaPSS(HashFunction)
    /// ECDSA; a signature is r and s, each as long as the curve's field (RFC 7518 §3.4).
    case ecdsa(EllipticCurve, HashFunction)
    case ed25519
}

/// The NIST curves of RFC 7518 §6.2.1.1.
package enum EllipticCurve: String, Hashable, Sendable, CaseIterable {
    case p256 = "P-256"
    case p384 = "P-384"
    case p521 = "P-521"

    /// Bytes of one coordinate, and of r and of s.
    package var coordinateLength: Int {
        switch self {
        case .p256: 32
        case .p384: 48
        case .p521: 66
        }
    }
}

/// The numbers of a public key, big-endian, as a JWK carries them.
package enum PublicKeyComponents: Hashable, Sendable {
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case ec(EllipticCurve, x: [UInt8], y: [UInt8])
    case ed25519([UInt8])

    /// Whether a key of this kind can make or check signatures of that scheme at all.
    package func fits(_ scheme: SignatureScheme) -> Bool {
        switch (self, scheme) {
        case (.rsa, .rsaPKCS1), (.rsa, .rsaPSS), (.ed25519, .ed25519): true
        case (.ec(let curve, _, _), .ecdsa(let wanted, _)): curve == wanted
        default: false
        }
    }
}
