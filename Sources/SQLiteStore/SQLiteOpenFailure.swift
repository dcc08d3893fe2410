import Glibc

/// Why a database was not opened: what, where, and how to mend it.
package enum SQLiteOpenFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process has it open. Two brokers on one file would not see each other's revocations.
    case inUse(path: String)
    /// A file or directory could not be made or opened; `code` is the system's `errno`.
    case file(path: String, operation: String, code: Int32)
    case notFound(path: String)
    /// A later version of the program wrote it.
    case newerSchema(path: String)
    /// `synchronous=FULL` or WAL could not be had: a commit would not be durable.
    case notDurable(path: String)
    /// The engine's own words.
    case engine(path: String, reason: String)

    package var description: String {
        switch self {
        case .inUse(let path):
            "the database \(path) is in use by another gatehouse process; stop it first: a SQLite file serves one broker"
        case .file(let path, let operation, let code):
            "cannot \(operation) \(path): \(unsafe String(cString: strerror(code)))"
        case .notFound(let path):
            "there is no database at \(path); check the path in the configuration"
        case .newerSchema(let path):
            "the database \(path) was written by a later version of gatehouse; run that version, or restore a backup"
        case .notDurable(let path):
            "the database \(path) cannot be used in WAL mode with full synchronisation; move it to a local file system"
        case .engine(let path, let reason):
            "cannot open the database \(path): \(reason)"
        }
    }
}
