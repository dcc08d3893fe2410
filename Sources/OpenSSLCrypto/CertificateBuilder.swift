internal import COpenSSL

/// One certificate under construction (RFC 5280 §4.1, version 3). Each step checks what it writes.
@safe struct CertificateBuilder: ~Copyable {
    private let pointer: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe X509_new() else { throw .library("X509_new") }
        unsafe pointer = made
    }

    static func start(
        subject: CertificateName, publicKey: PrivateKeyHandle, serial: CertificateSerial, notBefore: Int64,
        notAfter: Int64
    ) throws(CryptoFailure) -> CertificateBuilder {
        try CertificateTime.check(from: notBefore, to: notAfter)
        let builder = try CertificateBuilder()
        try builder.begin(subject, publicKey, serial, notBefore, notAfter)
        return builder
    }

    private borrowing func begin(
        _ subject: CertificateName, _ publicKey: PrivateKeyHandle, _ serial: CertificateSerial, _ notBefore: Int64,
        _ notAfter: Int64
    ) throws(CryptoFailure) {
        let name = try subject.encoded()
        let number = try ASN1StringHandle(integer: serial)
        let start = try TimeHandle(notBefore)
        let end = try TimeHandle(notAfter)
        guard unsafe X509_set_version(pointer, Int(X509_VERSION_3)) == 1,
            unsafe X509_set_serialNumber(pointer, number.pointer) == 1,
            unsafe X509_set_subject_name(pointer, name.pointer) == 1,
            unsafe X509_set1_notBefore(pointer, start.pointer) == 1,
            unsafe X509_set1_notAfter(pointer, end.pointer) == 1,
            // Writes the public half only.
            unsafe X509_set_pubkey(pointer, publicKey.key.pointer) == 1
        else { throw .library("X509_set") }
    }

    deinit {
        unsafe X509_free(pointer)
        ERR_clear_error()
    }

    private borrowing func add(_ kind: Int32, critical: Bool, _ value: UnsafeMutableRawPointer) throws(CryptoFailure) {
        guard unsafe X509_add1_ext_i2d(pointer, kind, value, critical ? 1 : 0, 0) == 1 else {
            throw .library("X509_add1_ext_i2d")
        }
    }

    /// §4.2.1.9, critical. An authority of ours has certificates below it and no further authorities: path length 0.
    borrowing func basicConstraints(isAuthority: Bool) throws(CryptoFailure) {
        guard let constraints = unsafe BASIC_CONSTRAINTS_new() else { throw .library("BASIC_CONSTRAINTS_new") }
        defer { unsafe BASIC_CONSTRAINTS_free(constraints) }
        if isAuthority {
            unsafe constraints.pointee.ca = 0xFF
            unsafe constraints.pointee.pathlen = try ASN1StringHandle(V_ASN1_INTEGER, [0]).release()
        }
        try unsafe add(NID_basic_constraints, critical: true, UnsafeMutableRawPointer(constraints))
    }

    /// §4.2.1.3, critical.
    borrowing func keyUsage(_ uses: [KeyUse]) throws(CryptoFailure) {
        let bits = try ASN1StringHandle.bits(uses.map(\.rawValue))
        try unsafe add(NID_key_usage, critical: true, UnsafeMutableRawPointer(bits.pointer))
    }

    /// §4.2.1.12: exactly one purpose.
    borrowing func extendedKeyUsage(_ purpose: Int32) throws(CryptoFailure) {
        guard let purposes = unsafe EXTENDED_KEY_USAGE_new() else { throw .library("EXTENDED_KEY_USAGE_new") }
        defer { unsafe EXTENDED_KEY_USAGE_free(purposes) }
        // OpenSSL's own constant, which nobody frees.
        guard let object = unsafe OBJ_nid2obj(purpose),
            unsafe OPENSSL_sk_push(purposes, UnsafeRawPointer(object)) > 0
        else { throw .library("OPENSSL_sk_push") }
        try unsafe add(NID_ext_key_usage, critical: false, UnsafeMutableRawPointer(purposes))
    }

    /// §4.2.1.6; not critical, since there is a subject too.
    borrowing func alternativeNames(_ names: [AlternativeName]) throws(CryptoFailure) {
        guard !names.isEmpty else { return }
        let list = try GeneralNames.list(names)
        try unsafe add(NID_subject_alt_name, critical: false, UnsafeMutableRawPointer(list.pointer))
    }

    /// §4.2.1.2.
    borrowing func subjectKeyIdentifier(_ identifier: [UInt8]) throws(CryptoFailure) {
        let string = try ASN1StringHandle(V_ASN1_OCTET_STRING, identifier)
        try unsafe add(NID_subject_key_identifier, critical: false, UnsafeMutableRawPointer(string.pointer))
    }

    /// §4.2.1.1.
    borrowing func authorityKeyIdentifier(_ identifier: [UInt8]) throws(CryptoFailure) {
        let value = try AuthorityKeyIdentifier(identifier)
        try unsafe add(NID_authority_key_identifier, critical: false, UnsafeMutableRawPointer(value.pointer))
    }

    /// §4.2.1.13: one place, by URI.
    borrowing func revocationList(at url: String) throws(CryptoFailure) {
        let point = try DistributionPoint(url)
        try unsafe add(NID_crl_distribution_points, critical: false, UnsafeMutableRawPointer(point.list))
    }

    /// The identifier of the key that this certificate is for (RFC 7093 §2, method 1).
    borrowing func keyIdentifier() throws(CryptoFailure) -> [UInt8] {
        try unsafe X509Handle.keyIdentifier(of: pointer)
    }

    /// Signs with SHA-256, and reads the result back: what leaves here is what a reader will see.
    consuming func sign(issuer: OpaquePointer?, _ key: EVPKey) throws(CryptoFailure) -> Certificate {
        let name = unsafe issuer ?? X509_get_subject_name(pointer)
        guard unsafe X509_set_issuer_name(pointer, name) == 1 else { throw .library("X509_set_issuer_name") }
        guard unsafe X509_sign(pointer, key.pointer, EVP_sha256()) > 0 else { throw .library("X509_sign") }
        return try unsafe Certificate(der: DERWriter.bytes { output in unsafe i2d_X509(pointer, output) })
    }
}

/// The bits of key usage that we set.
enum KeyUse: Int32 {
    case digitalSignature = 0
    case certificateSigning = 5
    case revocationListSigning = 6
}
