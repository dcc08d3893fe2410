internal import COpenSSL

/// A certificate and its key, to sign certificates and revocation lists below it (RFC 5280).
package final class CertificateAuthority: Sendable {
    package let certificate: Certificate
    let key: PrivateKeyHandle
    let keyIdentifier: [UInt8]

    /// An authority that was made before, here or elsewhere; refused unless it can do all that is asked of it.
    package init(certificate: Certificate, key: PrivateKeyHandle) throws(CryptoFailure) {
        defer { ERR_clear_error() }
        let handle = certificate.handle
        guard handle.flags & UInt32(EXFLAG_CA) != 0 else { throw .unusableCertificate(.notAuthority) }
        let signing = UInt32(KU_KEY_CERT_SIGN | KU_CRL_SIGN)
        // An extended key usage above limits what is below it, to most readers.
        guard let usage = handle.keyUsage, usage & signing == signing,
            handle.extendedKeyUsage.map({ $0 & UInt32(XKU_SSL_CLIENT) != 0 }) != false
        else { throw .unusableCertificate(.mayNotSign) }
        guard !handle.hasUnknownCriticalExtension else { throw .unusableCertificate(.unknownCriticalExtension) }
        try Self.checkKind(of: key)
        guard unsafe X509_check_private_key(handle.pointer, key.key.pointer) == 1 else {
            throw .unusableCertificate(.keyDoesNotBelong)
        }
        (self.certificate, self.key) = (certificate, key)
        keyIdentifier = try handle.keyIdentifier()
    }

    /// Those that every TLS library knows; RSA has at least 2,048 bits (`KeyLimits`).
    private static func checkKind(of key: PrivateKeyHandle) throws(CryptoFailure) {
        switch key.publicComponents {
        case .rsa, .ec(.p256, _, _), .ec(.p384, _, _): break
        case .ec(.p521, _, _), .ed25519: throw .unusableCertificate(.unsupportedKey)
        }
    }

    /// A new root.
    package static func make(
        commonName: String, organization: String, key: PrivateKeyHandle, serial: CertificateSerial, notBefore: Int64,
        notAfter: Int64
    ) throws(CryptoFailure) -> CertificateAuthority {
        try checkKind(of: key)
        let subject = try CertificateName(commonName: commonName, organizations: [organization])
        let builder = try CertificateBuilder.start(
            subject: subject, publicKey: key, serial: serial, notBefore: notBefore, notAfter: notAfter)
        try builder.basicConstraints(isAuthority: true)
        try builder.keyUsage([.certificateSigning, .revocationListSigning])
        let identifier = try builder.keyIdentifier()
        try builder.subjectKeyIdentifier(identifier)
        try builder.authorityKeyIdentifier(identifier)
        return try CertificateAuthority(certificate: unsafe builder.sign(issuer: nil, key.key), key: key)
    }

    /// A certificate to authenticate with as a TLS client.
    package func issueClientCertificate(
        name: CertificateName, uris: [String] = [], emails: [String] = [], publicKey: PrivateKeyHandle,
        serial: CertificateSerial, notBefore: Int64, notAfter: Int64, crlURL: String? = nil
    ) throws(CryptoFailure) -> Certificate {
        var names: [AlternativeName] = []
        for uri in uris { names.append(try .uri(checking: uri)) }
        for email in emails { names.append(try .email(checking: email)) }
        let builder = try CertificateBuilder.start(
            subject: name, publicKey: publicKey, serial: serial, notBefore: notBefore, notAfter: notAfter)
        return try finish(builder, NID_client_auth, names, notAfter: notAfter, crlURL: crlURL)
    }

    /// A certificate for a TLS server: for the listener of a development setup, which has no other.
    package func issueServerCertificate(
        name: CertificateName, dnsNames: [String], ipAddresses: [String] = [], publicKey: PrivateKeyHandle,
        serial: CertificateSerial, notBefore: Int64, notAfter: Int64
    ) throws(CryptoFailure) -> Certificate {
        var names: [AlternativeName] = []
        for name in dnsNames { names.append(try .dns(checking: name)) }
        for address in ipAddresses { names.append(try .address(checking: address)) }
        let builder = try CertificateBuilder.start(
            subject: name, publicKey: publicKey, serial: serial, notBefore: notBefore, notAfter: notAfter)
        return try finish(builder, NID_server_auth, names, notAfter: notAfter, crlURL: nil)
    }

    private func finish(
        _ builder: consuming CertificateBuilder, _ purpose: Int32, _ names: [AlternativeName], notAfter: Int64,
        crlURL: String?
    ) throws(CryptoFailure) -> Certificate {
        guard notAfter <= certificate.notAfter else { throw .unfitForCertificate(.outlivesAuthority) }
        try builder.basicConstraints(isAuthority: false)
        try builder.keyUsage([.digitalSignature])
        try builder.extendedKeyUsage(purpose)
        try builder.alternativeNames(names)
        try builder.subjectKeyIdentifier(builder.keyIdentifier())
        try builder.authorityKeyIdentifier(keyIdentifier)
        if let crlURL { try builder.revocationList(at: crlURL) }
        return try unsafe builder.sign(issuer: X509_get_subject_name(certificate.handle.pointer), key.key)
    }
}
