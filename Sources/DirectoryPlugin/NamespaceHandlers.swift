import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// Namespaces over REST: those there are, and, beyond the contract, making and removing them.
extension DirectoryPlugin {
    var namespaceRoutes: [Route] {
        [
            Route(.get, "/api/web/namespaces", access: .authenticated, handler: listNamespaces),
            Route(.post, "/api/web/namespaces", access: Self.may(.namespaces, .create), handler: createNamespace),
            Route(.get, "/api/web/namespaces/{name}", access: .authenticated, handler: readNamespace),
            Route(
                .post, "/api/web/namespaces/{name}/cascade_delete", access: Self.may(.namespaces, .delete),
                handler: removeNamespace),
        ]
    }

    /// The namespaces that the caller may know of: those with a role of theirs, or all of them.
    private func isVisible(_ namespace: NamespaceName, to caller: Caller) -> Bool {
        broker.roles.allows(caller.access.roles(in: .system), .list, on: .namespaces)
            || !caller.access.roles(in: namespace).isEmpty || (namespace == .system && caller.confinement == nil)
    }

    private func listNamespaces(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let known = broker.namespaces.filter { isVisible($0, to: caller) }.sorted()
        return .json([
            "errors": [],
            "items": .array(known.compactMap { try? broker.namespace($0) }.map { object($0).item() }),
        ])
    }

    private func readNamespace(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.namespace("name"))
        guard broker.hasNamespace(name), isVisible(name, to: caller) else { throw APIError.namespaceNotFound }
        let view = try await answeringDirectory { () async throws(DirectoryFailure) in try broker.namespace(name) }
        return .json(object(view).read(spec: [:], hasForms: true))
    }

    private func createNamespace(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let metadata = try ObjectMetadata(try RequestBody(request.body), isRequired: true)
        let text = try metadata.requiredName()
        let name: NamespaceName
        do throws(InvalidValue) { name = try NamespaceName(text) } catch {
            throw metadata.body.invalid("name", error.reason)
        }
        let view = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.createNamespace(
                name, description: metadata.description, labels: metadata.labels, by: caller,
                context: RequestContext(request))
        }
        return .json(object(view).read(spec: [:], hasForms: true))
    }

    private func removeNamespace(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.namespace("name"))
        let isEnding = try RequestBody(request.body).boolean("end_credentials") ?? false
        let ended = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.removeNamespace(
                name, endingCredentials: isEnding, by: caller, context: RequestContext(request))
        }
        return .json(["credentials_ended": .integer(Int64(ended)), "delete_ok": true])
    }

    private func object(_ view: NamespaceView) -> ObjectShapes {
        var shapes = ObjectShapes(
            "namespace", view.name.rawValue, tenant: broker.settings.tenant, uid: view.name.rawValue)
        shapes.namespace = ""
        (shapes.description, shapes.labels) = (view.description, view.labels)
        (shapes.createdAt, shapes.modifiedAt) = (view.createdAt, view.modifiedAt)
        return shapes
    }
}
