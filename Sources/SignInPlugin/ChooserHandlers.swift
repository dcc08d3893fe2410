import Broker
import Federation
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import Secrets
import ServerPlugin

/// The way to a provider.
extension SignInPlugin {
    /// What a sign-in is asked to be like: taken along from the request of a client through the chooser.
    private static let carried = ["return_to", "invitation", "login_hint", "max_age", "acr_values", "ui_locales"]

    private static let lastProvider = "gatehouse_last_provider"
    private static let pending = "gatehouse_sign_in_"
    /// How many sign-ins one browser may have begun: its cookies must fit into a request.
    private static let mostPending = 4

    func choose(_ request: Request) async throws(PageFailure) -> Response {
        let (choices, query) = (broker.signInChoices, try query(request))
        let carried = Self.carried.compactMap { name in query[name].map { (name, $0) } }
        let email = query["email"]
        if let email {
            if let provider = broker.signInProvider(forEmail: email) {
                return .seeOther(
                    "/sign-in/\(provider)".addingQuery(
                        carried.filter { $0.0 != "login_hint" } + [("login_hint", email)]))
            }
        } else if choices.count == 1, let only = choices.first, query["choose"] == nil {
            return .seeOther("/sign-in/\(only.name)".addingQuery(carried))
        }
        guard !choices.isEmpty else {
            throw PageFailure(
                status: .notFound, title: "Nobody can sign in here yet",
                happened: "No identity provider is set up for signing in.",
                next: "An administrator adds one: a provider file with a client_id, or 'gatehouse provider create'.")
        }
        let last = request.cookies[CookieToSet.name(Self.lastProvider, isSecure: isSecure)]
        let returnTo = carried.first { $0.0 == "return_to" }?.1
        let page = SignInPage(
            organisation: organisation,
            choices: choices.map { choice in
                Choice(
                    name: choice.name, title: choice.title, icon: Icon(rawValue: choice.icon) ?? .generic,
                    href: "/sign-in/\(choice.name)".addingQuery(carried),
                    isLastUsed: last?.hasSameBytes(as: choice.name) ?? false)
            },
            emailFirst: broker.hasSignInDomains
                ? EmailForm(
                    value: email ?? "",
                    error: email == nil ? nil : "No provider is known for this address. Choose one of those below.")
                : nil,
            returnTo: returnTo)
        return .page(page.page)
    }

    func begin(_ request: Request) async throws(PageFailure) -> Response {
        guard let provider = try? request.parameter("provider") else { throw .form }
        let query = try query(request)
        var start = SignInStart(provider: provider, returnTo: returnTarget(query["return_to"]))
        start.invitation = query.secret("invitation")
        start.loginHint = query["login_hint"]
        start.acrValues =
            query["acr_values"]?.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) } ?? []
        start.uiLocales = query["ui_locales"]
        if let text = query["max_age"] {
            guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let age = Int64(text), age <= 1_000_000_000
            else { throw .form }
            start.maxAge = age
            if age == 0 { start.prompt = "login" }
        }
        let started: StartedSignIn
        do throws(SignInFailure) {
            started = try await broker.beginSignIn(start, context: context(request))
        } catch {
            if case .tooLong = error,
                let answer = answer(.tooLong, toClientAt: start.returnTo)
            {
                return answer
            }
            throw PageFailure(error)
        }
        var response = Response.seeOther(started.url)
        let others = request.cookies.named(CookieToSet.name(Self.pending, isSecure: isSecure))
        if others.count >= Self.mostPending {
            for other in others { response.set(pendingCookie(other.name, nil)) }
        }
        response.set(pendingCookie(started.name, started.sealed.revealText()))
        return response
    }

    private func pendingCookie(_ name: String, _ value: String?) -> CookieToSet {
        CookieToSet(
            Self.pending + name, value ?? "", maxAge: value == nil ? 0 : Broker.signInLife, isSecure: isSecure)
    }

    /// The answer as a form (OAuth 2.0 Form Post Response Mode), as Apple sends it. It comes from the provider's page and so
    /// without our cookies (`SameSite=Lax`); the GET that it is turned into has them.
    func callbackPosted(_ request: Request) async throws(PageFailure) -> Response {
        guard let provider = try? request.parameter("provider"), broker.answersByForm(provider) else {
            throw PageFailure(.unknownProvider)
        }
        guard FormBody.isForm(contentType: request.headers[.contentType]),
            let form = try? FormBody(request.body, repeatable: [])
        else { throw PageFailure(.provider(.malformedResponse)) }
        let answer = ["code", "state", "iss", "error", "error_description"].compactMap { name in
            form[name].map { (name, $0) }
        }
        return .seeOther("/sign-in/\(provider)/callback".addingQuery(answer))
    }

    /// The browser comes back from the provider.
    func callback(_ request: Request) async throws(PageFailure) -> Response {
        guard let provider = try? request.parameter("provider") else { throw .form }
        let prefix = CookieToSet.name(Self.pending, isSecure: isSecure)
        let finished: FinishedSignIn
        do throws(SignInFailure) {
            finished = try await broker.finishSignIn(
                SignInAnswer(
                    provider: provider, query: request.query ?? "",
                    cookies: request.cookies.named(prefix).map { ($0.name, Secret(utf8: $0.value)) },
                    session: sessionToken(request), browser: browser(request)))
        } catch {
            if case .unmetDemand(let refusal, let returnTo) = error,
                let answer = answer(OAuthError(unmet: refusal), toClientAt: returnTo)
            {
                return answer
            }
            throw PageFailure(error)
        }
        var response = Response.seeOther(finished.returnTo.rawValue)
        response.set(sessionCookie(finished.token.revealText()))
        response.set(pendingCookie(finished.cookie, nil))
        response.set(CookieToSet(Self.lastProvider, provider, maxAge: 365 * 86_400, isSecure: isSecure))
        return response
    }
}

