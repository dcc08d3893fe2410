package import AccessPolicy
package import Broker
import HTTPTypes
import Identifiers
package import ServerPlugin
import StrictJSON

/// The Authentication API: the life of credentials over REST, as in the contract.
package struct CredentialsPlugin: Sendable {
    private let broker: Broker
    private let roles: @Sendable () -> RoleCatalog

    /// How many a listing answers at most: the contract's list has no pages.
    static let listLimit = 10_000

    package init(broker: Broker, roles: @escaping @Sendable () -> RoleCatalog) {
        self.broker = broker
        self.roles = roles
    }

    package var plugin: Plugin {
        let collection: PathTemplate = "/api/web/namespaces/{namespace}/api_credentials"
        return Plugin(
            name: "credentials",
            routes: [
                Route(.get, collection, access: .member(of: .path("namespace")), handler: list),
                Route(.post, collection, access: .member(of: .path("namespace")), handler: create),
                Route(
                    .get, "/api/web/namespaces/{namespace}/api_credentials/{name}",
                    access: .member(of: .path("namespace")), handler: get),
                Route(
                    .post, "/api/web/namespaces/{namespace}/revoke/api_credentials",
                    access: .member(of: .path("namespace")), lane: .reserved, handler: revoke),
            ])
    }

    private func list(_ request: Request) async throws -> Response {
        let namespace = try request.namespace()
        let records = try await failing {
            () async throws(CredentialFailure) in
            try await broker.listCredentials(
                in: namespace, by: try caller(request), roles: roles(), limit: Self.listLimit)
        }
        let now = broker.time.now()
        let items = records.map { ResponseShapes.listed($0, ownerName: broker.ownerName($0), at: now) }
        return .json(["items": .array(items)])
    }

    private func create(_ request: Request) async throws -> Response {
        let namespace = try request.namespace()
        let body = try RequestBody(request.body)
        let name = try body.required("name", try body.text("name"))
        let specification = try body.required("spec", try body.object("spec"))
        // Absent is the enum's zero (contract README 2.2).
        let type = try specification.enumeration("type", CredentialType.allCases) ?? .apiCertificate
        guard type == .apiToken else {
            throw specification.invalid("type", "must be API_TOKEN: this version makes no other API credentials")
        }
        let days = try body.integer("expiration_days")
        let created = try await failing {
            () async throws(CredentialFailure) in
            try await broker.createToken(
                name: name, days: days, in: namespace, by: try caller(request), context: context(request))
        }
        return .json(ResponseShapes.created(created, at: broker.time.now()))
    }

    private func get(_ request: Request) async throws -> Response {
        let namespace = try request.namespace()
        let name = try request.parameter("name")
        let record = try await failing {
            () async throws(CredentialFailure) in
            try await broker.credential(
                named: name, in: namespace, by: try caller(request), for: .get, roles: roles())
        }
        return .json(
            ResponseShapes.object(
                record, ownerName: broker.ownerName(record), tenant: broker.settings.tenant, at: broker.time.now()))
    }

    private func revoke(_ request: Request) async throws -> Response {
        let namespace = try request.namespace()
        let body = try RequestBody(request.body)
        let name = try body.required("name", try body.text("name"))
        try await failing {
            () async throws(CredentialFailure) in
            try await broker.revokeCredential(
                named: name, in: namespace, by: try caller(request), roles: roles(), context: context(request))
        }
        return .json(ResponseShapes.done)
    }

    private func caller(_ request: Request) throws(CredentialFailure) -> Caller {
        guard let caller = request.caller else { throw .notFound }  // the route's access guarantees one
        return caller
    }

    private func context(_ request: Request) -> RequestContext {
        RequestContext(requestID: request.id, remoteAddress: request.remoteAddress)
    }

    private func failing<Value: Sendable>(
        _ body: () async throws(CredentialFailure) -> Value
    ) async throws(APIError) -> Value {
        do {
            return try await body()
        } catch {
            throw APIError(error)
        }
    }
}

extension APIError {
    /// The one table from the broker's refusals to the contract's codes (contract README 2.6).
    init(_ failure: CredentialFailure) {
        switch failure {
        case .invalid(let field, let reason): self.init(.invalidArgument, "Field \(field) \(reason).")
        case .notFound: self.init(.notFound, "No such credential.")
        case .notPermitted(let reason): self.init(.permissionDenied, "Not permitted: \(reason).")
        case .store(.unavailable):
            self.init(.unavailable, "The credential store cannot commit now; nothing was changed.", retryAfter: 1)
        case .store(.alreadyExists), .store(.alreadyUsed): self.init(.alreadyExists, "It already exists.")
        case .store(.conflict): self.init(.aborted, "It was changed at the same time; read it and try again.")
        case .cannotMake: self.init(.internalError, "The credential could not be made.")
        }
    }
}
