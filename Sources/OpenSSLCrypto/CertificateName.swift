internal import COpenSSL

/// The subject of a certificate: organizations, then one common name. Values only, so that no text from outside can
/// add an attribute; written as UTF8String (RFC 5280 §4.1.2.4).
package struct CertificateName: Sendable {
    private static let mostOrganizations = 32

    package let commonName: String
    /// In the order in which they stand in the certificate.
    package let organizations: [String]

    package init(commonName: String, organizations: [String] = []) throws(CryptoFailure) {
        guard Self.isAttribute(commonName) else { throw .unfitForCertificate(.commonName) }
        guard organizations.count <= Self.mostOrganizations, organizations.allSatisfy(Self.isAttribute) else {
            throw .unfitForCertificate(.organization)
        }
        (self.commonName, self.organizations) = (commonName, organizations)
    }

    /// Both have at most 64 characters, not bytes (ub-common-name and ub-organization-name, RFC 5280 appendix A.1).
    private static func isAttribute(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard (1...64).contains(scalars.count) else { return false }
        return scalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }

    func encoded() throws(CryptoFailure) -> NameHandle {
        let name = try NameHandle()
        for organization in organizations { try name.append(NID_organizationName, organization) }
        try name.append(NID_commonName, commonName)
        return name
    }
}

/// One `X509_NAME` under construction.
@safe struct NameHandle: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe X509_NAME_new() else { throw .library("X509_NAME_new") }
        unsafe pointer = made
    }

    deinit { unsafe X509_NAME_free(pointer) }

    /// The text goes in as it is: with a type that is not "multibyte", OpenSSL does not choose another one.
    borrowing func append(_ attribute: Int32, _ text: String) throws(CryptoFailure) {
        let bytes = Array(text.utf8)
        guard
            unsafe X509_NAME_add_entry_by_NID(
                pointer, attribute, V_ASN1_UTF8STRING, bytes, Int32(truncatingIfNeeded: bytes.count), -1, 0) == 1
        else {
            ERR_clear_error()
            throw .library("X509_NAME_add_entry_by_NID")
        }
    }
}
