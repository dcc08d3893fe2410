internal import COpenSSL

/// Why a certificate does not count any more (RFC 5280 §5.3.1).
package enum RevocationReason: Int32, Hashable, Sendable, CaseIterable {
    case unspecified = 0
    case keyCompromise = 1
    case authorityCompromise = 2
    case affiliationChanged = 3
    case superseded = 4
    case cessationOfOperation = 5
    /// The only one that can be taken back.
    case certificateHold = 6
    case privilegeWithdrawn = 9
}

package struct RevokedEntry: Hashable, Sendable {
    package let serial: CertificateSerial
    /// Seconds since 1970.
    package let revokedAt: Int64
    package let reason: RevocationReason

    package init(serial: CertificateSerial, revokedAt: Int64, reason: RevocationReason) {
        (self.serial, self.revokedAt, self.reason) = (serial, revokedAt, reason)
    }
}

/// A signed list of the certificates that count no more (RFC 5280 §5), in both forms that clients fetch.
package struct RevocationList: Hashable, Sendable {
    package let der: [UInt8]
    package let pem: String
}

extension CertificateAuthority {
    /// `number` grows with each list (§5.2.3). Takes time for many entries: never on the cooperative pool.
    package func revocationList(
        entries: [RevokedEntry], number: Int64, thisUpdate: Int64, nextUpdate: Int64
    ) throws(CryptoFailure) -> RevocationList {
        guard number >= 0 else { throw .unfitForCertificate(.listNumber) }
        try CertificateTime.check(from: thisUpdate, to: nextUpdate)
        let builder = try RevocationListBuilder()
        try builder.begin(certificate.handle, thisUpdate: thisUpdate, nextUpdate: nextUpdate)
        try builder.identify(number: number, keyIdentifier: keyIdentifier)
        for entry in entries { try builder.append(entry) }
        let der = try builder.sign(key.key)
        return RevocationList(der: der, pem: try MemoryBIO.pemText("X509 CRL", der))
    }
}

/// One `X509_CRL` of version 2 under construction.
@safe private struct RevocationListBuilder: ~Copyable {
    private let pointer: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe X509_CRL_new() else { throw .library("X509_CRL_new") }
        unsafe pointer = made
    }

    borrowing func begin(_ issuer: X509Handle, thisUpdate: Int64, nextUpdate: Int64) throws(CryptoFailure) {
        let this = try TimeHandle(thisUpdate)
        let next = try TimeHandle(nextUpdate)
        guard unsafe X509_CRL_set_version(pointer, Int(X509_CRL_VERSION_2)) == 1,
            unsafe X509_CRL_set_issuer_name(pointer, X509_get_subject_name(issuer.pointer)) == 1,
            unsafe X509_CRL_set1_lastUpdate(pointer, this.pointer) == 1,
            unsafe X509_CRL_set1_nextUpdate(pointer, next.pointer) == 1
        else { throw .library("X509_CRL_set") }
    }

    deinit {
        unsafe X509_CRL_free(pointer)
        ERR_clear_error()
    }

    /// §5.2.3 and §5.2.1: which list this is, and which key signs it.
    borrowing func identify(number: Int64, keyIdentifier: [UInt8]) throws(CryptoFailure) {
        let count = try ASN1StringHandle(V_ASN1_INTEGER)
        guard unsafe ASN1_INTEGER_set_int64(count.pointer, number) == 1,
            unsafe X509_CRL_add1_ext_i2d(pointer, NID_crl_number, count.pointer, 0, 0) == 1
        else { throw .library("X509_CRL_add1_ext_i2d") }
        let identifier = try AuthorityKeyIdentifier(keyIdentifier)
        guard unsafe X509_CRL_add1_ext_i2d(pointer, NID_authority_key_identifier, identifier.pointer, 0, 0) == 1
        else { throw .library("X509_CRL_add1_ext_i2d") }
    }

    borrowing func append(_ entry: RevokedEntry) throws(CryptoFailure) {
        let serial = try ASN1StringHandle(integer: entry.serial)
        let time = try TimeHandle(entry.revokedAt)
        guard let revoked = unsafe X509_REVOKED_new() else { throw .library("X509_REVOKED_new") }
        guard unsafe X509_REVOKED_set_serialNumber(revoked, serial.pointer) == 1,
            unsafe X509_REVOKED_set_revocationDate(revoked, time.pointer) == 1,
            unsafe Self.set(entry.reason, revoked),
            unsafe X509_CRL_add0_revoked(pointer, revoked) == 1
        else {
            unsafe X509_REVOKED_free(revoked)
            throw .library("X509_CRL_add0_revoked")
        }
    }

    /// §5.3.1: no extension rather than "unspecified".
    private static func set(_ reason: RevocationReason, _ revoked: OpaquePointer) -> Bool {
        guard reason != .unspecified else { return true }
        let code = UInt8(truncatingIfNeeded: reason.rawValue)
        guard let value = try? ASN1StringHandle(V_ASN1_ENUMERATED, [code]) else { return false }
        return unsafe X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, value.pointer, 0, 0) == 1
    }

    consuming func sign(_ key: EVPKey) throws(CryptoFailure) -> [UInt8] {
        guard unsafe X509_CRL_sort(pointer) == 1, unsafe X509_CRL_sign(pointer, key.pointer, EVP_sha256()) > 0 else {
            throw .library("X509_CRL_sign")
        }
        return try unsafe DERWriter.bytes { output in unsafe i2d_X509_CRL(pointer, output) }
    }
}
