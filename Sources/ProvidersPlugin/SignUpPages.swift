import APIConventions
import Broker
import HTTPTypes
import OAuth
import PageServing
import Pages
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
                let page = ErrorPage(
                    organisation: organisation, title: "That did not work", happened: error.message,
                    next: "If you think that it should, tell whoever invited you, with the number below.",
                    requestID: request.id)
                var response = Response.page(page.page, status: error.code.status)
                if let seconds = error.retryAfter { response.headers[.retryAfter] = String(seconds) }
                return response
            }
        }
    }

    private var organisation: String { broker.settings.tenant }

    private func showForm(_ request: Request) async throws(APIError) -> Response {
        let invitation = try request.queryParameter("invitation")
        let page = FormPage(
            organisation: organisation, title: "Sign up",
            fields: [
                Field(
                    name: "email", label: "E-mail address", type: .email, autocomplete: "email",
                    maxLength: PersonRequest.longestEmail),
                Field(
                    name: "first_name", label: "First name", autocomplete: "given-name", required: false,
                    maxLength: PersonRequest.longestName),
                Field(
                    name: "last_name", label: "Last name", autocomplete: "family-name", required: false,
                    maxLength: PersonRequest.longestName),
            ], hidden: invitation.map { [HiddenValue("token", $0)] } ?? [], submit: "Sign up", action: "/sign-up",
            alternative: signInLink("Sign in with a provider instead", invitation: invitation))
        return .page(page.page)
    }

    /// Whoever signs in through a provider needs no form; `nil` where nobody can.
    private func signInLink(_ text: String, invitation: String? = nil) -> Link? {
        broker.signInChoices.isEmpty
            ? nil : Link(text, href: "/sign-in".addingQuery(invitation.map { [("invitation", $0)] } ?? []))
    }

    private func submitForm(_ request: Request) async throws(APIError) -> Response {
        let form = try Self.form(request)
        let asked = SignUpRequest(
            email: form["email"] ?? "", firstName: form["first_name"] ?? "", lastName: form["last_name"] ?? "")
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try await broker.signUp(asked, invitation: form.secret("token"), context: RequestContext(request))
        }
        return .seeOther("/sign-up/" + record.name)
    }

    private func showState(_ request: Request) async throws(APIError) -> Response {
        let name = try request.parameter("name")
        let record = try await answeringDirectory { () async throws(DirectoryFailure) in try broker.signUp(name) }
        if record.state == .pending, let token = try request.queryParameter("token") {
            let page = FormPage(
                organisation: organisation, title: "Confirm your e-mail address",
                intro: "With this the address is yours, and you have an account.", fields: [],
                hidden: [HiddenValue("token", token)], submit: "Confirm", action: "/sign-up/" + name)
            return .page(page.page)
        }
        return .page(state(record).page)
    }

    private func state(_ record: SignUpRecord) -> MessagePage {
        func message(_ title: String, _ paragraph: String, _ action: Link? = nil) -> MessagePage {
            MessagePage(organisation: organisation, title: title, paragraphs: [paragraph], action: action)
        }
        return switch record.state {
        case .accepted: message("You have an account", "It is that of \(record.email).", signInLink("Sign in"))
        case .declined: message("Declined", "An administrator has declined the request.")
        case .pending where record.verification == .email:
            message("Look into your mail", "We have written to \(record.email). Follow the link in the e-mail.")
        case .pending: message("An administrator has to approve", "This page says when that is done.")
        }
    }

    private func confirm(_ request: Request) async throws(APIError) -> Response {
        let (name, form) = (try request.parameter("name"), try Self.form(request))
        guard let token = form.secret("token") else { throw APIError(.invalidArgument, "The form has no token.") }
        let record = try await answeringSignUp {
            () async throws(SignUpFailure) in
            try await broker.verifySignUp(name, token: token, context: RequestContext(request))
        }
        return .seeOther("/sign-up/" + record.name)
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
