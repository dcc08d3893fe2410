internal import OpenSSLCrypto
internal import Secrets
package import StrictJSON

/// A key that signatures are checked with, and the algorithms it may be used for.
///
/// The algorithms are fixed by the key's type and curve, and narrowed by its `alg`. An HS256 token is thus never
/// checked with an RSA key's bytes, whatever the token's header says (RFC 8725 §3.1, CVE-2015-9235).
package struct VerificationKey: Sendable {
    enum Material: Sendable {
        case keyPair(VerificationKeyHandle)
        case sharedSecret(HMACKey)
    }

    package let keyID: KeyID?
    package let algorithms: Set<SignatureAlgorithm>
    /// The JWK's `issuer`, which Entra's shared set uses to say whose tokens a key signs.
    package let issuer: String?
    /// RFC 7638, SHA-256; `nil` for a shared secret, whose digest would help those who guess it.
    package let thumbprint: String?
    private let material: Material

    init(keyID: KeyID?, algorithms: Set<SignatureAlgorithm>, issuer: String?, material: Material) {
        self.keyID = keyID
        self.algorithms = algorithms
        self.issuer = issuer
        self.material = material
        thumbprint =
            switch material {
            case .keyPair(let handle): handle.components.thumbprint
            case .sharedSecret: nil
            }
    }

    /// Whether this key's owner signed exactly these bytes.
    package func verifies(_ jws: CompactJWS) -> Bool {
        guard algorithms.contains(jws.algorithm) else { return false }
        switch (material, jws.algorithm.method) {
        case (.keyPair(let handle), .keyPair(let scheme)):
            return handle.verify(scheme, signature: jws.signature.span, message: jws.signingInput.span)
        case (.sharedSecret(let key), .sharedSecret(let hash)):
            return key.verify(hash, code: jws.signature, message: jws.signingInput.span)
        case (.keyPair, .sharedSecret), (.sharedSecret, .keyPair):
            return false
        }
    }

    /// The key as a public JWK: `alg` when there is only one, `use: sig`. Of a shared secret nothing but its name.
    package var jwk: JSONValue {
        var object = JSONObject()
        switch material {
        case .keyPair(let handle):
            for (name, value) in handle.components.jwkMembers { object[name] = .string(JSONString(value)) }
        case .sharedSecret: object["kty"] = "oct"
        }
        if let keyID { object["kid"] = .string(JSONString(keyID.rawValue)) }
        if algorithms.count == 1, let algorithm = algorithms.first {
            object["alg"] = .string(JSONString(algorithm.rawValue))
        }
        object["use"] = "sig"
        return .object(object)
    }

    /// The public key as PEM, for those who do not read JWKs; `nil` for a shared secret.
    package var publicPEM: String? {
        if case .keyPair(let handle) = material { try? handle.pem() } else { nil }
    }

    /// Same name, same algorithms and same key: sets sometimes list a key twice.
    package func isSameKey(as other: VerificationKey) -> Bool {
        thumbprint != nil && thumbprint == other.thumbprint && keyID == other.keyID && algorithms == other.algorithms
            && issuer == other.issuer
    }
}

extension PublicKeyComponents {
    /// The required members, in the lexicographic order that RFC 7638 §3.2 wants.
    var jwkMembers: [(name: String, value: String)] {
        switch self {
        case .rsa(let modulus, let exponent):
            [("e", Base64URL.encode(exponent)), ("kty", "RSA"), ("n", Base64URL.encode(modulus))]
        case .ec(let curve, let x, let y):
            [("crv", curve.rawValue), ("kty", "EC"), ("x", Base64URL.encode(x)), ("y", Base64URL.encode(y))]
        case .ed25519(let x):
            [("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.encode(x))]
        }
    }

    /// RFC 7638 with SHA-256. All values are base64url or names of ours, so the JSON needs no escaping.
    var thumbprint: String {
        let members = jwkMembers.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",")
        return Base64URL.encode(SHA2.sha256(Array("{\(members)}".utf8)))
    }
}
