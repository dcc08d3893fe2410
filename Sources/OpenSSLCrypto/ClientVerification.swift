internal import COpenSSL

/// Why a client certificate is not taken.
package enum CertificateRefusal: Error, Hashable, Sendable, CaseIterable {
    case malformed, wrongIssuer, badSignature, notYetValid, expired, wrongPurpose, isAuthority
    case unknownCriticalExtension
}

extension CertificateAuthority {
    /// Checks a client's certificate: issued by this authority, for this purpose, and valid at that time. Whether it
    /// has been revoked is the caller's to look up, by serial.
    ///
    /// Nothing that a certificate says counts before its signature does.
    package func verifyClient(_ certificate: Certificate, at seconds: Int64) throws(CertificateRefusal) {
        defer { ERR_clear_error() }
        let (leaf, authority) = (certificate.handle, self.certificate.handle)
        guard let issuer = unsafe X509_get_issuer_name(leaf.pointer),
            let subject = unsafe X509_get_subject_name(authority.pointer)
        else { throw .malformed }
        guard unsafe X509_NAME_cmp(issuer, subject) == 0 else { throw .wrongIssuer }
        guard leaf.isSignedWithStrongHash,
            unsafe X509_verify(leaf.pointer, key.verificationKey.key.pointer) == 1
        else { throw .badSignature }
        guard !leaf.hasUnknownCriticalExtension else { throw .unknownCriticalExtension }
        guard !certificate.isAuthority else { throw .isAuthority }
        // RFC 5280 §4.2.1.12: a certificate without the extension, or for any purpose, was not issued for this one.
        guard let purposes = leaf.extendedKeyUsage, purposes & UInt32(XKU_SSL_CLIENT) != 0,
            leaf.keyUsage.map({ $0 & UInt32(KU_DIGITAL_SIGNATURE) != 0 }) != false
        else { throw .wrongPurpose }
        guard max(certificate.notBefore, self.certificate.notBefore) <= seconds else { throw .notYetValid }
        guard seconds <= min(certificate.notAfter, self.certificate.notAfter) else { throw .expired }
    }
}

extension X509Handle {
    /// At least 112 bits (NIST SP 800-57): MD5 and SHA-1 have fewer.
    fileprivate var isSignedWithStrongHash: Bool {
        var bits: Int32 = 0
        guard unsafe X509_get_signature_info(pointer, nil, nil, &bits, nil) == 1 else { return false }
        return bits >= 112
    }
}
