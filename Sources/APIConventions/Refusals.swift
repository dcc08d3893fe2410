import AccessPolicy
package import Broker
package import ServerPlugin

extension APIError {
    package static let systemOnly = APIError(
        .invalidArgument, "Field namespace must be 'system' for this operation.")

    /// The one table from the broker's refusals to the contract's codes (contract README 2.6).
    package init(_ failure: CredentialFailure) {
        switch failure {
        case .invalid(let field, let reason): self.init(.invalidArgument, "Field \(field) \(reason).")
        case .notFound: self.init(.notFound, "No such credential.")
        case .unknownReference(let kind, let name): self.init(.notFound, "No such \(kind): '\(name)'.")
        case .notPermitted(let reason): self.init(.permissionDenied, "Not permitted: \(reason).")
        case .wrongState(let reason): self.init(.failedPrecondition, "Not in this state: \(reason).")
        case .busy:
            self.init(
                .unavailable, "As many certificates are being made as may wait; nothing was changed.", retryAfter: 2)
        case .store(.unavailable):
            self.init(.unavailable, "The credential store cannot commit now; nothing was changed.", retryAfter: 1)
        case .store(.alreadyExists), .store(.alreadyUsed): self.init(.alreadyExists, "It already exists.")
        case .store(.conflict): self.init(.aborted, "It was changed at the same time; read it and try again.")
        case .cannotMake: self.init(.internalError, "The credential could not be made.")
        }
    }
}

/// Runs a use case of the broker; its refusals become the contract's.
package func answering<Value: Sendable>(
    _ body: () async throws(CredentialFailure) -> Value
) async throws(APIError) -> Value {
    do {
        return try await body()
    } catch {
        throw APIError(error)
    }
}

extension RequestContext {
    package init(_ request: Request) { self.init(requestID: request.id, remoteAddress: request.remoteAddress) }
}

extension Request {
    /// For operations of the tenant: the path's namespace must be `system`. One that is not there is 404 as everywhere.
    package func requireSystem(_ broker: Broker) throws(APIError) {
        let namespace = try namespace()
        guard broker.hasNamespace(namespace) else { throw .namespaceNotFound }
        guard namespace == .system else { throw .systemOnly }
    }
}
