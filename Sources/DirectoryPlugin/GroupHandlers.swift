import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// Groups over REST.
extension DirectoryPlugin {
    var groupRoutes: [Route] {
        let groups: PathTemplate = "/api/web/custom/namespaces/system/user_groups"
        let group: PathTemplate = "/api/web/custom/namespaces/system/user_groups/{name}"
        return [
            Route(.get, groups, access: Self.may(.groups, .list), handler: listGroups),
            Route(.post, groups, access: Self.may(.groups, .create), handler: createGroup),
            Route(.get, group, access: Self.may(.groups, .get)) { request in
                .json(try shape(try await read(request)))
            },
            Route(.put, group, access: Self.may(.groups, .update), handler: replaceGroup),
            Route(.delete, group, access: Self.may(.groups, .delete), handler: removeGroup),
            // As f5xc-tops-py-client asks for it, with `null` for a body. One that says something would mean something else.
            Route(.post, group, access: Self.may(.groups, .delete), isDescribed: false) { request in
                guard request.body.count <= 4 else {
                    throw APIError(
                        .invalidArgument, "To change a group use PUT; this call removes it and takes no body.")
                }
                return try await removeGroup(request)
            },
            Route(
                .put, "/api/web/custom/namespaces/system/user_groups/{name}/assign_namespace_roles",
                access: Self.may(.groups, .update)
            ) { try await changeRoles($0, isAdding: true) },
            Route(
                .put, "/api/web/custom/namespaces/system/user_groups/{name}/remove_namespace_roles",
                access: Self.may(.groups, .update)
            ) { try await changeRoles($0, isAdding: false) },
            Route(
                .get, "/api/web/namespaces/{namespace}/user_groups", access: Self.may(.groups, .list),
                handler: listPlainGroups),
            Route(
                .get, "/api/web/namespaces/{namespace}/user_groups/{name}", access: Self.may(.groups, .get),
                handler: readPlainGroup),
        ]
    }

    private func listGroups(_ request: Request) async throws -> Response {
        try await streamed("user_groups") { object in GroupRecord(object).map { shape($0, object) } }
    }

    private func listPlainGroups(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        return try await streamed("items", hasErrors: true) { object in
            GroupRecord(object).map { plain($0, object).item() }
        }
    }

    /// All groups, a page of the store at a time.
    private func streamed(
        _ name: String, hasErrors: Bool = false, _ item: @escaping @Sendable (StoredObject) -> JSONValue?
    ) async throws -> Response {
        let last = Held<String?>(nil)
        return try await StreamedItems.response(name, hasErrors: hasErrors) {
            let after = last.value
            let page = try await answeringDirectory {
                () async throws(DirectoryFailure) in try await broker.groups(after: after, limit: Self.readAtOnce)
            }
            if let end = page.last { last.value = end.name }
            return StreamedItems.Page(page.compactMap(item), isLast: page.count < Self.readAtOnce)
        }
    }

    private func read(_ request: Request) async throws(APIError) -> GroupRecord {
        let name = try request.parameter("name")
        return try await answeringDirectory { () async throws(DirectoryFailure) in try broker.group(name) }
    }

    private func readPlainGroup(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let group = try await read(request)
        let object = try await answeringDirectory {
            () async throws(DirectoryFailure) in try broker.groupObject(group.name.rawValue)
        }
        return .json(
            plain(group, object).read(spec: ["display_name": JSONValue(group.displayName)], hasForms: false))
    }

    private func createGroup(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let asked = try Self.request(body, name: try body.required("name", try body.text("name")))
        let group = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.createGroup(asked, by: caller, context: RequestContext(request))
        }
        return .json(try shape(group))
    }

    private func replaceGroup(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let asked = try Self.request(try RequestBody(request.body), name: try request.parameter("name"))
        let group = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.replaceGroup(asked, by: caller, context: RequestContext(request))
        }
        return .json(try shape(group))
    }

    private func removeGroup(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let isForced = try request.queryParameter("attempt_remove_references")?.hasSameBytes(as: "true") ?? false
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.removeGroup(
                name, removingMembers: isForced, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    private func changeRoles(_ request: Request, isAdding: Bool) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let body = try RequestBody(request.body)
        let roles = try body.namespaceRoles()
        guard !roles.isEmpty else { throw body.invalid("namespace_roles", "is required") }
        let group = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.changeRoles(
                of: name, adding: isAdding ? roles : .none, removing: isAdding ? .none : roles, by: caller,
                context: RequestContext(request))
        }
        return .json(try shape(group))
    }

    private static func request(_ body: RequestBody, name: String) throws(APIError) -> GroupRequest {
        // `sync_id` is the provisioning directory's to set; a client in production always sends one.
        GroupRequest(
            name: name, displayName: try body.text("display_name") ?? "",
            description: try body.text("description") ?? "", roles: try body.namespaceRoles(),
            members: try body.texts("usernames"))
    }

    // MARK: Shapes

    private func shape(_ group: GroupRecord) throws(APIError) -> JSONValue {
        guard let object = try? broker.groupObject(group.name.rawValue) else {
            throw APIError(DirectoryFailure.notFound(kind: "user group", name: group.name.rawValue))
        }
        return shape(group, object)
    }

    private func shape(_ group: GroupRecord, _ object: StoredObject) -> JSONValue {
        let members = broker.memberNames(of: group)
        return [
            "description": JSONValue(group.description), "display_name": JSONValue(group.displayName), "error": nil,
            "id": JSONValue(group.name.rawValue), "name": JSONValue(group.name.rawValue),
            "namespace_roles": AccessShapes.list(group.bindings),
            "references_count": ["users": .integer(Int64(members.count))],
            "sync_id": JSONValue(group.provisionedID ?? ""),
            "sync_mode": group.provisionedID == nil ? "SELF" : "SCIM",
            "uid": JSONValue(group.name.rawValue), "usernames": JSONValue(members),
        ]
    }

    private func plain(_ group: GroupRecord, _ object: StoredObject) -> ObjectShapes {
        var shapes = ObjectShapes(
            "user_group", group.name.rawValue, tenant: broker.settings.tenant, uid: group.name.rawValue)
        shapes.description = group.description
        (shapes.createdAt, shapes.modifiedAt) = (object.createdAt, object.modifiedAt)
        shapes.revision = object.revision
        return shapes
    }
}
