package import OpenSSLCrypto
package import Secrets
package import StrictJSON

/// A key pair that signs tokens with one algorithm. Its name is its thumbprint, so two keys never share a name and a
/// key restored from a backup keeps its own (RFC 7638).
package struct SigningKey: Sendable {
    package let algorithm: SignatureAlgorithm
    package let keyID: KeyID
    /// The public half, named and narrowed to this algorithm.
    package let verificationKey: VerificationKey
    private let handle: PrivateKeyHandle
    private let scheme: SignatureScheme

    /// Makes a new pair. RSA takes about 0.35 s: not on the cooperative pool. A shared-secret algorithm is refused.
    package init(generating algorithm: SignatureAlgorithm, rsaBits: Int = 2048) throws(CryptoFailure) {
        let kind: PrivateKeyHandle.Kind
        switch algorithm.method {
        case .keyPair(.rsaPKCS1), .keyPair(.rsaPSS): kind = .rsa(bits: rsaBits)
        case .keyPair(.ecdsa(let curve, _)): kind = .ec(curve)
        case .keyPair(.ed25519): kind = .ed25519
        case .sharedSecret: throw .schemeDoesNotFit
        }
        try self.init(PrivateKeyHandle(generating: kind), algorithm)
    }

    /// An existing pair, unencrypted PEM; refused when its type or curve is not the algorithm's.
    package init(pem: Secret, algorithm: SignatureAlgorithm) throws(CryptoFailure) {
        try self.init(PrivateKeyHandle(pem: pem), algorithm)
    }

    private init(_ handle: PrivateKeyHandle, _ algorithm: SignatureAlgorithm) throws(CryptoFailure) {
        guard case .keyPair(let scheme) = algorithm.method, handle.publicComponents.fits(scheme) else {
            throw .schemeDoesNotFit
        }
        guard let keyID = try? KeyID(handle.publicComponents.thumbprint) else { throw .schemeDoesNotFit }
        self.algorithm = algorithm
        self.keyID = keyID
        self.handle = handle
        self.scheme = scheme
        verificationKey = VerificationKey(
            keyID: keyID, algorithms: [algorithm], issuer: nil, material: .keyPair(handle.verificationKey))
    }

    /// What goes into our published set: `kty` and its members, `kid`, `alg`, `use: sig`.
    package var publicJWK: JSONValue { verificationKey.jwk }

    /// The private key, PKCS#8, to be sealed or written with mode 0600.
    package func pem() throws(CryptoFailure) -> Secret { try handle.pem() }

    /// A compact JWS over these claims. The header is `alg`, `typ` and `kid`, and nothing of the caller's.
    package func sign(type: String, claims: JSONObject) throws(CryptoFailure) -> Secret {
        try sign(type: type, payload: JSONValue.object(claims).encoded())
    }

    package func sign(type: String, payload: [UInt8]) throws(CryptoFailure) -> Secret {
        var header = JSONObject()
        header["alg"] = .string(JSONString(algorithm.rawValue))
        header["typ"] = .string(JSONString(type))
        header["kid"] = .string(JSONString(keyID.rawValue))
        var token = Base64URL.encodeBytes(JSONValue.object(header).encoded())
        token.append(UInt8(ascii: "."))
        token += Base64URL.encodeBytes(payload)
        let signature = try handle.sign(scheme, token)
        token.append(UInt8(ascii: "."))
        token += Base64URL.encodeBytes(signature)
        return Secret(token)
    }
}
