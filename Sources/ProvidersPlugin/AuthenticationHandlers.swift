import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import ServerPlugin
import StrictJSON

/// Authentication policies over REST: of each namespace, by whoever administers it.
extension ProvidersPlugin {
    var authenticationRoutes: [Route] {
        let all: PathTemplate = "/api/config/namespaces/{namespace}/authentications"
        let one: PathTemplate = "/api/config/namespaces/{namespace}/authentications/{name}"
        func may(_ verb: Verb) -> Access { .permission(.policies, verb, in: .pathOrSystem("namespace")) }
        return [
            Route(.get, all, access: may(.list), handler: listAuthentications),
            Route(.post, all, access: may(.create), handler: createAuthentication),
            Route(.get, one, access: may(.get), handler: getAuthentication),
            Route(.put, one, access: may(.update), handler: replaceAuthentication),
            Route(.delete, one, access: may(.delete), handler: deleteAuthentication),
        ]
    }

    private var shapes: AuthenticationShapes { AuthenticationShapes(tenant: broker.settings.tenant) }

    private func listAuthentications(_ request: Request) async throws -> Response {
        let records = broker.authentications(in: try request.namespace())
        return .json(["errors": [], "items": .array(records.map { shapes.object($0).item() })])
    }

    private func getAuthentication(_ request: Request) async throws -> Response {
        let (name, namespace) = (try request.parameter("name"), try request.namespace())
        let record = try await answeringDirectory {
            () async throws(DirectoryFailure) in try broker.authentication(name, in: namespace)
        }
        return .json(shapes.object(record).read(spec: shapes.spec(record), hasForms: true))
    }

    private func createAuthentication(_ request: Request) async throws -> Response {
        let (caller, namespace) = (try request.authenticated(), try request.namespace())
        let body = try RequestBody(request.body)
        let metadata = try ObjectMetadata(body, isRequired: true)
        let name = try metadata.requiredName()
        do throws(InvalidValue) { _ = try ObjectName(name) } catch { throw metadata.body.invalid("name", error.reason) }
        let draft = try AuthenticationBody(broker).read(body, metadata, named: name, in: namespace)
        let record = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.createAuthentication(draft, by: caller, context: RequestContext(request))
        }
        return .json(shapes.created(record))
    }

    private func replaceAuthentication(_ request: Request) async throws -> Response {
        let (caller, namespace) = (try request.authenticated(), try request.namespace())
        let body = try RequestBody(request.body)
        let draft = try AuthenticationBody(broker).read(
            body, try ObjectMetadata(body, isRequired: false), named: try request.parameter("name"), in: namespace)
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.replaceAuthentication(with: draft, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    /// Nothing refers to one, so `fail_if_referred` never fails.
    private func deleteAuthentication(_ request: Request) async throws -> Response {
        let (caller, namespace) = (try request.authenticated(), try request.namespace())
        let name = try request.parameter("name")
        _ = try RequestBody(request.body).boolean("fail_if_referred")
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.removeAuthentication(name, in: namespace, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }
}
