internal import COpenSSL

/// One `AUTHORITY_KEYID`: which key has signed (RFC 5280 §4.2.1.1).
@safe struct AuthorityKeyIdentifier: ~Copyable {
    let pointer: UnsafeMutablePointer<AUTHORITY_KEYID>

    init(_ identifier: [UInt8]) throws(CryptoFailure) {
        let string = try ASN1StringHandle(V_ASN1_OCTET_STRING, identifier)
        guard let made = unsafe AUTHORITY_KEYID_new() else { throw .library("AUTHORITY_KEYID_new") }
        unsafe pointer = made
        unsafe pointer.pointee.keyid = string.release()
    }

    deinit { unsafe AUTHORITY_KEYID_free(pointer) }
}

/// `CRLDistributionPoints` with one point, by one URI (RFC 5280 §4.2.1.13).
@safe struct DistributionPoint: ~Copyable {
    let list: OpaquePointer

    init(_ url: String) throws(CryptoFailure) {
        guard let uri = try? AlternativeName.uri(checking: url) else { throw .unfitForCertificate(.revocationURL) }
        let names = try GeneralNames.list([uri])
        guard let point = unsafe DIST_POINT_new() else { throw .library("DIST_POINT_new") }
        guard let name = unsafe DIST_POINT_NAME_new() else {
            unsafe DIST_POINT_free(point)
            throw .library("DIST_POINT_NAME_new")
        }
        unsafe name.pointee.type = 0  // full name
        unsafe name.pointee.name.fullname = names.release()
        unsafe point.pointee.distpoint = name
        guard let made = unsafe CRL_DIST_POINTS_new(), unsafe OPENSSL_sk_push(made, point) > 0 else {
            unsafe DIST_POINT_free(point)
            throw .library("CRL_DIST_POINTS_new")
        }
        unsafe list = made
    }

    deinit { unsafe CRL_DIST_POINTS_free(list) }
}
