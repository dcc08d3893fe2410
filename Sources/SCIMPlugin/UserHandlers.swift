import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import SCIM
import ServerPlugin
import StrictJSON

/// Users (RFC 7643 §4.1, §4.3).
extension SCIMPlugin {
    var userRoutes: [Route] {
        [
            route(.get, "/Users") { request in
                try await searchUsers(
                    try SearchRequest(
                        parameters: try request.scimParameters(), of: .user, maximumResults: Self.maximumResults))
            },
            route(.post, "/Users/.search") { request in
                try await searchUsers(
                    try SearchRequest(try request.scimBody(), of: .user, maximumResults: Self.maximumResults))
            },
            route(.post, "/Users", createUser), route(.get, "/Users/{id}", readUser),
            route(.put, "/Users/{id}", replaceUser),
            route(.patch, "/Users/{id}", bodyLimit: Self.patchBodyLimit, patchUser),
            route(.delete, "/Users/{id}", removeUser),
        ]
    }

    private func createUser(_ request: Request) async throws -> Response {
        let (caller, projection) = (try request.authenticated(), try request.projection(of: .user))
        let resource = try UserResource(try request.scimBody()).withActivity()
        let user = try await broker.createProvisionedUser(resource, by: caller, context: RequestContext(request))
        return .resource(shape(user), projection, version: user.version, status: .created)
    }

    private func readUser(_ request: Request) async throws -> Response {
        let projection = try request.projection(of: .user)
        let user = try await broker.provisionedUser(try request.resourceID())
        if let condition = try request.ifNoneMatch(), condition.matches(user.version) {
            return .notModified(user.version)
        }
        return .resource(shape(user), projection, version: user.version)
    }

    private func replaceUser(_ request: Request) async throws -> Response {
        let resource = try UserResource(try request.scimBody())
        return try await changeUser(request) { _, isActive throws(SCIMError) in try resource.withActivity(isActive) }
    }

    private func patchUser(_ request: Request) async throws -> Response {
        let patch = try UserPatch(try request.scimBody(limit: Self.patchBodyLimit))
        return try await changeUser(request) { user, _ throws(SCIMError) in try patch.apply(to: user).resource }
    }

    private func changeUser(
        _ request: Request, _ change: @Sendable (UserResource, _ isActive: Bool) throws(SCIMError) -> UserResource
    ) async throws -> Response {
        let (caller, projection) = (try request.authenticated(), try request.projection(of: .user))
        let user = try await broker.changeProvisionedUser(
            try request.resourceID(), matching: try request.ifMatch(), by: caller, context: RequestContext(request),
            change)
        return .resource(shape(user), projection, version: user.version)
    }

    private func removeUser(_ request: Request) async throws -> Response {
        try await broker.removeProvisionedUser(
            try request.resourceID(), matching: try request.ifMatch(), by: try request.authenticated(),
            context: RequestContext(request))
        return Response(status: .noContent)
    }

    /// A user as clients see it; a projection still has to be applied.
    func shape(_ user: ProvisionedUser) -> JSONObject {
        Representation.user(
            user.attributes,
            ResourceMetadata(
                id: user.id.rawValue, created: RFC3339.text(user.createdAt),
                lastModified: RFC3339.text(user.modifiedAt), version: user.version),
            groups: broker.provisionedGroups(of: user.id), base)
    }
}

extension UserResource {
    /// With a value of `active` where it has none: a PUT that does not say it lets nobody in.
    fileprivate func withActivity(_ isActive: Bool = true) throws(SCIMError) -> UserResource {
        guard attributes["active"] == nil else { return self }
        var attributes = attributes
        attributes["active"] = .bool(isActive)
        return try UserResource(attributes: attributes)
    }
}

extension Response {
    static func notModified(_ version: EntityTag) -> Response {
        Response(status: .notModified, headers: [.eTag: version.text])
    }
}
