internal import COpenSSL
package import Secrets

/// A key pair that signs. Its private numbers never leave OpenSSL, except as a `Secret` to be stored.
package final class PrivateKeyHandle: Sendable {
    /// What can be generated.
    package enum Kind: Hashable, Sendable {
        case ec(EllipticCurve)
        /// 2,048 bits take about 0.35 s to find: never on the cooperative pool.
        case rsa(bits: Int)
        case ed25519

        package static let p256 = Kind.ec(.p256)
        package static let p384 = Kind.ec(.p384)
        package static let p521 = Kind.ec(.p521)
    }

    /// The public half, for a JWK.
    package let publicComponents: PublicKeyComponents
    /// The public half, ready to verify.
    package let verificationKey: VerificationKeyHandle
    let key: EVPKey
    private let contexts: ContextPool

    package convenience init(generating kind: Kind) throws(CryptoFailure) { try self.init(Self.generate(kind)) }

    /// Reads an unencrypted private key (PKCS#8, or the older forms of RSA and EC keys).
    package convenience init(pem: Secret) throws(CryptoFailure) {
        let largest = 64 * 1024  // a PEM of 8,192 bits has 6.5 KiB
        guard pem.count <= largest else { throw .unusableKey(.notReadable) }
        defer { ERR_clear_error() }
        let memory = try MemoryBIO(pem.reveal())
        guard let read = unsafe gatehouse_read_private_key(memory.pointer) else { throw .unusableKey(.notReadable) }
        try unsafe self.init(EVPKey(owning: read))
    }

    /// A key is taken only when its public half verifies what its private half signs: a damaged file would otherwise
    /// be found by those who get its signatures.
    private init(_ key: EVPKey) throws(CryptoFailure) {
        self.key = key
        publicComponents = try key.publicComponents()
        verificationKey = try VerificationKeyHandle(
            publicComponents, maximumRSABits: PublicKeyComponents.largestModulus)
        contexts = ContextPool(key, .sign)
        let scheme: SignatureScheme =
            switch publicComponents {
            case .rsa: .rsaPKCS1(.sha256)
            case .ec(let curve, _, _): .ecdsa(curve, .sha256)
            case .ed25519: .ed25519
            }
        let probe = Array("probe".utf8)
        guard let signature = try? sign(scheme, probe),
            verificationKey.verify(scheme, signature: signature, message: probe)
        else { throw .unusableKey(.halvesDisagree) }
    }

    private static func generate(_ kind: Kind) throws(CryptoFailure) -> EVPKey {
        let name =
            switch kind {
            case .ec: "EC"
            case .rsa: "RSA"
            case .ed25519: "ED25519"
            }
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil) else {
            throw .library("EVP_PKEY_CTX_new_from_name")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw .library("EVP_PKEY_keygen_init") }
        switch kind {
        case .ec(let curve):
            guard unsafe EVP_PKEY_CTX_set_group_name(context, curve.rawValue) == 1 else {
                throw .library("EVP_PKEY_CTX_set_group_name")
            }
        case .rsa(let bits):
            guard bits >= PublicKeyComponents.smallestModulus else { throw .unusableKey(.modulusTooSmall) }
            guard bits <= PublicKeyComponents.largestModulus else { throw .unusableKey(.modulusTooLarge) }
            guard unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(truncatingIfNeeded: bits)) == 1 else {
                throw .library("EVP_PKEY_CTX_set_rsa_keygen_bits")
            }
        case .ed25519: break
        }
        var made: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &made) == 1, let made = unsafe made else {
            throw .library("EVP_PKEY_generate")
        }
        return unsafe EVPKey(owning: made)
    }

    /// Signs a message; an ECDSA signature is r and s side by side (RFC 7518 §3.4).
    package func sign(_ scheme: SignatureScheme, _ message: [UInt8]) throws(CryptoFailure) -> [UInt8] {
        guard publicComponents.fits(scheme) else { throw .schemeDoesNotFit }
        defer { ERR_clear_error() }
        switch scheme {
        case .rsaPKCS1(let hash), .rsaPSS(let hash):
            return Array(try signDigest(scheme, SHA2.digest(hash, message.span)))
        case .ecdsa(let curve, let hash):
            let der = try signDigest(scheme, SHA2.digest(hash, message.span))
            guard let signature = ECDSASignature.jose(der, curve) else { throw .library("EVP_PKEY_sign") }
            return signature
        case .ed25519:
            return try signMessage(message)
        }
    }

    private func signDigest(_ scheme: SignatureScheme, _ digest: [UInt8]) throws(CryptoFailure) -> ArraySlice<UInt8> {
        let context = try contexts.take(scheme)
        defer { contexts.giveBack(context, scheme) }
        let capacity = unsafe EVP_PKEY_get_size(key.pointer)
        var signature = [UInt8](repeating: 0, count: max(0, Int(capacity)))
        var length = signature.count
        guard unsafe EVP_PKEY_sign(context.pointer, &signature, &length, digest, digest.count) == 1 else {
            throw .library("EVP_PKEY_sign")
        }
        return signature.prefix(length)
    }

    private func signMessage(_ message: [UInt8]) throws(CryptoFailure) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = signature.count
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key.pointer) == 1,
            unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == 64
        else { throw .library("EVP_DigestSign") }
        return signature
    }

    /// The key pair as PKCS#8 PEM, not encrypted (RFC 5958): to be sealed or stored with mode 0600.
    package func pem() throws(CryptoFailure) -> Secret {
        defer { ERR_clear_error() }
        let memory = try MemoryBIO()
        guard unsafe PEM_write_bio_PKCS8PrivateKey(memory.pointer, key.pointer, nil, nil, 0, nil, nil) == 1 else {
            throw .library("PEM_write_bio_PKCS8PrivateKey")
        }
        return Secret(memory.contents())
    }
}
