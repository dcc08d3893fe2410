import APIConventions
import Broker
import HTTPTypes
import Identifiers
import SCIM
import ServerPlugin
import StrictJSON

/// Groups (RFC 7643 §4.2).
extension SCIMPlugin {
    var groupRoutes: [Route] {
        [
            route(.get, "/Groups") { request in
                try await searchGroups(
                    try SearchRequest(
                        parameters: try request.scimParameters(), of: .group, maximumResults: Self.maximumResults))
            },
            route(.post, "/Groups/.search") { request in
                try await searchGroups(
                    try SearchRequest(try request.scimBody(), of: .group, maximumResults: Self.maximumResults))
            },
            route(.post, "/Groups", bodyLimit: Self.groupBodyLimit, createGroup),
            route(.get, "/Groups/{id}", readGroup),
            route(.put, "/Groups/{id}", bodyLimit: Self.groupBodyLimit, replaceGroup),
            route(.patch, "/Groups/{id}", bodyLimit: Self.patchBodyLimit, patchGroup),
            route(.delete, "/Groups/{id}", removeGroup),
        ]
    }

    private func createGroup(_ request: Request) async throws -> Response {
        let (caller, projection) = (try request.authenticated(), try request.projection(of: .group))
        let resource = try GroupResource(try request.scimBody(limit: Self.groupBodyLimit))
        let group = try await broker.createProvisionedGroup(resource, by: caller, context: RequestContext(request))
        return answer(group, projection, status: .created)
    }

    private func readGroup(_ request: Request) async throws -> Response {
        let projection = try request.projection(of: .group)
        let group = try await broker.provisionedGroup(try request.resourceID())
        if let condition = try request.ifNoneMatch(), condition.matches(group.version) {
            return .notModified(group.version)
        }
        return answer(group, projection)
    }

    private func replaceGroup(_ request: Request) async throws -> Response {
        let (caller, projection) = (try request.authenticated(), try request.projection(of: .group))
        let resource = try GroupResource(try request.scimBody(limit: Self.groupBodyLimit))
        let group = try await broker.replaceProvisionedGroup(
            try request.resourceID(), with: resource, matching: try request.ifMatch(), by: caller,
            context: RequestContext(request))
        return answer(group, projection)
    }

    /// With the group as it is then; without body when that has very many members and nobody asked for them or against
    /// them (RFC 7644 §3.5.2 leaves the choice).
    private func patchGroup(_ request: Request) async throws -> Response {
        let (caller, projection) = (try request.authenticated(), try request.projection(of: .group))
        let patch = try GroupPatch(try request.scimBody(limit: Self.patchBodyLimit))
        let group = try await broker.patchProvisionedGroup(
            try request.resourceID(), patch, matching: try request.ifMatch(), by: caller,
            context: RequestContext(request))
        let isStandard = projection == .standard(of: .group)
        guard !isStandard || broker.memberCount(of: group) <= Self.shownMembers else {
            return Response(status: .noContent, headers: [.eTag: group.version.text])
        }
        return answer(group, projection)
    }

    private func removeGroup(_ request: Request) async throws -> Response {
        try await broker.removeProvisionedGroup(
            try request.resourceID(), matching: try request.ifMatch(), by: try request.authenticated(),
            context: RequestContext(request))
        return Response(status: .noContent)
    }

    private func answer(
        _ group: ProvisionedGroup, _ projection: Projection, status: HTTPResponse.Status = .ok
    ) -> Response {
        .resource(
            shape(group, hasMembers: projection.includes("members")), projection, version: group.version,
            status: status)
    }

    /// A group as clients see it; a projection still has to be applied.
    func shape(_ group: ProvisionedGroup, hasMembers: Bool) -> JSONObject {
        Representation.group(
            group.document,
            ResourceMetadata(
                id: group.id, created: RFC3339.text(group.createdAt), lastModified: RFC3339.text(group.modifiedAt),
                version: group.version),
            members: hasMembers ? broker.provisionedMembers(of: group) : nil, base)
    }
}
