import HTTPTypes
import SCIM
import ServerPlugin
import StrictJSON

/// What the service can do and what its resources look like (RFC 7644 §4).
extension SCIMPlugin {
    var discoveryRoutes: [Route] {
        [
            route(.get, "/ServiceProviderConfig") { request in
                try Self.refuseFilter(request)
                return .scim(
                    ServiceProviderConfig(maximumResults: Self.maximumResults).json(base))
            },
            route(.get, "/Schemas") { request in
                try Self.refuseFilter(request)
                return .scim(ListResponse(all: Schema.all.map { $0.json(base) }).body)
            },
            route(.get, "/Schemas/{id}") { request in
                guard let schema = Schema.withID(try request.resourceID()) else {
                    throw SCIMError(status: 404, "There is no such schema.")
                }
                return .scim(schema.json(base))
            },
            route(.get, "/ResourceTypes") { request in
                try Self.refuseFilter(request)
                return .scim(ListResponse(all: ResourceType.all.map { $0.json(base) }).body)
            },
            route(.get, "/ResourceTypes/{id}") { request in
                guard let type = ResourceType.named(try request.resourceID()) else {
                    throw SCIMError(status: 404, "There is no such resource type.")
                }
                return .scim(type.json(base))
            },
        ]
    }

    /// RFC 7644 §4: a filter here is 403, so that nobody takes the answer for a filtered one.
    private static func refuseFilter(_ request: Request) throws(SCIMError) {
        if try request.scimParameters().contains(where: { $0.name.lowercased() == "filter" }) {
            throw SCIMError(status: 403, "This endpoint cannot be filtered.")
        }
    }
}
