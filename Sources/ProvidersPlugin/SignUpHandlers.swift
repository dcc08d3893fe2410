import APIConventions
import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import Secrets
import ServerPlugin
import StrictJSON

/// Sign-up over REST: what anybody may ask, and what administrators do about it.
extension ProvidersPlugin {
    var signUpRoutes: [Route] {
        let base = "/api/web/namespaces/system/signup/"
        func system(_ group: APIGroup, _ verb: Verb) -> Access { .permission(group, verb, in: .fixed(.system)) }
        return [
            Route(.post, "/no_auth/signup", access: .open, bodyLimit: Self.publicBody, handler: signUp),
            Route(.get, "/no_auth/signup/{name}", access: .open, handler: signUpState),
            Route(
                .post, "/no_auth/signup/{name}/verify", access: .open, bodyLimit: Self.publicBody,
                handler: verifySignUp),
            Route(
                .post, "/no_auth/login/validate_registration", access: .open, bodyLimit: Self.publicBody,
                handler: validateRegistration),
            Route(.get, PathTemplate(base + "policy"), access: system(.settings, .get)) { _ in
                .json(SignUpShapes.policy(broker.signUpPolicy))
            },
            Route(.put, PathTemplate(base + "policy"), access: system(.settings, .update), handler: changeSignUpPolicy),
            Route(.get, PathTemplate(base + "invitations"), access: system(.users, .list)) { _ in
                let shapes = SignUpShapes(broker)
                return .json(["items": .array(broker.invitations.map(shapes.invitation))])
            },
            Route(.post, PathTemplate(base + "invitations"), access: system(.users, .create), handler: invite),
            Route(
                .delete, PathTemplate(base + "invitations/{name}"), access: system(.users, .delete),
                handler: revokeInvitation),
            Route(.get, PathTemplate(base + "requests"), access: system(.users, .list)) { _ in
                let shapes = SignUpShapes(broker)
                return .json(["items": .array(broker.signUps.map(shapes.request))])
            },
            Route(
                .post, PathTemplate(base + "requests/{name}/approve"), access: system(.users, .create),
                handler: approveSignUp),
            Route(
                .post, PathTemplate(base + "requests/{name}/decline"), access: system(.users, .create),
                handler: declineSignUp),
        ]
    }

    /// Whoever asks is nobody yet.
    private static let publicBody = 4096

    // MARK: Anybody

    private func signUp(_ request: Request) async throws -> Response {
        let body = try RequestBody(request.body)
        let asked = SignUpRequest(
            email: try body.required("email", try body.text("email")),
            firstName: try body.text("first_name") ?? "", lastName: try body.text("last_name") ?? "")
        let token = try body.text("token").map { Secret(utf8: $0) }
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try await broker.signUp(asked, invitation: token, context: RequestContext(request))
        }
        return .json(SignUpShapes.submitted(record))
    }

    private func signUpState(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let record = try await answeringDirectory { () async throws(DirectoryFailure) in try broker.signUp(name) }
        return .json(SignUpShapes(broker).state(record))
    }

    private func verifySignUp(_ request: Request) async throws -> Response {
        let (name, body) = (try request.parameter("name"), try RequestBody(request.body))
        let token = Secret(utf8: try body.required("token", try body.text("token")))
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            do throws(SignUpFailure) {
                return try await broker.verifySignUp(name, token: token, context: RequestContext(request))
            } catch {
                // An unknown name and a wrong token look the same.
                if case .directory(.notFound) = error { throw .verification }
                throw error
            }
        }
        return .json(SignUpShapes.submitted(record))
    }

    private func validateRegistration(_ request: Request) async throws -> Response {
        let body = try RequestBody(request.body)
        let email = try body.required("email", try body.text("email"))
        let token = try body.text("token").map { Secret(utf8: $0) }
        let answer = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try broker.validateRegistration(email, invitation: token, context: RequestContext(request))
        }
        let (code, isValid) =
            switch answer {
            case .admitted(let hasInvitation): (hasInvitation ? "ETOKEN_OK" : "EUSER_OK", true)
            case .refused(let hasInvitation): (hasInvitation ? "ETOKEN_NOTFOUND" : "EUSER_FAILED", false)
            case .exists: ("EUSER_EXISTS", false)
            }
        return .json(["err": JSONValue(code), "valid_registration": .bool(isValid)])
    }

    // MARK: Administrators

    private func changeSignUpPolicy(_ request: Request) async throws -> Response {
        let caller = try request.authenticated()
        let policy = try SignUpShapes.readPolicy(try RequestBody(request.body))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.changeSignUpPolicy(to: policy, by: caller, context: RequestContext(request))
        }
        return .json(SignUpShapes.policy(broker.signUpPolicy))
    }

    private func invite(_ request: Request) async throws -> Response {
        let (caller, body) = (try request.authenticated(), try RequestBody(request.body))
        let (email, roles, groups) = (
            try body.text("email"), try body.namespaceRoles(), try body.texts("group_names")
        )
        let lifetime = try body.integer("expires_in") ?? 7 * 86_400
        let isSending = try body.boolean("send_email") ?? false
        if isSending {
            guard email != nil else { throw body.invalid("send_email", "needs an email to send to") }
            guard broker.mail != nil else {
                throw APIError(
                    .failedPrecondition, "Not in this state: e-mail is sent when 'mail' is set in gatehouse.yaml.")
            }
        }
        let (record, token) = try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.invite(
                email, roles: roles, groups: groups, lifetime: lifetime, by: caller, context: RequestContext(request))
        }
        if isSending { broker.sendInvitation(record, token: token) }
        return .json(SignUpShapes(broker).created(record, token: token))
    }

    private func revokeInvitation(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.revokeInvitation(name, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }

    private func approveSignUp(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try await broker.approveSignUp(name, by: caller, context: RequestContext(request))
        }
        return .json(SignUpShapes(broker).request(record))
    }

    private func declineSignUp(_ request: Request) async throws -> Response {
        let (caller, name) = (try request.authenticated(), try request.parameter("name"))
        try await answeringDirectory {
            () async throws(DirectoryFailure) in
            try await broker.declineSignUp(name, by: caller, context: RequestContext(request))
        }
        return .json([:])
    }
}

/// Runs a use case of sign-up; its refusals become the contract's.
func answeringSignUp<Value: Sendable>(
    _ body: () async throws(SignUpFailure) -> Value
) async throws(APIError) -> Value {
    do {
        return try await body()
    } catch {
        switch error {
        case .tooOften(let seconds):
            throw APIError(
                .resourceExhausted, "Too many requests; wait \(seconds) s.", retryAfter: Int(clamping: seconds))
        case .notAllowed:
            throw APIError(.permissionDenied, "Not permitted: this address cannot sign up here without an invitation.")
        case .invitation:
            throw APIError(.invalidArgument, "Field token must be an invitation for this address that is open.")
        case .verification:
            throw APIError(.invalidArgument, "Field token must be that of the newest e-mail, and not used before.")
        case .directory(let failure): throw APIError(failure)
        }
    }
}
