internal import Identifiers
internal import OpenSSLCrypto

/// The signature algorithms that we know (RFC 7518 §3.1, RFC 8037 §3.1). `none` is not one of them.
package enum SignatureAlgorithm: String, CaseIterable, Sendable, Hashable {
    case RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512

    /// The algorithm of exactly that name: case matters (RFC 7515 §4.1.1), and bytes are compared.
    package init?(rawValue: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.hasSameBytes(as: rawValue) }) else { return nil }
        self = found
    }

    /// What the algorithm does: with a key pair, or with a secret that both sides have.
    enum Method: Hashable, Sendable {
        case keyPair(SignatureScheme)
        case sharedSecret(HashFunction)
    }

    var method: Method {
        switch self {
        case .RS256: .keyPair(.rsaPKCS1(.sha256))
        case .RS384: .keyPair(.rsaPKCS1(.sha384))
        case .RS512: .keyPair(.rsaPKCS1(.sha512))
        case .PS256: .keyPair(.rsaPSS(.sha256))
        case .PS384: .keyPair(.rsaPSS(.sha384))
        case .PS512: .keyPair(.rsaPSS(.sha512))
        case .ES256: .keyPair(.ecdsa(.p256, .sha256))
        case .ES384: .keyPair(.ecdsa(.p384, .sha384))
        case .ES512: .keyPair(.ecdsa(.p521, .sha512))
        case .EdDSA: .keyPair(.ed25519)
        case .HS256: .sharedSecret(.sha256)
        case .HS384: .sharedSecret(.sha384)
        case .HS512: .sharedSecret(.sha512)
        }
    }

    /// Whether both sides hold the key (RFC 7518 §3.2). Such a key is never published.
    package var isSymmetric: Bool { if case .sharedSecret = method { true } else { false } }

    /// The algorithms that go with a public key, before its own `alg` narrows them.
    static func fitting(_ components: PublicKeyComponents) -> Set<SignatureAlgorithm> {
        Set(
            allCases.filter { algorithm in
                if case .keyPair(let scheme) = algorithm.method { components.fits(scheme) } else { false }
            })
    }

    /// The algorithms that a secret is long enough for: at least the digest's length (RFC 7518 §3.2).
    static func fitting(secretLength: Int) -> Set<SignatureAlgorithm> {
        Set(
            allCases.filter { algorithm in
                if case .sharedSecret(let hash) = algorithm.method { secretLength >= hash.digestLength } else { false }
            })
    }
}
