import Glibc

/// A file for a secret that comes once: of mode 0600 from its first moment, and whole or not there at all.
///
/// It is opened before the call that makes the secret, under a name beside its own: a folder that cannot be written is
/// found out while nothing is lost yet.
final class NewFile {
    let path: String
    private let temporary: String
    private let replacesOld: Bool
    private var descriptor: CInt

    init(_ path: String, replacingOld replacesOld: Bool) throws(CommandFailure) {
        (self.path, self.replacesOld) = (path, replacesOld)
        temporary = "\(path).\(getpid()).new"
        var status = stat()
        if unsafe lstat(path, &status) == 0 {
            guard replacesOld else {
                throw CommandFailure(
                    .usage, "\(Printable.shortened(path, to: 200)) is there already; nothing was done",
                    hint: "name another file, or --force to replace it")
            }
            guard status.st_mode & S_IFMT == S_IFREG else { throw Self.failure(path, "it is no plain file") }
        }
        descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, Self.reason(errno)) }
    }

    deinit { abandon() }

    /// Writes it and gives it its name. Somebody else's file that came there in the meantime stays.
    func commit(_ bytes: [UInt8]) throws(CommandFailure) {
        defer { abandon() }
        guard write(bytes), fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else {
            throw Self.failure(path, Self.reason(errno))
        }
        let isThere = unsafe replacesOld ? rename(temporary, path) == 0 : link(temporary, path) == 0 || renameUnlinked()
        guard isThere else {
            throw Self.failure(path, Self.reason(errno))
        }
        syncFolder()
    }

    /// For file systems without hard links.
    private func renameUnlinked() -> Bool {
        guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS else { return false }
        guard unsafe access(path, F_OK) != 0 else {
            errno = EEXIST
            return false
        }
        return unsafe rename(temporary, path) == 0
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The name is on disk when its folder is. Not every file system can; the file itself is.
    private func syncFolder() {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Nothing is left of it, unless it was committed.
    func abandon() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        unsafe unlink(temporary)
    }

    private static func reason(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }

    private static func failure(_ path: String, _ reason: String) -> CommandFailure {
        CommandFailure(.usage, "\(Printable.shortened(path, to: 200)) cannot be written: \(reason)")
    }
}
