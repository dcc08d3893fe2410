internal import COpenSSL

/// Memory that OpenSSL reads PEM from or writes it to; wiped when it is freed.
@safe struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptoFailure) { try self.init([]) }

    init(_ bytes: [UInt8]) throws(CryptoFailure) {
        guard let made = unsafe BIO_new(BIO_s_secmem()) else { throw .library("BIO_new") }
        if !bytes.isEmpty {
            guard let count = Int32(exactly: bytes.count), unsafe BIO_write(made, bytes, count) == count else {
                unsafe BIO_free_all(made)
                throw .library("BIO_write")
            }
        }
        unsafe pointer = made
    }

    deinit { unsafe BIO_free_all(pointer) }

    /// Takes out all that was written.
    borrowing func contents() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: unsafe BIO_ctrl_pending(pointer))
        let count = unsafe BIO_read(pointer, &bytes, Int32(truncatingIfNeeded: bytes.count))
        return Array(bytes.prefix(max(0, Int(count))))
    }
}
