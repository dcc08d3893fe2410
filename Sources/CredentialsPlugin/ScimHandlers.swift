import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import ServerPlugin
import StrictJSON

/// The SCIM token of the tenant.
extension CredentialsPlugin {
    var scimRoutes: [Route] {
        [
            Route(.get, Self.path("scim_token"), access: .permission(.scimTokens, .get, in: .fixed(.system))) {
                request in
                try request.requireSystem(broker)
                let record = try await answering { () async throws(CredentialFailure) in try await broker.scimToken() }
                return .json(shapes.object(record))
            },
            Route(.post, Self.path("scim_token"), access: .permission(.scimTokens, .create, in: .fixed(.system))) {
                try await recreateScimToken($0)
            },
            Route(
                .post, Self.path("revoke/scim_token"), access: .permission(.scimTokens, .delete, in: .fixed(.system)),
                lane: .reserved
            ) { request in
                try request.requireSystem(broker)
                _ = try RequestBody(request.body)
                let caller = try request.authenticated()
                try await answering {
                    () async throws(CredentialFailure) in
                    try await broker.revokeScimToken(by: caller, context: RequestContext(request))
                }
                return .json(ResponseShapes.done)
            },
        ]
    }

    private func recreateScimToken(_ request: Request) async throws -> Response {
        try request.requireSystem(broker)
        let caller = try request.authenticated()
        let days = try RequestBody(request.body).integer("expiration_days")
        let replay = try replayPlan(request, by: caller) { [broker] created in
            ResponseShapes(broker).created(created)
        }
        let outcome = try await answering {
            () async throws(CredentialFailure) in
            try await broker.recreateScimToken(days: days, by: caller, replay: replay, context: RequestContext(request))
        }
        return answer(outcome)
    }
}
