import Broker
import Dispatch
internal import GRDB
import Synchronization

/// Reads single rows by their key: one connection on a queue of its own, with every statement prepared once.
///
/// A pool's read begins and ends a transaction, asks whether the schema has changed and prepares the statement: ten times
/// what the row itself costs, and for one statement the engine's own snapshot is as good.
final class PointReader: Sendable {
    private struct State {
        let connection: Connection
        var statements: [String: Statement] = [:]

        mutating func statement(_ sql: String) throws(EngineError) -> Statement {
            if let known = statements[sql] { return known }
            let prepared = try connection.prepare(sql)
            statements[sql] = prepared
            return prepared
        }
    }

    /// Keeps the connection open; only we use it.
    private let database: DatabaseQueue
    private let queue = DispatchQueue(label: "gatehouse.points")
    /// Taken on the queue only; `nil` once closed.
    private let state: Mutex<State?>

    init(path: String, _ configuration: Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        database = try DatabaseQueue(path: path, configuration: configuration)
        let connection = try database.inDatabase { database in
            // A few pages: rows are small, and the system keeps the file's.
            try database.execute(sql: "PRAGMA cache_size = -1024")
            return try database.borrowed()
        }
        state = Mutex(State(connection: connection))
    }

    func read<Value: Sendable>(
        _ sql: String, _ values: [SQLValue], _ row: @escaping @Sendable (Statement) -> Value
    ) async throws(StoreFailure) -> [Value] {
        let result: Result<[Value], StoreFailure> = await withCheckedContinuation { reply in
            queue.async { reply.resume(returning: self.run(sql, values, row)) }
        }
        return try result.get()
    }

    private func run<Value: Sendable>(
        _ sql: String, _ values: [SQLValue], _ row: @Sendable (Statement) -> Value
    ) -> Result<[Value], StoreFailure> {
        state.withLock { state in
            guard state != nil else { return .failure(.unavailable("the store is closed")) }
            do throws(EngineError) {
                var found: [Value] = []
                try state?.statement(sql).forEach(values) { found.append(row($0)) }
                return .success(found)
            } catch {
                return .failure(.unavailable(error.text))
            }
        }
    }

    /// Gives the statements back before the connection goes.
    func close() {
        queue.sync {
            let wasOpen = state.withLock { state in
                defer { state = nil }
                return state != nil
            }
            if wasOpen { try? database.close() }
        }
    }
}
