internal import COpenSSL

/// A list of bags: what one safe holds (RFC 7292 §4.2).
@safe struct SafeBags: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe OPENSSL_sk_new_null() else { throw .library("OPENSSL_sk_new_null") }
        unsafe pointer = made
    }

    deinit { unsafe gatehouse_free_bags(pointer) }

    borrowing func append(_ certificate: X509Handle, _ label: BagLabel?) throws(CryptoFailure) {
        try unsafe append(PKCS12_SAFEBAG_create_cert(certificate.pointer), label)
    }

    borrowing func append(_ key: EVPKey, _ lock: PasswordLock, _ label: BagLabel) throws(CryptoFailure) {
        guard let plain = unsafe EVP_PKEY2PKCS8(key.pointer) else { throw .library("EVP_PKEY2PKCS8") }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(plain) }
        var salt = try PasswordLock.salt()
        try unsafe append(
            PKCS12_SAFEBAG_create_pkcs8_encrypt_ex(
                lock.algorithm, lock.password, lock.length, &salt, Int32(truncatingIfNeeded: salt.count),
                lock.iterations, plain, nil, nil), label)
    }

    private borrowing func append(_ bag: OpaquePointer?, _ label: BagLabel?) throws(CryptoFailure) {
        guard let bag = unsafe bag else { throw .library("PKCS12_SAFEBAG_create") }
        guard unsafe Self.put(label, on: bag), unsafe OPENSSL_sk_push(pointer, UnsafeRawPointer(bag)) > 0 else {
            unsafe PKCS12_SAFEBAG_free(bag)
            throw .library("PKCS12_add_friendlyname_utf8")
        }
    }

    private static func put(_ label: BagLabel?, on bag: OpaquePointer) -> Bool {
        guard let label else { return true }
        var identifier = label.identifier
        let name = label.name.map { CChar(bitPattern: $0) }
        guard unsafe PKCS12_add_friendlyname_utf8(bag, name, Int32(truncatingIfNeeded: name.count)) == 1 else {
            return false
        }
        return unsafe PKCS12_add_localkeyid(bag, &identifier, Int32(truncatingIfNeeded: identifier.count)) == 1
    }
}

/// The safes of one file.
@safe struct SafeFile: ~Copyable {
    private let safes: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe OPENSSL_sk_new_null() else { throw .library("OPENSSL_sk_new_null") }
        unsafe safes = made
    }

    deinit { unsafe gatehouse_free_safes(safes) }

    borrowing func append(encrypted bags: borrowing SafeBags, _ lock: PasswordLock) throws(CryptoFailure) {
        var salt = try PasswordLock.salt()
        try unsafe append(
            PKCS12_pack_p7encdata_ex(
                lock.algorithm, lock.password, lock.length, &salt, Int32(truncatingIfNeeded: salt.count),
                lock.iterations, bags.pointer, nil, nil))
    }

    borrowing func append(plain bags: borrowing SafeBags) throws(CryptoFailure) {
        try unsafe append(PKCS12_pack_p7data(bags.pointer))
    }

    private borrowing func append(_ safe: UnsafeMutablePointer<PKCS7>?) throws(CryptoFailure) {
        guard let safe = unsafe safe else { throw .library("PKCS12_pack_p7encdata_ex") }
        guard unsafe OPENSSL_sk_push(safes, safe) > 0 else {
            unsafe PKCS7_free(safe)
            throw .library("OPENSSL_sk_push")
        }
    }

    /// With the MAC that shows a wrong password. Its digest and count are stated: the defaults changed between
    /// versions of OpenSSL, and one of them was a single iteration.
    borrowing func sealed(_ lock: PasswordLock) throws(CryptoFailure) -> [UInt8] {
        guard let file = unsafe PKCS12_add_safes_ex(safes, NID_pkcs7_data, nil, nil) else {
            throw .library("PKCS12_add_safes_ex")
        }
        defer { unsafe PKCS12_free(file) }
        var salt = try PasswordLock.salt()
        guard
            unsafe PKCS12_set_mac(
                file, lock.password, lock.length, &salt, Int32(truncatingIfNeeded: salt.count), lock.iterations,
                lock.macDigest) == 1
        else { throw .library("PKCS12_set_mac") }
        return try unsafe DERWriter.bytes { output in unsafe i2d_PKCS12(file, output) }
    }
}
