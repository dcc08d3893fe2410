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
    func changingDirectory<Value: Sendable>(
        _ prepare: () async throws(DirectoryFailure) -> (Value, StoreTransaction)
    ) async throws(DirectoryFailure) -> Value {
        try await committing({ DirectoryFailure.store($0) }, prepare)
    }
}
