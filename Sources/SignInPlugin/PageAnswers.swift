import Broker
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import Secrets
import ServerPlugin

/// What a page says when something went wrong: what happened, what to do, and the number of the request.
struct PageFailure: Error, Sendable {
    var status: HTTPResponse.Status = .badRequest
    let title: String
    let happened: String
    let next: String
    var action: Link?
    var retryAfter: Int64?

    func response(organisation: String, requestID: String) -> Response {
        var response = Response.page(
            ErrorPage(
                organisation: organisation, title: title, happened: happened, next: next, requestID: requestID,
                action: action
            ).page, status: status)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        return response
    }

    static let form = PageFailure(
        title: "The form cannot be read", happened: "What was sent is not what the page sends.",
        next: "Go back, reload the page and try again.")

    static let csrf = PageFailure(
        status: .forbidden, title: "Please try again",
        happened: "The form was not sent by the page of your present session.",
        next: "Go back, reload the page and send it again. If somebody sent you a link to this, do not.")

    static let notSignedIn = PageFailure(
        status: .unauthorized, title: "You are not signed in", happened: "Your session is over.",
        next: "Sign in and try again.", action: Link("Sign in", href: "/sign-in"))

    static let unavailable = PageFailure(
        status: .serviceUnavailable, title: "Not now", happened: "The server cannot store anything at the moment.",
        next: "Nothing was changed. Try again in a minute.", retryAfter: 5)

    static func tooOften(_ seconds: Int64) -> PageFailure {
        PageFailure(
            status: .tooManyRequests, title: "Too many attempts",
            happened: "There were more attempts than a person makes.",
            next: "Wait \(seconds) seconds and try again.", retryAfter: seconds)
    }
}

extension SignInPlugin {
    func context(_ request: Request) -> RequestContext {
        RequestContext(requestID: request.id, remoteAddress: request.remoteAddress)
    }

    func browser(_ request: Request) -> BrowserContext {
        BrowserContext(request: context(request), userAgent: request.headers[.userAgent])
    }

    func form(_ request: Request) throws(PageFailure) -> FormBody {
        guard FormBody.isForm(contentType: request.headers[.contentType]), let form = try? FormBody(request.body) else {
            throw .form
        }
        return form
    }

    /// A form of a session: nobody else's page can have sent it.
    func form(_ request: Request, of signedIn: SignedIn) throws(PageFailure) -> FormBody {
        let form = try form(request)
        guard broker.isCSRFToken(form.secret("csrf"), of: signedIn.caller) else { throw .csrf }
        return form
    }

    /// Two readers of a link must not see two links, so no parameter may come twice.
    func query(_ request: Request) throws(PageFailure) -> FormBody {
        do throws(FormError) { return try FormBody(Array((request.query ?? "").utf8), repeatable: []) } catch {
            throw PageFailure(
                title: "The link is broken", happened: "It cannot be read: \(OAuthError(error).description ?? "").",
                next: "Go back to where you came from and try again.")
        }
    }

    /// Where on our own site somebody wanted to go; anything else is as if nothing was said.
    func returnTarget(_ text: String?) -> LocalTarget { text.flatMap { try? LocalTarget($0) } ?? .account }

    /// Signing in first, and then here again.
    func signInFirst(_ request: Request) -> Response {
        let here = request.path + (request.query.map { "?" + $0 } ?? "")
        return .seeOther("/sign-in".addingQuery([("return_to", here)]))
    }
}
