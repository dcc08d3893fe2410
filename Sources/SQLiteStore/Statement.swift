internal import GRDBSQLite

/// What the engine answered instead of success.
struct EngineError: Error, Hashable, Sendable {
    /// The extended result code.
    let code: Int32
    let message: String

    var primaryCode: Int32 { code & 0xFF }

    /// The text for the log.
    var text: String { "SQLite \(code): \(message)" }
}

/// Extended result codes: macros that Swift does not see.
enum ResultCode {
    static let syncFailed = SQLITE_IOERR | 4 << 8
    static let directorySyncFailed = SQLITE_IOERR | 5 << 8
    static let foreignKey = SQLITE_CONSTRAINT | 3 << 8
    static let primaryKey = SQLITE_CONSTRAINT | 6 << 8
    static let unique = SQLITE_CONSTRAINT | 8 << 8
}

/// What a statement is given.
enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ integer: Int64?) { self = integer.map { .integer($0) } ?? .null }
    init(_ blob: [UInt8]?) { self = blob.map { .blob($0) } ?? .null }
}

/// A connection that GRDB opened and closes.
///
/// `@unchecked Sendable`: it names the connection, and statements made from it are not `Sendable`. `GroupCommit` uses
/// its writer under a lock on the writing queue; a read's statements live and die within GRDB's read.
@safe struct Connection: @unchecked Sendable {
    fileprivate let handle: OpaquePointer

    init(_ handle: OpaquePointer) { unsafe self.handle = unsafe handle }

    /// Whether `BEGIN` was run and neither `COMMIT` nor `ROLLBACK` since, by us or by the engine after a failure.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    /// How many rows were changed since the connection was opened, counting those that were rolled back later.
    var totalChanges: Int32 { unsafe sqlite3_total_changes(handle) }

    func prepare(_ sql: String) throws(EngineError) -> Statement { try Statement(self, sql) }

    fileprivate var lastError: EngineError {
        unsafe EngineError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// A prepared statement, on the engine's own interface: an exchange runs four, and each goes without GRDB's boxed
/// arguments and observers. Not `Sendable`: it stays with its connection.
@safe final class Statement {
    private let handle: OpaquePointer
    private let connection: Connection

    fileprivate init(_ connection: Connection, _ sql: String) throws(EngineError) {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else { throw connection.lastError }
        unsafe handle = unsafe prepared
        self.connection = connection
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Runs it to its end; answers how many rows it changed.
    @discardableResult
    func run(_ values: [SQLValue] = []) throws(EngineError) -> Int {
        try bind(values)
        defer { reset() }
        while try step() {}
        return Int(unsafe sqlite3_changes(connection.handle))
    }

    /// Runs it and shows each row; `row` must not keep the statement.
    func forEach(_ values: [SQLValue] = [], _ row: (Statement) -> Void) throws(EngineError) {
        try bind(values)
        defer { reset() }
        while try step() { row(self) }
    }

    private func step() throws(EngineError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.lastError
        }
    }

    private func reset() { unsafe sqlite3_reset(handle) }

    private func bind(_ values: [SQLValue]) throws(EngineError) {
        for (index, value) in values.enumerated() {
            let position = Int32(truncatingIfNeeded: index + 1)
            let code: Int32
            switch value {
            case .null: code = unsafe sqlite3_bind_null(handle, position)
            case .integer(let integer): code = unsafe sqlite3_bind_int64(handle, position, integer)
            case .text(var text):
                code = text.withUTF8 { bytes in
                    unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                        // An empty buffer has no address, and no address means NULL.
                        guard let address = characters.baseAddress else {
                            return unsafe sqlite3_bind_text(handle, position, "", 0, Self.copied)
                        }
                        return unsafe sqlite3_bind_text64(
                            handle, position, address, UInt64(characters.count), Self.copied, UInt8(SQLITE_UTF8))
                    }
                }
            case .blob(let blob):
                code = unsafe blob.withUnsafeBytes { bytes in
                    guard let address = bytes.baseAddress, bytes.count > 0 else {
                        return unsafe sqlite3_bind_zeroblob(handle, position, 0)
                    }
                    return unsafe sqlite3_bind_blob64(handle, position, address, UInt64(bytes.count), Self.copied)
                }
            }
            guard code == SQLITE_OK else { throw connection.lastError }
        }
    }

    /// `SQLITE_TRANSIENT`, a macro that Swift does not see: the engine copies what it is given before it returns.
    private static var copied: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The columns of the row it stands on. Each answers `nil` for another type: STRICT tables promise the types, but the
/// file may have been written by somebody else.
extension Statement {
    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64? {
        guard unsafe sqlite3_column_type(handle, column) == SQLITE_INTEGER else { return nil }
        return unsafe sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) -> String? {
        guard unsafe sqlite3_column_type(handle, column) == SQLITE_TEXT,
            let address = unsafe sqlite3_column_text(handle, column)
        else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe String(validating: UnsafeBufferPointer(start: address, count: count), as: UTF8.self)
    }

    func blob(_ column: Int32) -> [UInt8]? {
        guard unsafe sqlite3_column_type(handle, column) == SQLITE_BLOB else { return nil }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        guard count > 0, let address = unsafe sqlite3_column_blob(handle, column) else { return [] }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: address, count: count))
    }
}
