internal import COpenSSL
internal import Synchronization

/// What a context was set up for.
enum KeyOperation: Hashable, Sendable { case sign, verify }

/// One `EVP_PKEY_CTX`, set up for one scheme and used again and again: EVP_PKEY_verify(3) allows it, and setting one
/// up costs as much as a good part of an RSA verification.
///
/// `@unchecked Sendable` is true because a context has one holder at a time: the thread that took it from the pool.
@safe final class OperationContext: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ key: EVPKey, _ operation: KeyOperation, _ scheme: SignatureScheme) throws(CryptoFailure) {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else {
            throw .library("EVP_PKEY_CTX_new_from_pkey")
        }
        unsafe pointer = context  // from here on deinit frees it
        let begun =
            switch operation {
            case .sign: unsafe EVP_PKEY_sign_init(context)
            case .verify: unsafe EVP_PKEY_verify_init(context)
            }
        guard begun == 1 else { throw .schemeDoesNotFit }
        switch scheme {
        case .rsaPKCS1(let hash):
            try Self.require(unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING))
            try Self.require(unsafe EVP_PKEY_CTX_set_signature_md(context, hash.evp))
        case .rsaPSS(let hash):
            try Self.require(unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING))
            try Self.require(unsafe EVP_PKEY_CTX_set_signature_md(context, hash.evp))
            try Self.require(unsafe EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash.evp))
            try Self.require(unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST))
        case .ecdsa(_, let hash):
            try Self.require(unsafe EVP_PKEY_CTX_set_signature_md(context, hash.evp))
        case .ed25519:
            throw .schemeDoesNotFit  // signs messages, not digests: EVP_DigestSign
        }
    }

    deinit { unsafe EVP_PKEY_CTX_free(pointer) }

    private static func require(_ result: Int32) throws(CryptoFailure) {
        guard result == 1 else { throw .schemeDoesNotFit }
    }
}

/// Contexts of one key that nobody uses at the moment. As many come to be as threads sign or verify at once, and a
/// few are kept.
final class ContextPool: Sendable {
    private static let kept = 8

    private let key: EVPKey
    private let operation: KeyOperation
    private let idle = Mutex<[(scheme: SignatureScheme, context: OperationContext)]>([])

    init(_ key: EVPKey, _ operation: KeyOperation) { (self.key, self.operation) = (key, operation) }

    func take(_ scheme: SignatureScheme) throws(CryptoFailure) -> OperationContext {
        let found = idle.withLock { idle -> OperationContext? in
            guard let index = idle.lastIndex(where: { $0.scheme == scheme }) else { return nil }
            return idle.remove(at: index).context
        }
        if let found { return found }
        return try OperationContext(key, operation, scheme)
    }

    func giveBack(_ context: OperationContext, _ scheme: SignatureScheme) {
        idle.withLock { idle in
            if idle.count < Self.kept { idle.append((scheme, context)) }
        }
    }
}
