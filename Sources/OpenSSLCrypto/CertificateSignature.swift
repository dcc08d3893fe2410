internal import COpenSSL

extension PrivateKeyHandle {
    /// The AlgorithmIdentifier of what `EVPKey.signature` makes: ecdsa-with-SHA256 (RFC 5758 §3.2) or
    /// sha256WithRSAEncryption (RFC 4055 §5). An authority has no other key.
    var certificateSignatureAlgorithm: [UInt8] {
        if case .rsa = publicComponents {
            return [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, 0x05, 0x00]
        }
        return [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
    }
}

extension EVPKey {
    /// In the form that certificates have, which for ECDSA is not that of JOSE.
    func signature(of message: [UInt8]) throws(CryptoFailure) -> [UInt8] {
        defer { ERR_clear_error() }
        guard let context = unsafe EVP_MD_CTX_new() else { throw .library("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: max(0, Int(unsafe EVP_PKEY_get_size(pointer))))
        var length = signature.count
        guard unsafe EVP_DigestSignInit(context, nil, EVP_sha256(), nil, pointer) == 1,
            unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        else { throw .library("EVP_DigestSign") }
        return Array(signature.prefix(length))
    }
}
