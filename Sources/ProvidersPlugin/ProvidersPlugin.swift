import APIConventions
import AccessPolicy
package import Broker
import HTTPTypes
package import ServerPlugin

/// Identity providers, authentication policies and sign-up over REST: made, changed, tried out and removed, with effect on
/// the next request.
package struct ProvidersPlugin: Sendable {
    let broker: Broker

    package init(broker: Broker) { self.broker = broker }

    package var plugin: Plugin {
        let (all, one) = ("oidc_providers", "oidc_providers/{name}")
        return Plugin(
            name: "providers",
            routes: [
                route(.get, all, .list, list),
                route(.post, all, .create, create),
                route(.get, one, .get, get),
                // The singular is how older clients of the contract spell it.
                route(.get, "oidc_provider/{name}", .get, get),
                route(.put, one, .update, replace),
                route(.post, one, .update, replace),
                route(.post, one + "/delete", .delete, delete),
                route(.post, "oidc_provider/{name}/delete", .delete, delete),
                route(.get, one + "/mappers", .get, mappers),
                route(.post, one + "/mappers", .update, updateMappers),
                route(.put, one + "/scim", .update, switchProvisioning),
                route(.put, one + "/enabled", .update, setEnabled),
                // It makes us ask a provider: for those who may change it.
                route(.post, one + "/test", .update, test),
            ] + authenticationRoutes + signUpRoutes + signUpPages + clientRoutes)
    }

    /// All of them are the tenant's: another namespace is told so.
    private func route(
        _ method: HTTPRequest.Method, _ rest: String, _ verb: Verb, _ handler: @escaping Route.Handler
    ) -> Route {
        Route(
            method, PathTemplate("/api/web/custom/namespaces/{namespace}/" + rest),
            access: .permission(.providers, verb, in: .fixed(.system))
        ) { [broker] request in
            try request.requireSystem(broker)
            return try await handler(request)
        }
    }
}

/// Runs a use case on providers; its refusals become the contract's: the one table of them.
func answeringProviders<Value: Sendable>(
    _ body: () async throws(ProviderFailure) -> Value
) async throws(APIError) -> Value {
    do {
        return try await body()
    } catch {
        switch error {
        case .invalid(let field, let reason): throw APIError(.invalidArgument, "Field \(field) \(reason).")
        case .notFound: throw .providerNotFound
        case .alreadyExists(let message): throw APIError(.alreadyExists, message)
        case .configured(let name):
            throw APIError(
                .failedPrecondition,
                "Provider '\(name)' comes from the configuration: change or remove the file with 'name: \(name)' in the"
                    + " folder that 'providers' of gatehouse.yaml names, and restart.")
        case .wrongState(let message): throw APIError(.failedPrecondition, message)
        case .store(let failure): throw APIError(CredentialFailure.store(failure))
        case .cannotMake: throw APIError(.internalError, "The provider could not be kept; nothing was changed.")
        }
    }
}

extension APIError {
    static let providerNotFound = APIError(.notFound, "No such provider.")
}
