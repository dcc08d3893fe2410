internal import COpenSSL

/// Bytes that nobody can guess, from OpenSSL's generator for private values.
package enum RandomBytes {
    /// More than anything here needs; a larger number is a mistake of the caller, and answered as one.
    package static let largest = 1 << 20

    package static func make(_ count: Int) throws(CryptoFailure) -> [UInt8] {
        guard count > 0, count <= largest else { throw .noRandomness }
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe RAND_priv_bytes(&bytes, Int32(truncatingIfNeeded: count)) == 1 else {
            ERR_clear_error()
            throw .noRandomness
        }
        return bytes
    }
}
