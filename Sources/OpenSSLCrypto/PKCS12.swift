internal import COpenSSL
package import Secrets

/// A key and its certificates in one file under a password (RFC 7292), as browsers and curl take them.
package enum PKCS12 {
    package enum Encryption: Hashable, Sendable, CaseIterable {
        /// PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256; the MAC is HMAC-SHA-256.
        case aes256
        /// pbeWithSHAAnd3-KeyTripleDES-CBC and HMAC-SHA-1, for readers that know nothing newer.
        case tripleDES

        fileprivate var algorithm: Int32 {
            switch self {
            case .aes256: NID_aes_256_cbc
            case .tripleDES: NID_pbe_WithSHA1And3_Key_TripleDES_CBC
            }
        }
        fileprivate var macDigest: OpaquePointer? {
            switch self {
            case .aes256: unsafe EVP_sha256()
            case .tripleDES: unsafe EVP_sha1()
            }
        }
    }

    /// The fewest (security rule 15), and as many as nobody waits for.
    package static let iterations = 100_000...10_000_000

    /// Takes a tenth of a second of processor time and more: only on a `SlowQueue`.
    ///
    /// Some of the readers that `tripleDES` is for, such as Go's `x/crypto`, take one certificate only: no chain then.
    package static func bundle(
        key: PrivateKeyHandle, certificate: Certificate, chain: [Certificate], password: Secret, friendlyName: String,
        encryption: Encryption = .aes256, iterations: Int = 100_000
    ) throws(CryptoFailure) -> [UInt8] {
        defer { ERR_clear_error() }
        guard Self.iterations.contains(iterations) else { throw .unfitForCertificate(.iterations) }
        guard isFriendlyName(friendlyName) else { throw .unfitForCertificate(.friendlyName) }
        guard unsafe X509_check_private_key(certificate.handle.pointer, key.key.pointer) == 1 else {
            throw .unusableCertificate(.keyDoesNotBelong)
        }
        let lock = try PasswordLock(password, encryption, iterations)
        let label = BagLabel(name: Array(friendlyName.utf8), identifier: certificate.fingerprint)

        let certificates = try SafeBags()
        try certificates.append(certificate.handle, label)
        for above in chain { try certificates.append(above.handle, nil) }
        let keys = try SafeBags()
        try keys.append(key.key, lock, label)

        let file = try SafeFile()
        try file.append(encrypted: certificates, lock)
        try file.append(plain: keys)  // the key in it is encrypted
        return try file.sealed(lock)
    }

    /// BMPString has no characters beyond the first plane.
    private static func isFriendlyName(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        return (1...255).contains(scalars.count)
            && scalars.allSatisfy { $0.value <= 0xFFFF && $0.properties.generalCategory != .control }
    }
}

/// What ties a key to its certificate: the name that is shown, and an identifier (RFC 2985 §5.5).
struct BagLabel {
    let name: [UInt8]
    let identifier: [UInt8]
}

/// The password, and how it locks.
@safe struct PasswordLock {
    let password: [CChar]
    /// Without the NUL at its end.
    let length: Int32
    let algorithm: Int32
    /// OpenSSL's own constant; never freed.
    let macDigest: OpaquePointer?
    let iterations: Int32

    init(_ secret: Secret, _ encryption: PKCS12.Encryption, _ iterations: Int) throws(CryptoFailure) {
        let bytes = secret.reveal()
        guard (1...1024).contains(bytes.count), !bytes.contains(0), String(validating: bytes, as: UTF8.self) != nil
        else { throw .unfitForCertificate(.password) }
        password = bytes.map { CChar(bitPattern: $0) } + [0]
        length = Int32(truncatingIfNeeded: bytes.count)
        algorithm = encryption.algorithm
        unsafe macDigest = encryption.macDigest
        self.iterations = Int32(truncatingIfNeeded: iterations)
    }

    /// 128 bits, as NIST SP 800-132 §5.1 has them; OpenSSL's own are of 64.
    static func salt() throws(CryptoFailure) -> [UInt8] { try RandomBytes.make(16) }
}
