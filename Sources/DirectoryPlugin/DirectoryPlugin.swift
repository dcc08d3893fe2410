import APIConventions
import AccessPolicy
package import Broker
import HTTPTypes
package import ServerPlugin
import StrictJSON

/// The directory over REST: who the caller is, which namespaces there are, what the tenant allows.
package struct DirectoryPlugin: Sendable {
    let broker: Broker

    package init(broker: Broker) { self.broker = broker }

    package var plugin: Plugin {
        let settings: PathTemplate = "/api/web/namespaces/system/tenant/settings"
        return Plugin(
            name: "directory",
            routes: [
                Route(
                    .get, "/api/web/custom/namespaces/{namespace}/whoami", access: .authenticated, handler: whoami),
                Route(.get, "/api/web/namespaces", access: .authenticated, handler: listNamespaces),
                Route(.get, settings, access: .permission(.settings, .get, in: .fixed(.system))) { _ in
                    .json(TenantShapes.settings(broker))
                },
                Route(
                    .put, settings, access: .permission(.settings, .update, in: .fixed(.system)),
                    handler: updateSettings),
            ])
    }

    /// The caller as the server sees it: the first call of most clients.
    private func whoami(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let namespace = try request.namespace()
        // A credential of an application namespace asks there, or in `system` where clients of the original API ask.
        guard broker.hasNamespace(namespace),
            namespace == .system || !caller.access.roles(in: namespace).isEmpty
        else { throw APIError.namespaceNotFound }
        return .json(WhoAmI.shape(caller, namespace: namespace, broker: broker))
    }

    /// The namespaces that the caller may know of: those with a role of theirs, or all of them.
    private func listNamespaces(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let seesAll = broker.roles.allows(caller.access.roles(in: .system), .list, on: .namespaces)
        let known = broker.namespaces.filter { namespace in
            seesAll || !caller.access.roles(in: namespace).isEmpty
                || (namespace == .system && caller.confinement == nil)
        }
        return .json([
            "errors": [],
            "items": .array(known.sorted().map { NamespaceShapes.item($0, tenant: broker.settings.tenant) }),
        ])
    }

    private func updateSettings(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let (settings, problems) = try TenantShapes.read(try RequestBody(request.body), over: broker.tenantSettings)
        guard problems.isEmpty else { return .json(TenantShapes.updated(broker, problems: problems)) }
        try await answering {
            () async throws(CredentialFailure) in
            try await broker.changeTenantSettings(to: settings, by: caller, context: RequestContext(request))
        }
        return .json(TenantShapes.updated(broker, problems: []))
    }
}
