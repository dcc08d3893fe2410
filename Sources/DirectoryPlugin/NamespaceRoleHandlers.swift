import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// Namespace roles: which person holds which role where, one object for each. Their names say it:
/// `<user id>:<namespace>:<role>`.
extension DirectoryPlugin {
    var namespaceRoleRoutes: [Route] {
        [
            Route(
                .get, "/api/web/namespaces/{namespace}/namespace_roles",
                access: .permission(.users, .list, in: .path("namespace")), handler: listNamespaceRoles),
            Route(
                .get, "/api/web/namespaces/{namespace}/namespace_roles/{name}",
                access: .permission(.users, .get, in: .path("namespace")), handler: readNamespaceRole),
        ]
    }

    private struct Binding {
        let record: PrincipalRecord
        let pattern: NamespacePattern
        let role: RoleName

        var name: String { "\(record.principal.id):\(pattern.text):\(role)" }
    }

    /// In `system` all of them; elsewhere those that hold there.
    private static func bindings(_ record: PrincipalRecord, in namespace: NamespaceName) -> [Binding] {
        record.bindings.entries.sorted { $0.key < $1.key }
            .filter { namespace == .system || $0.key.covers(.named(namespace)) }
            .flatMap { pattern, roles in
                roles.sorted().map { Binding(record: record, pattern: pattern, role: $0) }
            }
    }

    private func listNamespaceRoles(_ request: Request) async throws -> Response {
        let namespace = try request.namespace()
        let place = Held<PrincipalPlace?>(nil)
        return try await StreamedItems.response("items", hasErrors: true) {
            let after = place.value
            let page = try await answeringDirectory {
                () async throws(DirectoryFailure) in try await broker.people(after: after, limit: Self.readAtOnce)
            }
            if let end = page.last { place.value = PrincipalPlace(name: end.principal.name, id: end.principal.id) }
            return StreamedItems.Page(
                page.flatMap { Self.bindings($0, in: namespace) }.map { object($0).item() },
                isLast: page.count < Self.readAtOnce)
        }
    }

    private func readNamespaceRole(_ request: Request) async throws -> Response {
        let (namespace, name) = (try request.namespace(), try request.parameter("name"))
        let id = name.split(separator: ":").first.flatMap { try? PrincipalID($0) }
        guard let record = id.flatMap({ broker.principal($0) }),
            let binding = Self.bindings(record, in: namespace).first(where: { $0.name.hasSameBytes(as: name) })
        else { throw APIError(DirectoryFailure.notFound(kind: "namespace role", name: name)) }
        let tenant = broker.settings.tenant
        let spec: JSONValue = [
            "namespace": JSONValue(binding.pattern.text),
            "role": [ObjectShapes.reference("role", binding.role.rawValue, tenant: tenant)],
            "user": [
                ObjectShapes.reference(
                    "user", record.principal.name, tenant: tenant, uid: record.principal.id.rawValue)
            ],
        ]
        return .json(object(binding).read(spec: spec, hasForms: false))
    }

    private func object(_ binding: Binding) -> ObjectShapes {
        var shapes = ObjectShapes(
            "namespace_role", binding.name, tenant: broker.settings.tenant, uid: binding.name)
        shapes.createdAt = binding.record.createdAt
        return shapes
    }
}
