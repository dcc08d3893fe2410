import APIConventions
import Broker
import HTTPTypes
import OAuth
import SafeHTML
import Secrets
import ServerPlugin

/// The pages behind the links of invitations and e-mails. They need no script; a link that is only looked at, as programs
/// that read mail do, changes nothing.
extension ProvidersPlugin {
    var signUpPages: [Route] {
        [
            page(.get, "/sign-up", showForm), page(.post, "/sign-up", submitForm),
            page(.get, "/sign-up/{name}", showState), page(.post, "/sign-up/{name}", confirm),
        ]
    }

    private func page(
        _ method: HTTPRequest.Method, _ path: PathTemplate,
        _ handler: @escaping @Sendable (Request) async throws(APIError) -> Response
    ) -> Route {
        Route(method, path, access: .open, bodyLimit: 4096, isDescribed: false) { request in
            do throws(APIError) {
                return try await handler(request)
            } catch {
                var response = SignUpPage.response(
                    "That did not work",
                    """
                    <p>\(error.message)</p>
                    <p>If you think that it should, tell whoever invited you, with this number: <code>\(request.id)</code></p>
                    """, status: error.code.status)
                if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
                return response
            }
        }
    }

    private func showForm(_ request: Request) async throws(APIError) -> Response {
        SignUpPage.form(invitation: try request.queryParameter("invitation") ?? "")
    }

    private func submitForm(_ request: Request) async throws(APIError) -> Response {
        let form = try Self.form(request)
        let asked = SignUpRequest(
            email: form["email"] ?? "", firstName: form["first_name"] ?? "", lastName: form["last_name"] ?? "")
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try await broker.signUp(asked, invitation: form.secret("token"), context: RequestContext(request))
        }
        return SignUpPage.seeOther("/sign-up/" + record.name)
    }

    private func showState(_ request: Request) async throws(APIError) -> Response {
        let name = try request.parameter("name")
        let record = try await answeringDirectory { () async throws(DirectoryFailure) in try broker.signUp(name) }
        if record.state == .pending, let token = try request.queryParameter("token") {
            return SignUpPage.confirmation(name, token: token)
        }
        return SignUpPage.state(record)
    }

    private func confirm(_ request: Request) async throws(APIError) -> Response {
        let (name, form) = (try request.parameter("name"), try Self.form(request))
        guard let token = form.secret("token") else { throw APIError(.invalidArgument, "The form has no token.") }
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try await broker.verifySignUp(name, token: token, context: RequestContext(request))
        }
        return SignUpPage.seeOther("/sign-up/" + record.name)
    }

    private static func form(_ request: Request) throws(APIError) -> FormBody {
        guard FormBody.isForm(contentType: request.headers[.contentType]) else {
            throw APIError(.invalidArgument, "The page sends a form, and this is none.")
        }
        do { return try FormBody(request.body) } catch {
            throw APIError(.invalidArgument, "The form cannot be read.")
        }
    }
}

/// What the pages look like.
private enum SignUpPage {
    private static let policy =
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    static func response(_ title: String, _ content: HTML, status: HTTPResponse.Status = .ok) -> Response {
        let page: HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <link rel="stylesheet" href="/docs/style.css">
            </head>
            <body>
            <main>
            <h1>\(title)</h1>
            \(content)
            </main>
            </body>
            </html>

            """
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8"]
        headers[.contentSecurityPolicy] = policy
        return Response(status: status, headers: headers, body: Array(page.source.utf8))
    }

    /// After a form, so that going back or reloading sends nothing twice (RFC 9110 §15.4.4).
    static func seeOther(_ path: String) -> Response { Response(status: .seeOther, headers: [.location: path]) }

    static func form(invitation: String) -> Response {
        response(
            "Sign up",
            """
            <form method="post" action="/sign-up">
            <p><label for="email">E-mail address</label><br>
            <input id="email" name="email" type="email" required maxlength="320" autocomplete="email"></p>
            <p><label for="first_name">First name</label><br>
            <input id="first_name" name="first_name" maxlength="256" autocomplete="given-name"></p>
            <p><label for="last_name">Last name</label><br>
            <input id="last_name" name="last_name" maxlength="256" autocomplete="family-name"></p>
            <input type="hidden" name="token" value="\(invitation)">
            <p><button type="submit">Sign up</button></p>
            </form>
            """)
    }

    static func confirmation(_ name: String, token: String) -> Response {
        response(
            "Confirm your e-mail address",
            """
            <form method="post" action="/sign-up/\(name)">
            <input type="hidden" name="token" value="\(token)">
            <p>With this the address is yours, and you have an account.</p>
            <p><button type="submit">Confirm</button></p>
            </form>
            """)
    }

    static func state(_ record: SignUpRecord) -> Response {
        switch record.state {
        case .accepted: response("You have an account", "<p>It is that of \(record.email).</p>")
        case .declined: response("Declined", "<p>An administrator has declined the request.</p>")
        case .pending:
            record.verification == .email
                ? response(
                    "Look into your mail", "<p>We have written to \(record.email). Follow the link in the e-mail.</p>")
                : response("An administrator has to approve", "<p>This page says when that is done.</p>")
        }
    }
}
