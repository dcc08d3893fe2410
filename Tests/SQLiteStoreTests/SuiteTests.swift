import Broker
import GatehouseTesting
import SQLiteStore
import Testing

/// Both implementations pass the same suite.
struct SuiteTests {
    @Test(arguments: StoreSuite.checks)
    func memory(check: StoreSuite.Check) async throws {
        try await check.run { observer in MemoryStore(observer: observer) }
    }

    @Test(arguments: StoreSuite.checks)
    func sqlite(check: StoreSuite.Check) async throws {
        let directory = try TemporaryDirectory()
        try await check.run { observer in
            try SQLiteStore(path: directory.file("gatehouse.db"), node: "node-1", observer: observer)
        }
    }
}
