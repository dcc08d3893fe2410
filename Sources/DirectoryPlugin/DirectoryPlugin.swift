import APIConventions
import AccessPolicy
package import Broker
import HTTPTypes
package import ServerPlugin
import StrictJSON

/// The directory over REST: people, groups, roles, namespaces, the tenant's settings, and who may do what.
package struct DirectoryPlugin: Sendable {
    let broker: Broker
    /// Every route of the server, once all plugins are put together: for questions about calls.
    let catalog: Live<RouteCatalog>

    package init(broker: Broker, catalog: Live<RouteCatalog> = Live(RouteCatalog([]))) {
        self.broker = broker
        self.catalog = catalog
    }

    package var plugin: Plugin {
        Plugin(
            name: "directory",
            routes: callerRoutes + userRoutes + groupRoutes + roleRoutes + namespaceRoleRoutes + namespaceRoutes
                + settingsRoutes + identityRoutes + accessRoutes + userTokenRoutes + sessionRoutes)
    }

    private var callerRoutes: [Route] {
        [Route(.get, "/api/web/custom/namespaces/{namespace}/whoami", access: .authenticated, handler: whoami)]
    }

    private var settingsRoutes: [Route] {
        let settings: PathTemplate = "/api/web/namespaces/system/tenant/settings"
        return [
            Route(.get, settings, access: Self.may(.settings, .get)) { _ in .json(TenantShapes.settings(broker)) },
            Route(.put, settings, access: Self.may(.settings, .update), handler: updateSettings),
        ]
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
