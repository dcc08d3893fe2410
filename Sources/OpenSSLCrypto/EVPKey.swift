internal import COpenSSL

/// One `EVP_PKEY`, freed once. Never changed after it was made, and so usable from several threads at a time
/// (openssl-threads(7)): that is why `@unchecked Sendable` is true.
@safe final class EVPKey: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes ownership.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// A public key from its numbers. OpenSSL checks that a point is on its curve.
    init(_ components: PublicKeyComponents) throws(CryptoFailure) {
        defer { ERR_clear_error() }
        let made: OpaquePointer?
        switch components {
        case .rsa(let modulus, let exponent):
            var (n, e) = (Array(modulus.reversed()), Array(exponent.reversed()))  // little-endian, as the machine is
            unsafe made = gatehouse_rsa_public_key(&n, n.count, &e, e.count)
        case .ec(let curve, let x, let y):
            var group = curve.rawValue.utf8CString.map { $0 }
            var point = [4] + x + y  // uncompressed, SEC 1 §2.3.3
            unsafe made = gatehouse_ec_public_key(&group, &point, point.count)
        case .ed25519(let key):
            unsafe made = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, key, key.count)
        }
        guard let made = unsafe made else { throw .unusableKey(components.likelyDefect) }
        unsafe pointer = made
    }

    /// The numbers of the public half; refuses a kind of key that we do not use.
    func publicComponents() throws(CryptoFailure) -> PublicKeyComponents {
        defer { ERR_clear_error() }
        if unsafe EVP_PKEY_is_a(pointer, "RSA") == 1 {
            return .rsa(
                modulus: try number(OSSL_PKEY_PARAM_RSA_N, length: nil),
                exponent: try number(OSSL_PKEY_PARAM_RSA_E, length: nil))
        }
        if unsafe EVP_PKEY_is_a(pointer, "EC") == 1 {
            guard let curve = self.curve else { throw .unusableKey(.unsupportedKind) }
            return .ec(
                curve, x: try number(OSSL_PKEY_PARAM_EC_PUB_X, length: curve.coordinateLength),
                y: try number(OSSL_PKEY_PARAM_EC_PUB_Y, length: curve.coordinateLength))
        }
        if unsafe EVP_PKEY_is_a(pointer, "ED25519") == 1 {
            var key = [UInt8](repeating: 0, count: 32)
            var length = key.count
            guard unsafe EVP_PKEY_get_raw_public_key(pointer, &key, &length) == 1, length == 32 else {
                throw .library("EVP_PKEY_get_raw_public_key")
            }
            return .ed25519(key)
        }
        throw .unusableKey(.unsupportedKind)
    }

    private var curve: EllipticCurve? {
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard unsafe EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1 else { return nil }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return switch String(decoding: bytes, as: UTF8.self) {
        case "prime256v1", "P-256": .p256
        case "secp384r1", "P-384": .p384
        case "secp521r1", "P-521": .p521
        default: nil
        }
    }

    /// One number of the key, big-endian: in its shortest form, or padded to `length`.
    private func number(_ name: String, length: Int?) throws(CryptoFailure) -> [UInt8] {
        var number: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(pointer, name, &number) == 1, let number = unsafe number else {
            throw .library("EVP_PKEY_get_bn_param")
        }
        defer { unsafe BN_free(number) }
        let bits = unsafe BN_num_bits(number)
        var bytes = [UInt8](repeating: 0, count: length ?? Int((bits + 7) / 8))
        let written = unsafe BN_bn2binpad(number, &bytes, Int32(truncatingIfNeeded: bytes.count))
        guard written >= 0, Int(written) == bytes.count else { throw .unusableKey(.wrongLength) }
        return bytes
    }
}

extension PublicKeyComponents {
    /// What is wrong when OpenSSL refuses numbers whose lengths were right.
    fileprivate var likelyDefect: KeyDefect {
        switch self {
        case .ec: .notOnCurve
        case .rsa, .ed25519: .wrongLength
        }
    }
}
