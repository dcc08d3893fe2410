import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import ServerPlugin
import StrictJSON

/// The caller's own sessions: the contract's list, and what a page needs to act in one.
extension DirectoryPlugin {
    var sessionRoutes: [Route] {
        [
            Route(
                .get, "/api/web/namespaces/system/user/sessions", access: .member(of: .fixed(.system)),
                handler: listSessions),
            Route(
                .get, "/api/web/namespaces/system/user/applications", access: .member(of: .fixed(.system)),
                handler: listApplications),
            Route(
                .delete, "/api/web/namespaces/system/user/applications/{name}", access: .member(of: .fixed(.system)),
                lane: .reserved, handler: withdrawApplication),
            Route(
                .put, "/api/web/namespaces/system/user/settings/idm/end_sessions",
                access: Self.may(.users, .update), lane: .reserved, handler: endSessions),
            Route(.get, "/api/web/custom/namespaces/system/session", access: .authenticated, handler: session),
        ]
    }

    private func listSessions(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let sessions = broker.sessions(of: caller.principal.id)
        return .json([
            "user_sessions": .array(
                sessions.map { record, lastUse in
                    [
                        "ip_address": JSONValue(record.remoteAddress),
                        "last_access": JSONValue(RFC3339.text(lastUse)),
                        "start": JSONValue(RFC3339.text(record.startedAt)),
                    ]
                })
        ])
    }

    /// Clients of the authorization server that the caller let act for them.
    private func listApplications(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        return .json([
            "applications": .array(
                broker.applications(of: caller.principal.id).map { application in
                    [
                        "client_id": JSONValue(application.clientID), "client_name": JSONValue(application.name),
                        "last_access": JSONValue(application.lastUse.map(RFC3339.text)),
                        "scopes": JSONValue(application.scopes), "start": JSONValue(RFC3339.text(application.since)),
                    ]
                })
        ])
    }

    private func withdrawApplication(_ request: Request) async throws -> Response {
        let (caller, client) = (try request.authenticated(), try request.parameter("name"))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.withdraw(client: client, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    private func endSessions(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let body = try RequestBody(request.body)
        let email = try body.required("user_email", try body.text("user_email"))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.endSessions(of: email, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    /// The proof that goes with changes made in this session: whoever can read this is a page of ours.
    private func session(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        guard let (record, csrf) = broker.session(of: caller) else {
            throw APIError(.failedPrecondition, "This request was not made with a session.")
        }
        var answer: JSONObject = [
            "csrf_token": JSONValue(csrf), "expires_at": JSONValue(RFC3339.text(record.expiresAt)),
            "provider": JSONValue(record.provider), "user": JSONValue(caller.principal.name),
        ]
        answer["authenticated_at"] = record.authenticatedAt.map { JSONValue(RFC3339.text($0)) }
        return .json(.object(answer))
    }
}
