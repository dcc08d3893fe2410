internal import COpenSSL

/// One `X509`, freed once. Never changed after it was made, and what OpenSSL computes about it is computed before
/// another thread can see it: that is why `@unchecked Sendable` is true.
@safe final class X509Handle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Exactly one certificate in DER, and in the one encoding that DER has for it, so that a certificate has one
    /// fingerprint.
    init(der: [UInt8]) throws(CryptoFailure) {
        defer { ERR_clear_error() }
        let read: OpaquePointer? = unsafe der.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            return unsafe d2i_X509(nil, &next, bytes.count)
        }
        guard let read = unsafe read else { throw .unusableCertificate(.notReadable) }
        unsafe pointer = read
        // Purpose -1: computes what the extensions say, and nothing else.
        guard unsafe X509_check_purpose(read, -1, 0) == 1, flags & UInt32(EXFLAG_INVALID) == 0, try encoded() == der
        else { throw .unusableCertificate(.notReadable) }
    }

    deinit { unsafe X509_free(pointer) }

    /// `EXFLAG_...`: what OpenSSL has seen in the extensions.
    var flags: UInt32 { unsafe X509_get_extension_flags(pointer) }
    /// `KU_...`; `nil` when there is no such extension.
    var keyUsage: UInt32? {
        let bits = unsafe X509_get_key_usage(pointer)
        return bits == .max ? nil : bits
    }
    /// `XKU_...`; `nil` when there is no such extension.
    var extendedKeyUsage: UInt32? {
        let bits = unsafe X509_get_extended_key_usage(pointer)
        return bits == .max ? nil : bits
    }

    private func encoded() throws(CryptoFailure) -> [UInt8] {
        try unsafe DERWriter.bytes { output in unsafe i2d_X509(pointer, output) }
    }

    func encodedSubject() throws(CryptoFailure) -> [UInt8] {
        try unsafe DERWriter.bytes { output in unsafe i2d_X509_NAME(X509_get_subject_name(pointer), output) }
    }

    /// Whether there is a critical extension other than those that decide what a certificate may be used for and
    /// whose it is (RFC 5280 §4.2: a reader must refuse what it does not know).
    var hasUnknownCriticalExtension: Bool {
        let known = [NID_basic_constraints, NID_key_usage, NID_ext_key_usage, NID_subject_alt_name]
        return (0..<(unsafe X509_get_ext_count(pointer))).contains { index in
            guard let one = unsafe X509_get_ext(pointer, index) else { return true }
            guard unsafe X509_EXTENSION_get_critical(one) != 0 else { return false }
            return !known.contains(unsafe OBJ_obj2nid(X509_EXTENSION_get_object(one)))
        }
    }

    /// SHA-256 of the public key, cut to 160 bits (RFC 7093 §2, method 1).
    static func keyIdentifier(of certificate: OpaquePointer) throws(CryptoFailure) -> [UInt8] {
        guard let key = unsafe X509_get0_pubkey_bitstr(certificate) else { throw .library("X509_get0_pubkey_bitstr") }
        return Array(SHA2.sha256(unsafe ASN1Text.bytes(key)).prefix(20))
    }

    /// The identifier that the certificate states for its key, or else the computed one.
    func keyIdentifier() throws(CryptoFailure) -> [UInt8] {
        if let stated = unsafe X509_get0_subject_key_id(pointer) { return unsafe ASN1Text.bytes(stated) }
        return try unsafe Self.keyIdentifier(of: pointer)
    }
}

/// What OpenSSL's `i2d` functions write.
enum DERWriter {
    static func bytes(
        _ write: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
    ) throws(CryptoFailure)
        -> [UInt8]
    {
        defer { ERR_clear_error() }
        var buffer: UnsafeMutablePointer<UInt8>?
        let count = unsafe write(&buffer)
        guard count > 0, let start = unsafe buffer else { throw .library("i2d") }
        defer { unsafe gatehouse_free(start) }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }
}
