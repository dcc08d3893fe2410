package import Broker
package import ServerPlugin

extension APIError {
    /// The one table from the directory's refusals to the contract's codes (contract README 2.6). The words "already exist"
    /// are looked for by a client in production.
    package init(_ failure: DirectoryFailure) {
        switch failure {
        case .invalid(let field, let reason): self.init(.invalidArgument, "Field \(field) \(reason).")
        case .notFound(let kind, let name): self.init(.notFound, "No such \(kind): '\(name)'.")
        case .alreadyExists(let kind, let name): self.init(.alreadyExists, "The \(kind) '\(name)' already exists.")
        case .notPermitted(let reason): self.init(.permissionDenied, "Not permitted: \(reason).")
        case .wrongState(let reason): self.init(.failedPrecondition, "Not in this state: \(reason).")
        case .store(.unavailable):
            self.init(.unavailable, "The directory cannot commit now; nothing was changed.", retryAfter: 1)
        case .store(.alreadyExists), .store(.alreadyUsed): self.init(.alreadyExists, "It already exists.")
        case .store(.conflict): self.init(.aborted, "It was changed at the same time; read it and try again.")
        case .cannotMake: self.init(.internalError, "The system has no random bytes.")
        }
    }
}

/// Runs a use case of the directory; its refusals become the contract's.
package func answeringDirectory<Value: Sendable>(
    _ body: () async throws(DirectoryFailure) -> Value
) async throws(APIError) -> Value {
    do {
        return try await body()
    } catch {
        throw APIError(error)
    }
}
