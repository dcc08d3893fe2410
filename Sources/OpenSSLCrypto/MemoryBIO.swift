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

    /// The next block of PEM: its label and what it holds. `nil` when there is none, and for one with headers, as old
    /// encrypted keys have them.
    borrowing func readPEM() -> (name: String, content: [UInt8])? {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var content: UnsafeMutablePointer<UInt8>?
        var count = 0
        guard unsafe PEM_read_bio(pointer, &name, &header, &content, &count) == 1 else { return nil }
        defer {
            unsafe gatehouse_free(name)
            unsafe gatehouse_free(header)
            unsafe gatehouse_free(content)
        }
        guard let label = unsafe name, unsafe header.map({ unsafe $0[0] == 0 }) != false, let start = unsafe content
        else { return nil }
        return unsafe (String(cString: label), Array(UnsafeBufferPointer(start: start, count: count)))
    }

    /// RFC 7468: lines of 64 characters, a line feed after the last.
    static func pemText(_ label: String, _ content: [UInt8]) throws(CryptoFailure) -> String {
        defer { ERR_clear_error() }
        let memory = try MemoryBIO()
        guard unsafe PEM_write_bio(memory.pointer, label, "", content, content.count) > 0 else {
            throw .library("PEM_write_bio")
        }
        return String(decoding: memory.contents(), as: UTF8.self)
    }
}
