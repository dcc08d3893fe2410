/// Why an operation on people, groups, roles or namespaces was refused. APIConventions has the one table from these to the
/// contract's codes.
package enum DirectoryFailure: Error, Hashable, Sendable {
    /// A field of the request, and what is wrong with it.
    case invalid(field: String, reason: String)
    /// What the request names is not there: `user`, `user group`, `role`, `namespace`.
    case notFound(kind: String, name: String)
    case alreadyExists(kind: String, name: String)
    case notPermitted(String)
    /// The request is right and the state is not: in use, built in, the last administrator.
    case wrongState(String)
    case store(StoreFailure)
    /// The system has no random bytes.
    case cannotMake
}

extension Broker {
    /// Prepares a change from what is there now and commits it; again from the start when somebody else was first.
    func changingDirectory<Value: Sendable>(
        _ prepare: () async throws(DirectoryFailure) -> (Value, StoreTransaction)
    ) async throws(DirectoryFailure) -> Value {
        while true {
            let (value, transaction) = try await prepare()
            do throws(StoreFailure) {
                if !transaction.changes.isEmpty { try await store.commit(transaction) }
                return value
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw .store(error) }
            }
        }
    }
}
