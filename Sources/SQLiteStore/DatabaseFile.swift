import Glibc
import Synchronization

/// Makes the files so that only we may read them, and holds the lock that keeps a second broker away.
enum DatabaseFile {
    /// Makes the directory (0700) and the file (0600) where they are missing; a file that others may read is closed to
    /// them. The engine gives its `-wal` and `-shm` the mode of the file.
    static func prepare(_ path: String) throws(SQLiteOpenFailure) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .file(path: path, operation: "open", code: EINVAL) }
        let directory = directory(of: path)
        try makeDirectory(directory)
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(path: path, operation: "open", code: errno) }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .file(path: path, operation: "open", code: errno) }
        if status.st_mode & 0o077 != 0, fchmod(descriptor, 0o600) != 0 {
            throw .file(path: path, operation: "close to others", code: errno)
        }
        try sync(directory)
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func makeDirectory(_ path: String) throws(SQLiteOpenFailure) {
        if unsafe mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let parent = directory(of: path)
        guard errno == ENOENT, parent.utf8.count < path.utf8.count else {
            throw .file(path: path, operation: "make directory", code: errno)
        }
        try makeDirectory(parent)
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .file(path: path, operation: "make directory", code: errno)
        }
    }

    /// A new file is there after a power cut when its directory is on disk.
    private static func sync(_ directory: String) throws(SQLiteOpenFailure) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: directory, operation: "sync", code: errno) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .file(path: directory, operation: "sync", code: errno) }
    }
}

/// An exclusive lock on `<database>.lock`, held until released or until the process ends, however it ends.
final class ProcessLock: Sendable {
    private let descriptor: Mutex<Int32?>

    init(database path: String) throws(SQLiteOpenFailure) {
        let lockPath = path + ".lock"
        let descriptor = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(path: lockPath, operation: "open", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw code == EWOULDBLOCK ? .inUse(path: path) : .file(path: lockPath, operation: "lock", code: code)
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { Glibc.close(open) }
            descriptor = nil
        }
    }
}
