import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import OAuth
import Secrets
import ServerPlugin
import StrictJSON

/// OAuth clients over REST: an addition to the contract. Members have the names of RFC 7591.
extension ProvidersPlugin {
    var clientRoutes: [Route] {
        let (all, one) = ("/api/web/namespaces/system/oauth_clients", "/api/web/namespaces/system/oauth_clients/{name}")
        func route(
            _ method: HTTPRequest.Method, _ path: String, _ verb: Verb, _ handler: @escaping Route.Handler
        ) -> Route {
            Route(
                method, PathTemplate(path), access: .permission(.clients, verb, in: .fixed(.system)), handler: handler)
        }
        return [
            route(.get, all, .list) { _ in .json(["items": .array(broker.clients.map(ClientShapes.client))]) },
            route(.post, all, .create, createClient),
            route(.get, one, .get, getClient),
            route(.put, one, .update, replaceClient),
            route(.delete, one, .delete, deleteClient),
            route(.post, one + "/secrets", .update, rotateSecret),
        ]
    }

    private func createClient(_ request: Request) async throws -> Response {
        let (metadata, roles) = try ClientShapes.read(request.body, id: nil)
        let caller = try request.authenticated()
        let made = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.createClient(metadata, roles: roles, by: caller, context: RequestContext(request))
        }
        return .json(ClientShapes.made(made.record, secret: made.secret))
    }

    private func getClient(_ request: Request) async throws -> Response {
        let id = try request.parameter("name")
        guard let client = broker.client(id) else { throw APIError(.notFound, "No such client: '\(id)'.") }
        return .json(ClientShapes.client(client))
    }

    private func replaceClient(_ request: Request) async throws -> Response {
        let (metadata, roles) = try ClientShapes.read(request.body, id: try request.parameter("name"))
        let caller = try request.authenticated()
        let made = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.replaceClient(metadata, roles: roles, by: caller, context: RequestContext(request))
        }
        return .json(ClientShapes.made(made.record, secret: made.secret))
    }

    private func deleteClient(_ request: Request) async throws -> Response {
        let (id, caller) = (try request.parameter("name"), try request.authenticated())
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.deleteClient(id, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    /// `{"keep_previous": true}`: the secret before this one stays good until the next time.
    private func rotateSecret(_ request: Request) async throws -> Response {
        let keeps = try RequestBody(request.body).boolean("keep_previous") ?? true
        let (id, caller) = (try request.parameter("name"), try request.authenticated())
        let made = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.rotateClientSecret(
                id, keepingPrevious: keeps, by: caller, context: RequestContext(request))
        }
        return .json(ClientShapes.made(made.record, secret: made.secret))
    }
}

/// A client on the wire.
enum ClientShapes {
    static func client(_ record: ClientRecord) -> JSONValue {
        var object = record.metadata.document
        object["namespaces"] = record.roles.json
        object["origin"] = JSONValue(record.origin.rawValue)
        object["secrets"] = .array(
            record.secrets.map { secret in
                .object(record.origin == .api ? ["created_at": JSONValue(RFC3339.text(secret.createdAt))] : [:])
            })
        return .object(object)
    }

    /// With its new secret, shown this once.
    static func made(_ record: ClientRecord, secret: Secret?) -> JSONValue {
        var object = client(record).objectValue ?? JSONObject()
        if let secret { object["client_secret"] = JSONValue(secret.revealText()) }
        return .object(object)
    }

    /// What is shown and not taken is let be, so that what was read can be sent again.
    static func read(_ bytes: [UInt8], id: String?) throws(APIError) -> (ClientMetadata, NamespaceAccess) {
        let object: JSONObject
        do { object = try JSONValue.parseObject(bytes) } catch {
            throw APIError(.invalidArgument, "The body is not a JSON object: \(error).")
        }
        var (metadata, roles) = (JSONObject(), NamespaceAccess.none)
        for member in object.members {
            switch member.name.rawValue {
            case "namespaces":
                guard let read = NamespaceAccess(json: member.value) else {
                    throw APIError(
                        .invalidArgument, "Field namespaces must be roles by namespace: {\"payments\": [\"deployer\"]}."
                    )
                }
                roles = read
            case "origin", "secrets": continue
            case "client_secret":
                throw APIError(.invalidArgument, "Field client_secret must not be given: it is made, and shown once.")
            default: metadata[member.name.rawValue] = member.value
            }
        }
        // The path wins.
        if let id { metadata["client_id"] = JSONValue(id) }
        do { return (try ClientMetadata(metadata), roles) } catch {
            throw APIError(.invalidArgument, "Field \(error.type) \(error.reason).")
        }
    }
}
