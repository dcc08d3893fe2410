internal import COpenSSL

/// The members of SHA-2 that JOSE uses (RFC 7518 §3.1).
package enum HashFunction: Hashable, Sendable, CaseIterable {
    case sha256, sha384, sha512

    /// Length of a digest in bytes.
    package var digestLength: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// Length of the block that the compression function takes; HMAC pads its key to it (RFC 2104 §2).
    package var blockLength: Int {
        switch self {
        case .sha256: 64
        case .sha384, .sha512: 128
        }
    }

    /// OpenSSL's own constant; never freed.
    var evp: OpaquePointer? {
        switch self {
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }
}
