import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Secrets
import ServerPlugin
import StrictJSON

/// One-time tokens for a configured service: the contract's way to get one, and the service's way to redeem it.
extension DirectoryPlugin {
    var userTokenRoutes: [Route] {
        let path: PathTemplate = "/api/config/namespaces/system/was/user_token"
        return [
            Route(.get, path, access: .member(of: .fixed(.system)), handler: userToken),
            Route(
                .post, "/api/config/namespaces/system/was/user_token/redeem", access: Self.may(.tokens, .get),
                handler: redeemUserToken),
        ]
    }

    private func userToken(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let made = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.userToken(for: caller, context: RequestContext(request))
        }
        return .json([
            "redirect_url": JSONValue(made.redirectURL), "token": JSONValue(made.token.revealText()),
            "user_id": JSONValue(made.userID),
        ])
    }

    private func redeemUserToken(_ request: Request) async throws -> Response {
        let (caller, body) = (try request.authenticated(), try RequestBody(request.body))
        let token = Secret(utf8: try body.required("token", try body.text("token")))
        let principal = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.redeemUserToken(token, by: caller, context: RequestContext(request))
        }
        return .json([
            "kind": JSONValue(principal.kind.rawValue), "name": JSONValue(principal.name),
            "user_id": JSONValue(principal.id.rawValue),
        ])
    }
}
