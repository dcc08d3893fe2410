import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// Roles over REST: with their API groups, as plain objects, and who holds them (namespace roles).
extension DirectoryPlugin {
    var roleRoutes: [Route] {
        let custom: PathTemplate = "/api/web/custom/namespaces/{namespace}/roles"
        let one: PathTemplate = "/api/web/custom/namespaces/{namespace}/roles/{name}"
        let plain: PathTemplate = "/api/web/namespaces/{namespace}/roles/{name}"
        return [
            Route(.get, custom, access: Self.may(.roles, .list)) { request in
                try request.requireSystem(broker)
                return .json(["items": .array(broker.allRoles.map { listed($0) })])
            },
            Route(.post, custom, access: Self.may(.roles, .create), handler: createRole),
            Route(.get, one, access: Self.may(.roles, .get)) { request in
                let role = try await readRole(request)
                return .json(["api_groups": Self.groups(role), "object": whole(role)])
            },
            Route(.put, one, access: Self.may(.roles, .update), handler: replaceRole),
            Route(.get, "/api/web/namespaces/{namespace}/roles", access: Self.may(.roles, .list)) { request in
                try request.requireSystem(broker)
                return .json(["errors": [], "items": .array(broker.allRoles.map { object($0).item() })])
            },
            Route(.get, plain, access: Self.may(.roles, .get)) { request in
                let role = try await readRole(request)
                return .json(object(role).read(spec: spec(role), hasForms: true))
            },
            Route(.delete, plain, access: Self.may(.roles, .delete), handler: removeRole),
            Route(
                .get, "/api/web/custom/namespaces/{namespace}/roles/{name}/permissions", access: Self.may(.roles, .get)
            ) { request in .json(Self.permissions(try await readRole(request))) },
        ]
    }

    private func readRole(_ request: Request) async throws -> RoleView {
        try request.requireSystem(broker)
        let name = try request.parameter("name")
        return try await answeringDirectory { () async throws(DirectoryFailure) in try broker.role(name) }
    }

    private func createRole(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let metadata = try ObjectMetadata(body, isRequired: true)
        let name = try metadata.body.role("name", try metadata.requiredName())
        let permissions = try Self.permissions(body)
        let role = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.createRole(
                name, permissions, description: metadata.description, by: caller, context: RequestContext(request))
        }
        return .json(whole(role))
    }

    private func replaceRole(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let permissions = try Self.permissions(try RequestBody(request.body))
        let role = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.replaceRole(name, with: permissions, by: caller, context: RequestContext(request))
        }
        return .json(whole(role))
    }

    /// In use it is refused, whether or not the body asks for that.
    private func removeRole(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.removeRole(name, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    private static func permissions(_ body: RequestBody) throws(APIError) -> RolePermissions {
        let names = try body.texts("api_groups")
        guard (1...200).contains(names.count) else { throw body.invalid("api_groups", "must be 1 to 200 names") }
        var levels: [APIGroupLevel] = []
        for (index, name) in names.enumerated() {
            do throws(InvalidValue) {
                levels.append(try APIGroupLevel(name))
            } catch {
                throw body.invalid("api_groups[\(index)]", error.reason)
            }
        }
        return RolePermissions(levels)
    }

    // MARK: Shapes

    private static func groups(_ role: RoleView) -> JSONValue { JSONValue(role.permissions.levels.map(\.text)) }

    /// Our access rules are the API groups themselves; there is no policy object beside them.
    private func spec(_ role: RoleView) -> JSONValue {
        [
            "rbac_policy": [
                ObjectShapes.reference(
                    "rbac_policy", role.name.rawValue, tenant: broker.settings.tenant, uid: role.name.rawValue)
            ]
        ]
    }

    private func listed(_ role: RoleView) -> JSONValue {
        [
            "api_groups": Self.groups(role), "disabled": false, "get_spec": spec(role),
            "name": JSONValue(role.name.rawValue), "namespace": "system", "tenant": JSONValue(broker.settings.tenant),
            "uid": JSONValue(role.name.rawValue),
        ]
    }

    private func object(_ role: RoleView) -> ObjectShapes {
        var shapes = ObjectShapes(
            "role", role.name.rawValue, tenant: broker.settings.tenant, uid: role.name.rawValue)
        shapes.description = role.description
        (shapes.createdAt, shapes.modifiedAt) = (role.createdAt, role.modifiedAt)
        return shapes
    }

    private func whole(_ role: RoleView) -> JSONValue { object(role).whole(spec: spec(role)) }

    /// What the role allows, group by group: to see it before it is given.
    private static func permissions(_ role: RoleView) -> JSONValue {
        var groups = JSONObject()
        for group in APIGroup.builtIn.union(role.permissions.onGroups.keys).sorted() {
            groups[group.rawValue] = JSONValue(
                Verb.allCases.filter { role.permissions.allows($0, on: group) }.map(\.rawValue))
        }
        return [
            "applications": JSONValue(
                Verb.allCases.filter(role.permissions.onApplications.contains).map(\.rawValue)),
            "built_in": .bool(role.isBuiltIn), "groups": .object(groups), "name": JSONValue(role.name.rawValue),
        ]
    }
}
