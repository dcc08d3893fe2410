import APIConventions
import AccessPolicy
package import Broker
import HTTPTypes
package import ServerPlugin

/// The Authentication API: the life of credentials over REST, as in the contract, and what we add to it.
///
/// Access is declared on each route and checked before its handler: one's own credentials need no role, service
/// credentials and the SCIM token need one that allows it in the namespace.
package struct CredentialsPlugin: Sendable {
    let broker: Broker

    package init(broker: Broker) { self.broker = broker }

    package var plugin: Plugin {
        Plugin(
            name: "credentials",
            routes: personalRoutes + serviceRoutes + scimRoutes + additionalRoutes(.personal)
                + additionalRoutes(.service) + [selfRevocation] + authorityRoutes)
    }

    private static let namespaces = "/api/web/namespaces/{namespace}/"

    static func path(_ rest: String) -> PathTemplate { PathTemplate(namespaces + rest) }

    /// Who may do something to a family in the namespace of the path. One's own personal credentials need no role, and
    /// the broker tells own from others'.
    static func access(_ family: CredentialFamily, _ verb: Verb) -> Access {
        switch family {
        case .personal: .member(of: .path("namespace"))
        case .service: .permission(.serviceCredentials, verb, in: .path("namespace"))
        }
    }

    private var personalRoutes: [Route] {
        life(of: .personal) + [
            Route(
                .post, Self.path("api_credentials"), access: Self.access(.personal, .create), handler: createPersonal)
        ] + bulkRoutes(.personal, access: .member(of: .fixed(.system)))
    }

    private var serviceRoutes: [Route] {
        life(of: .service) + [
            Route(
                .post, Self.path("service_credentials"), access: Self.access(.service, .create), handler: createService),
            Route(
                .put, Self.path("service_credentials/{name}"), access: Self.access(.service, .update),
                handler: replaceService),
        ] + bulkRoutes(.service, access: .permission(.serviceCredentials, .delete, in: .fixed(.system)))
    }

    /// What both families have.
    private func life(of family: CredentialFamily) -> [Route] {
        let name = family.rawValue
        return [
            // Whoever has no role sees what is their own: nothing, or the service credential they call with.
            Route(.get, Self.path(name), access: .member(of: .path("namespace"))) { try await list($0, family) },
            Route(.get, Self.path(name + "/{name}"), access: Self.access(family, .get)) { try await get($0, family) },
            Route(.post, Self.path("activate/" + name), access: Self.access(family, .update)) {
                try await activate($0, family)
            },
            Route(.post, Self.path("renew/" + name), access: Self.access(family, .update)) {
                try await renew($0, family)
            },
            Route(.post, Self.path("revoke/" + name), access: Self.access(family, .delete), lane: .reserved) {
                try await revoke($0, family)
            },
        ]
    }

    /// Bulk revocation is of `system` only. Another namespace is told so.
    private func bulkRoutes(_ family: CredentialFamily, access: Access) -> [Route] {
        [
            Route(
                .post, PathTemplate("/api/web/namespaces/system/bulk_revoke/" + family.rawValue), access: access,
                lane: .reserved
            ) { try await bulkRevoke($0, family) },
            Route(
                .post, Self.path("bulk_revoke/" + family.rawValue), access: .member(of: .path("namespace")),
                isDescribed: false
            ) { _ in throw APIError.systemOnly },
        ]
    }
}
