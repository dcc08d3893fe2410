import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// People over REST: the contract's user_roles and what hangs on them.
extension DirectoryPlugin {
    var userRoutes: [Route] {
        let users: PathTemplate = "/api/web/custom/namespaces/{namespace}/user_roles"
        return [
            Route(.get, users, access: Self.may(.users, .list), handler: listUsers),
            Route(.post, users, access: Self.may(.users, .create), handler: createUser),
            Route(.put, users, access: Self.may(.users, .update)) { try await replaceUser($0) },
            Route(.post, "/api/web/custom/namespaces/{namespace}/user_roles/{name}", access: Self.may(.users, .update))
            { try await replaceUser($0) },
            Route(
                .post, "/api/web/custom/namespaces/{namespace}/users/cascade_delete",
                access: Self.may(.users, .delete), handler: removeUser),
            Route(
                .put, "/api/web/custom/namespaces/system/users/group_add", access: Self.may(.users, .update)
            ) { try await changeGroups($0, isAdding: true) },
            Route(
                .put, "/api/web/custom/namespaces/system/users/group_remove",
                access: Self.may(.users, .update)
            ) { try await changeGroups($0, isAdding: false) },
            Route(
                .post, "/api/web/custom/namespaces/{namespace}/role_users", access: Self.may(.users, .update),
                handler: assignRole),
            Route(
                .put, "/api/web/namespaces/system/user/settings/idm/disable", access: Self.may(.users, .update)
            ) { try await setEnabled(false, $0) },
            Route(
                .put, "/api/web/namespaces/system/user/settings/idm/enable", access: Self.may(.users, .update)
            ) { try await setEnabled(true, $0) },
        ]
    }

    /// What a listing without pages reads from the store at a time.
    static let readAtOnce = 500

    /// On the tenant's directory, which lives in `system`.
    static func may(_ group: APIGroup, _ verb: Verb) -> Access { .permission(group, verb, in: .fixed(.system)) }

    private func listUsers(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let shapes = UserShapes(broker)
        let limit = try request.queryNumber("page_limit", in: 0...1000)
        if let limit, limit > 0 {
            let start = try request.queryParameter("page_start").map { try UserShapes.place($0) }
            let found = try await answeringDirectory {
                () async throws(DirectoryFailure) in try await broker.people(after: start, limit: Int(limit) + 1)
            }
            let page = found.prefix(Int(limit))
            let next = found.count > page.count ? page.last.map(UserShapes.place) : nil
            return .json([
                "items": .array(page.map { shapes.item($0) }), "next_page_start": JSONValue(next ?? ""),
            ])
        }
        let last = Held<PrincipalPlace?>(nil)
        return try await StreamedItems.response("items") {
            let after = last.value
            let page = try await answeringDirectory {
                () async throws(DirectoryFailure) in try await broker.people(after: after, limit: Self.readAtOnce)
            }
            if let end = page.last { last.value = PrincipalPlace(name: end.principal.name, id: end.principal.id) }
            return StreamedItems.Page(page.map { shapes.item($0) }, isLast: page.count < Self.readAtOnce)
        }
    }

    private func createUser(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let caller = try request.authenticated()
        let asked = try UserShapes.request(try RequestBody(request.body))
        let record = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.createPerson(asked, by: caller, context: RequestContext(request))
        }
        return .json(UserShapes(broker).object(record))
    }

    private func replaceUser(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let caller = try request.authenticated()
        // The path wins where it has a name (contract README 2.3).
        let name = request.parameters[Key("name")]
        let asked = try UserShapes.request(try RequestBody(request.body), named: name)
        let record = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.replacePerson(asked, by: caller, context: RequestContext(request))
        }
        return .json(UserShapes(broker).object(record))
    }

    private func removeUser(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let email = try body.required("email", try body.text("email"))
        let ended = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.removePerson(email, by: caller, context: RequestContext(request))
        }
        let items = ended.map { record -> JSONValue in
            [
                "error_message": "", "object_name": JSONValue(record.name), "object_type": "api_credential",
                "object_uid": JSONValue(record.id.rawValue),
            ]
        }
        return .json(["delete_ok": true, "items": .array(items)])
    }

    private func changeGroups(_ request: Request, isAdding: Bool) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let email = try body.required("username", try body.text("username"))
        let groups = try body.texts("group_names")
        guard !groups.isEmpty else { throw body.invalid("group_names", "is required") }
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.changeGroups(
                of: email, adding: isAdding ? groups : [], removing: isAdding ? [] : groups, by: caller,
                context: RequestContext(request))
        }
        return .json(["error": nil])
    }

    private func assignRole(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let emails = try body.texts("username")
        guard (1...1000).contains(emails.count) else { throw body.invalid("username", "must be 1 to 1,000 users") }
        let asked = try body.required("namespaces_role", try body.object("namespaces_role"))
        let role = try asked.role("role", try asked.required("role", try asked.text("role")))
        var access = NamespaceAccess.none
        for name in try asked.texts("namespaces") { access.add([role], in: try asked.pattern("namespaces", name)) }
        guard !access.isEmpty else { throw asked.invalid("namespaces", "is required") }
        let wanted = access
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.assign(wanted, to: emails, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    private func setEnabled(_ isEnabled: Bool, _ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let email = try body.required("user_email", try body.text("user_email"))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.setEnabled(isEnabled, person: email, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }
}
