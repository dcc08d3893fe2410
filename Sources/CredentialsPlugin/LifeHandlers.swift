import APIConventions
import AccessPolicy
import Broker
import Identifiers
import ServerPlugin
import StrictJSON

/// What both families of credentials have: get, activate, renew, revoke, bulk revoke.
extension CredentialsPlugin {
    func get(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let name = try request.parameter("name")
        let record = try await answering {
            () async throws(CredentialFailure) in
            try await broker.credential(named: name, of: family, in: namespace, by: caller, for: .get)
        }
        switch family {
        case .personal: return .json(shapes.object(record))
        case .service: return .json(shapes.serviceObject(record))
        }
    }

    func activate(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let name = try Self.name(in: try RequestBody(request.body))
        try await answering {
            () async throws(CredentialFailure) in
            try await broker.activate(name, of: family, in: namespace, by: caller, context: RequestContext(request))
        }
        return .json(ResponseShapes.done)
    }

    func renew(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let body = try RequestBody(request.body)
        let name = try Self.name(in: body)
        let days = try body.integer("expiration_days")
        try await answering {
            () async throws(CredentialFailure) in
            try await broker.renew(
                name, of: family, in: namespace, days: days, by: caller, context: RequestContext(request))
        }
        return .json(ResponseShapes.done)
    }

    func revoke(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let (namespace, caller) = (try request.namespace(), try request.authenticated())
        let name = try Self.name(in: try RequestBody(request.body))
        try await answering {
            () async throws(CredentialFailure) in
            try await broker.revoke(name, of: family, in: namespace, by: caller, context: RequestContext(request))
        }
        return .json(ResponseShapes.done)
    }

    func bulkRevoke(_ request: Request, _ family: CredentialFamily) async throws -> Response {
        let caller = try request.authenticated()
        let selector = try Self.selector(in: try RequestBody(request.body))
        let outcome = try await answering {
            () async throws(CredentialFailure) in
            try await broker.bulkRevoke(selector, of: family, in: .system, by: caller, context: RequestContext(request))
        }
        return .json(ResponseShapes.bulk(outcome))
    }

    static func name(in body: RequestBody) throws(APIError) -> String {
        try body.required("name", try body.text("name"))
    }

    private static func selector(in body: RequestBody) throws(APIError) -> BulkSelector {
        switch (try body.object("expired_selector"), try body.object("name_selector")) {
        case (let expired?, nil):
            let hasAll = try expired.object("all") != nil
            let type = try expired.enumeration("credential_type", CredentialType.allCases)
            guard hasAll != (type != nil) else {
                throw body.invalid("expired_selector", "must have exactly one of 'all' and 'credential_type'")
            }
            return .expired(type)
        case (nil, let named?):
            let names = try named.texts("names")
            guard BulkSelector.nameCount.contains(names.count) else {
                throw named.invalid("names", "must hold 1 to 200 names")
            }
            guard Set(names.map { Key($0) }).count == names.count else {
                throw named.invalid("names", "must not hold a name twice")
            }
            return .names(names)
        default:
            throw APIError(
                .invalidArgument, "Field bulkrevoke_choice must be exactly one of expired_selector and name_selector.")
        }
    }
}
