package import Broker

/// What every implementation of the store protocols must do, as named checks that know no test library.
///
/// A test target runs them all: `@Test(arguments: StoreSuite.checks) func store(check: StoreSuite.Check) async throws`.
package enum StoreSuite {
    /// Makes an empty store that tells this observer.
    package typealias Make = @Sendable (_ observer: @escaping CommitObserver) async throws -> any BrokerStore

    package struct Check: Sendable, CustomStringConvertible {
        package let name: String
        package let run: @Sendable (_ make: Make) async throws -> Void

        package var description: String { name }
    }

    /// What a check found wrong.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package static let checks: [Check] =
        transactionChecks + refusalChecks + byteChecks + concurrencyChecks + observerChecks + readingChecks
        + auditChecks + sweepChecks + directoryChecks + peopleChecks + provisioningChecks

    /// A check with an observer of its own.
    static func observed(_ name: String, _ run: @escaping @Sendable (Make) async throws -> Void) -> Check {
        Check(name: name, run: run)
    }

    /// A check of one store that nobody observes.
    static func check(_ name: String, _ run: @escaping @Sendable (any BrokerStore) async throws -> Void) -> Check {
        Check(name: name) { make in try await run(try await make { _ in }) }
    }

    static func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Failure) {
        guard condition else { throw Failure(description: text()) }
    }

    static func requireEqual<Value: Equatable>(_ found: Value, _ expected: Value, _ what: String) throws(Failure) {
        guard found == expected else { throw Failure(description: "\(what): found \(found), expected \(expected)") }
    }

    /// The failure of a commit; `nil` when it went through.
    package static func failure(
        of changes: [StoreChange], events: [AuditEvent] = [], on store: some TransactionStore
    ) async -> StoreFailure? {
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: changes, events: events))
            return nil
        } catch {
            return error
        }
    }
}
