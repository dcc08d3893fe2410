internal import COpenSSL

/// An X.509 certificate as it came: read in full once, then values. Nothing is verified here; see
/// `CertificateAuthority.verifyClient`.
package final class Certificate: Sendable {
    /// Far more than any certificate here has.
    package static let largest = 64 * 1024

    package let der: [UInt8]
    /// Lower-case hexadecimal, two digits for each byte, at most 40 (RFC 5280 §4.1.2.2).
    package let serial: String
    /// Seconds since 1970; both ends belong to the validity (RFC 5280 §4.1.2.5).
    package let notBefore: Int64
    package let notAfter: Int64
    /// `nil` unless the subject has exactly one.
    package let commonName: String?
    /// In the order of the certificate.
    package let organizations: [String]
    package let uris: [String]
    package let dnsNames: [String]
    package let emails: [String]
    /// Whether it may stand above other certificates, by basic constraints or key usage.
    package let isAuthority: Bool
    /// SHA-256 of the DER.
    package let fingerprint: [UInt8]

    let handle: X509Handle

    /// Refuses bytes after the certificate.
    package init(der: [UInt8]) throws(CryptoFailure) {
        guard der.count <= Self.largest else { throw .unusableCertificate(.notReadable) }
        defer { ERR_clear_error() }
        handle = try X509Handle(der: der)
        self.der = der
        fingerprint = SHA2.sha256(der)
        guard let serial = handle.serial, let notBefore = handle.notBefore, let notAfter = handle.notAfter,
            let commonNames = handle.subject(NID_commonName),
            let organizations = handle.subject(NID_organizationName), let names = handle.alternativeNames()
        else { throw .unusableCertificate(.notReadable) }
        (self.serial, self.notBefore, self.notAfter) = (serial, notBefore, notAfter)
        commonName = commonNames.count == 1 ? commonNames.first : nil
        self.organizations = organizations
        uris = names.compactMap { if case .uri(let text) = $0 { text } else { nil } }
        dnsNames = names.compactMap { if case .dns(let text) = $0 { text } else { nil } }
        emails = names.compactMap { if case .email(let text) = $0 { text } else { nil } }
        let signsCertificates = (handle.keyUsage ?? 0) & UInt32(KU_KEY_CERT_SIGN) != 0
        isAuthority = handle.flags & UInt32(EXFLAG_CA) != 0 || signsCertificates
    }

    /// Reads exactly one certificate (RFC 7468 §5). Text around it is allowed, as tools write it; a second block of
    /// any kind is not, so that nobody thinks it was read.
    package convenience init(pem: String) throws(CryptoFailure) {
        guard pem.utf8.count <= 2 * Self.largest else { throw .unusableCertificate(.notReadable) }
        defer { ERR_clear_error() }
        let text = Array(pem.utf8)
        let memory = try MemoryBIO(text)
        guard text.ranges(of: Array("-----BEGIN ".utf8)).count == 1, let block = memory.readPEM(),
            block.name == "CERTIFICATE"
        else { throw .unusableCertificate(.notReadable) }
        try self.init(der: block.content)
    }

    /// With lines of 64 characters and a line feed at the end.
    package func pem() throws(CryptoFailure) -> String {
        try MemoryBIO.pemText("CERTIFICATE", der)
    }
}