extension PageFailure {
    /// The one table from failed sign-ins to what a person reads.
    init(_ failure: SignInFailure) {
        let again = Link("Sign in", href: "/sign-in")
        switch failure {
        case .unknownProvider:
            self.init(
                status: .notFound, title: "No such way in", happened: "Nobody can sign in through this provider here.",
                next: "Choose one of those on the sign-in page.", action: again)
        case .notBegun:
            self.init(
                title: "This sign-in cannot be finished",
                happened: "It was not begun in this browser, or longer than ten minutes ago.",
                next: "Start again from the sign-in page.", action: again)
        case .tooLong:
            self.init(
                title: "The link is too long", happened: "Your browser cannot keep all of it while you sign in.",
                next: "Sign in from the sign-in page, and open the link then.", action: again)
        case .alreadyUsed:
            self.init(
                title: "This sign-in is over", happened: "The answer of the provider was used before.",
                next: "If you are not signed in, start again.", action: again)
        case .tooOften(let seconds): self = .tooOften(seconds)
        case .provider(let refusal), .unmetDemand(let refusal, _):
            self.init(
                status: refusal.isProviderDown ? .badGateway : .badRequest, title: "You are not signed in",
                happened: refusal.message, next: "Code: \(refusal.code)", action: again)
        case .noVerifiedEmail:
            self.init(
                status: .forbidden, title: "You are not signed in",
                happened: "The provider does not vouch for an e-mail address of yours.",
                next: "Verify your address there, or ask your administrator. Code: \(failure.code)", action: again)
        case .notAdmitted:
            self.init(
                status: .forbidden, title: "You have no access here",
                happened: "There is no account here that belongs to this sign-in.",
                next: "Ask an administrator for an account or an invitation. Code: \(failure.code)", action: again)
        case .awaitsApproval:
            self.init(
                status: .forbidden, title: "An administrator has to let you in",
                happened: "You are known now, and you are on the administrators' list.",
                next: "Sign in again when they have let you in. Code: \(failure.code)", action: again)
        case .invitation:
            self.init(
                status: .forbidden, title: "The invitation cannot be used",
                happened: "It was used before, has ended, or is for another address.",
                next: "Ask whoever invited you for another one.", action: again)
        case .userDisabled:
            self.init(
                status: .forbidden, title: "Your account is disabled", happened: "An administrator has disabled it.",
                next: "Ask them to enable it again.")
        case .store: self = .unavailable
        case .cannotMake:
            self.init(
                status: .internalServerError, title: "That did not work", happened: "The server failed.",
                next: "Try again; if it happens again, tell your administrator the number below.", action: again)
        }
    }
}
