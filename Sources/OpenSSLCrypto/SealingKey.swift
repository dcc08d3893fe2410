internal import COpenSSL
package import Secrets

/// Seals secrets for storage with AES-256-GCM (NIST SP 800-38D): what comes back is what went in, in the same place.
///
/// A sealed value is a random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes. With random nonces one key may
/// seal 2^32 values (§8.3); we seal keys and client secrets, some thousands.
package struct SealingKey: Sendable {
    private static let nonceLength = 12
    private static let tagLength = 16
    private static let largest = 1 << 20

    private let key: Secret

    /// Takes exactly 32 bytes, random: a pass phrase is not a key.
    package init(_ key: Secret) throws(CryptoFailure) {
        guard key.count == 32 else { throw .unusableKey(.wrongLength) }
        self.key = key
    }

    package static func generate() throws(CryptoFailure) -> (key: SealingKey, secret: Secret) {
        let secret = Secret(try RandomBytes.make(32))
        return (try SealingKey(secret), secret)
    }

    /// The context says where the value lives ("signing-key:kid"): it opens there only, so rows cannot be swapped.
    package func seal(_ plaintext: Secret, context: [UInt8]) throws(CryptoFailure) -> [UInt8] {
        guard plaintext.count <= Self.largest, context.count <= Self.largest else {
            throw .library("EVP_EncryptUpdate")
        }
        let nonce = try RandomBytes.make(Self.nonceLength)
        let cipher = try Cipher(key.reveal(), nonce, encrypting: true)
        var ciphertext = try cipher.process(plaintext.reveal(), context: context)
        guard cipher.finish() else { throw .library("EVP_EncryptFinal_ex") }
        ciphertext += try cipher.tag(length: Self.tagLength)
        return nonce + ciphertext
    }

    /// Nothing of a value that was altered comes out.
    package func open(_ sealed: [UInt8], context: [UInt8]) throws(CryptoFailure) -> Secret {
        guard sealed.count >= Self.nonceLength + Self.tagLength,
            sealed.count <= Self.largest + Self.nonceLength + Self.tagLength, context.count <= Self.largest
        else { throw .sealBroken }
        let nonce = Array(sealed.prefix(Self.nonceLength))
        let ciphertext = Array(sealed.dropFirst(Self.nonceLength).dropLast(Self.tagLength))
        let cipher = try Cipher(key.reveal(), nonce, encrypting: false)
        let plaintext = try cipher.process(ciphertext, context: context)
        try cipher.expect(tag: Array(sealed.suffix(Self.tagLength)))
        guard cipher.finish() else { throw .sealBroken }
        return Secret(plaintext)
    }
}

/// One run of AES-256-GCM; the caller has checked the lengths, so that they fit C's `int`.
@safe private struct Cipher: ~Copyable {
    private let pointer: OpaquePointer

    init(_ key: [UInt8], _ nonce: [UInt8], encrypting: Bool) throws(CryptoFailure) {
        guard let made = unsafe EVP_CIPHER_CTX_new() else { throw .library("EVP_CIPHER_CTX_new") }
        guard unsafe EVP_CipherInit_ex(made, EVP_aes_256_gcm(), nil, key, nonce, encrypting ? 1 : 0) == 1 else {
            unsafe EVP_CIPHER_CTX_free(made)
            ERR_clear_error()
            throw .library("EVP_CipherInit_ex")
        }
        unsafe pointer = made
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(pointer)
        ERR_clear_error()
    }

    borrowing func process(_ input: [UInt8], context: [UInt8]) throws(CryptoFailure) -> [UInt8] {
        var count: Int32 = 0
        guard unsafe EVP_CipherUpdate(pointer, nil, &count, context, Int32(truncatingIfNeeded: context.count)) == 1
        else { throw .library("EVP_CipherUpdate") }
        guard !input.isEmpty else { return [] }
        var output = [UInt8](repeating: 0, count: input.count)
        guard unsafe EVP_CipherUpdate(pointer, &output, &count, input, Int32(truncatingIfNeeded: input.count)) == 1,
            Int(count) == input.count
        else { throw .library("EVP_CipherUpdate") }
        return output
    }

    borrowing func finish() -> Bool {
        var rest: (UInt64, UInt64) = (0, 0)  // GCM writes nothing here, and a block has room all the same
        var count: Int32 = 0
        return unsafe withUnsafeMutableBytes(of: &rest) { rest in
            unsafe EVP_CipherFinal_ex(pointer, rest.baseAddress?.assumingMemoryBound(to: UInt8.self), &count) == 1
        }
    }

    borrowing func tag(length: Int) throws(CryptoFailure) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: length)
        guard
            unsafe EVP_CIPHER_CTX_ctrl(
                pointer, EVP_CTRL_AEAD_GET_TAG, Int32(truncatingIfNeeded: length), &tag) == 1
        else { throw .library("EVP_CIPHER_CTX_ctrl") }
        return tag
    }

    borrowing func expect(tag: [UInt8]) throws(CryptoFailure) {
        var tag = tag
        guard
            unsafe EVP_CIPHER_CTX_ctrl(
                pointer, EVP_CTRL_AEAD_SET_TAG, Int32(truncatingIfNeeded: tag.count), &tag) == 1
        else { throw .library("EVP_CIPHER_CTX_ctrl") }
    }
}
