import SQLiteStore
import Synchronization

/// The corrupt rows that a store reported.
final class Told: Sendable {
    private let heard = Mutex<[CorruptRow]>([])
    var rows: [CorruptRow] { heard.withLock { $0 } }
    func add(_ row: CorruptRow) { heard.withLock { $0.append(row) } }
}
