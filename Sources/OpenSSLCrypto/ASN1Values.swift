internal import COpenSSL

/// The content of OpenSSL's ASN.1 strings, copied out.
enum ASN1Text {
    static func bytes(_ string: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        let count = unsafe ASN1_STRING_length(string)
        guard count > 0, let data = unsafe ASN1_STRING_get0_data(string) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: data, count: Int(count)))
    }

    /// An IA5String of visible characters: the form of the names that we compare (RFC 5280 §4.2.1.6).
    static func visibleASCII(_ string: UnsafePointer<ASN1_STRING>) -> String? {
        let bytes = unsafe bytes(string)
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whatever string type a name was written in, as UTF-8; `nil` if it is not what its type says.
    static func directoryString(_ string: UnsafePointer<ASN1_STRING>) -> String? {
        var buffer: UnsafeMutablePointer<UInt8>?
        let count = unsafe ASN1_STRING_to_UTF8(&buffer, string)
        guard count >= 0, let start = unsafe buffer else { return nil }
        defer { unsafe gatehouse_free(start) }
        return unsafe String(validating: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }
}

/// One ASN.1 string of ours, of any type.
@safe struct ASN1StringHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ASN1_STRING>

    init(_ type: Int32, _ bytes: [UInt8] = []) throws(CryptoFailure) {
        guard let made = unsafe ASN1_STRING_type_new(type) else { throw .library("ASN1_STRING_type_new") }
        guard unsafe ASN1_STRING_set(made, bytes, Int32(truncatingIfNeeded: bytes.count)) == 1 else {
            unsafe ASN1_STRING_free(made)
            throw .library("ASN1_STRING_set")
        }
        unsafe pointer = made
    }

    /// Named bits, as key usage has them.
    static func bits(_ bits: [Int32]) throws(CryptoFailure) -> ASN1StringHandle {
        let string = try ASN1StringHandle(V_ASN1_BIT_STRING)
        for bit in bits {
            guard unsafe ASN1_BIT_STRING_set_bit(string.pointer, bit, 1) == 1 else {
                throw .library("ASN1_BIT_STRING_set_bit")
            }
        }
        return string
    }

    deinit { unsafe ASN1_STRING_free(pointer) }

    /// Gives the string to an owner in C.
    consuming func release() -> UnsafeMutablePointer<ASN1_STRING> {
        let released = unsafe pointer
        discard self
        return unsafe released
    }
}

extension ASN1StringHandle {
    /// An INTEGER from its big-endian bytes; leading zeros are dropped when it is written.
    init(integer serial: CertificateSerial) throws(CryptoFailure) { try self.init(V_ASN1_INTEGER, serial.bytes) }
}
