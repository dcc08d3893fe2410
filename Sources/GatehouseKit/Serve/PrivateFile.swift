import Glibc

/// Why a file of ours could not be read or written: what, where, and the system's words.
struct FileFailure: Error, Hashable, CustomStringConvertible {
    let path: String
    let operation: String
    let code: Int32

    fileprivate static let useOfExposed = "use (others may read it: chmod 600)"

    /// The file is there and would do, but for its mode.
    var isExposed: Bool { operation.utf8.elementsEqual(Self.useOfExposed.utf8) }

    var description: String { "cannot \(operation) \(path): \(unsafe String(cString: strerror(code)))" }
}

/// Files that only we may read: keys and tokens. Mode 0600 from the first moment, and on disk when a call returns.
enum PrivateFile {
    /// Reads a whole file of at most 1 MiB; `nil` when there is none. Refuses one that others may read or write.
    static func read(_ path: String) throws(FileFailure) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFailure(path: path, operation: "read", code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw FileFailure(path: path, operation: "read", code: errno)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw FileFailure(path: path, operation: FileFailure.useOfExposed, code: EACCES)
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(path: path, operation: "read", code: errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer.prefix(count))
            guard bytes.count <= 1 << 20 else { throw FileFailure(path: path, operation: "read", code: EFBIG) }
        }
    }

    /// Writes a new file or replaces one: whole and durable, or not at all.
    static func write(_ bytes: [UInt8], to path: String) throws(FileFailure) {
        let temporary = path + ".new"
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure(path: path, operation: "write", code: errno) }
        var written = 0
        var failure: Int32?
        while written < bytes.count, failure == nil {
            let rest = Array(bytes[written...])
            let count = unsafe Glibc.write(descriptor, rest, rest.count)
            if count < 0 {
                if errno != EINTR { failure = errno }
            } else {
                written += count
            }
        }
        if failure == nil, fsync(descriptor) != 0 { failure = errno }
        close(descriptor)
        if failure == nil, unsafe rename(temporary, path) != 0 { failure = errno }
        if let failure {
            unsafe unlink(temporary)
            throw FileFailure(path: path, operation: "write", code: failure)
        }
        try syncDirectory(of: path)
    }

    static func remove(_ path: String) throws(FileFailure) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw FileFailure(path: path, operation: "remove", code: errno)
        }
        try syncDirectory(of: path)
    }

    /// Makes a directory of mode 0700 and those above it; one that is there stays as it is.
    static func makeDirectory(_ path: String) throws(FileFailure) {
        guard !path.isEmpty else { return }
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileFailure(path: path, operation: "make directory", code: errno)
        }
        try makeDirectory(String(path[..<slash]))
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileFailure(path: path, operation: "make directory", code: errno)
        }
    }

    /// A rename is durable when its directory is.
    private static func syncDirectory(of path: String) throws(FileFailure) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = unsafe open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(path: directory, operation: "sync", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure(path: directory, operation: "sync", code: errno) }
    }
}
