import Broker
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import Secrets
import ServerPlugin
import StrictJSON

/// Signing out: of this server, and of the provider behind it (OpenID Connect RP-Initiated Logout).
extension SignInPlugin {
    func askToSignOut(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { return .seeOther("/signed-out") }
        return await signOutPage(signedIn, action: "/sign-out", hidden: [], target: nil)
    }

    /// The provider's own page may follow the form: browsers want that said before.
    private func signOutPage(
        _ signedIn: SignedIn, action: String, hidden: [HiddenValue], target: RedirectURI?
    ) async -> Response {
        let upstream = await broker.upstreamSignOut(of: signedIn.session)
        let page = SignOutPage(
            organisation: organisation, account: signedIn.name, csrf: signedIn.csrfText,
            action: action, returnHidden: hidden, stay: Link("Stay signed in", href: "/account"))
        let targets = [upstream.flatMap { RedirectOrigin.of($0) }, target?.origin].compactMap(\.self)
        return .page(page.page, formTargets: targets.contains { $0.contains("[") } ? nil : targets)
    }

    func signOut(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { return .seeOther("/signed-out") }
        _ = try form(request, of: signedIn)
        return try await end(signedIn, request, then: nil)
    }

    /// Ends the session here first: whatever the provider does then, nobody is signed in here.
    private func end(
        _ signedIn: SignedIn, _ request: Request, then target: String?
    ) async throws(PageFailure) -> Response {
        let upstream = target == nil ? await broker.upstreamSignOut(of: signedIn.session) : nil
        do throws(DirectoryFailure) {
            try await broker.endSession(signedIn.session.id, by: signedIn.caller, context: context(request))
        } catch {
            if case .store = error { throw .unavailable }
        }
        var response = Response.seeOther(target ?? upstream ?? "/signed-out")
        response.set(sessionCookie(nil))
        return response
    }

    func signedOut(_ request: Request) async throws(PageFailure) -> Response {
        .page(SignedOutPage(organisation: organisation, returnLink: Link("Sign in again", href: "/sign-in")).page)
    }

    // MARK: A client sends somebody to sign out

    func logoutAsked(_ request: Request) async throws(PageFailure) -> Response {
        try await logout(request, parameters: Array((request.query ?? "").utf8), isConfirmed: false)
    }

    func logoutPosted(_ request: Request) async throws(PageFailure) -> Response {
        let form = try form(request)
        guard let asked = form["request"] else {
            return try await logout(request, parameters: request.body, isConfirmed: false)
        }
        guard let signedIn = signedIn(request) else { return .seeOther("/signed-out") }
        _ = try self.form(request, of: signedIn)
        return try await logout(request, parameters: Array(asked.utf8), isConfirmed: true)
    }

    private func logout(
        _ request: Request, parameters: [UInt8], isConfirmed: Bool
    ) async throws(PageFailure) -> Response {
        let asked: LogoutRequest
        do {
            asked = try LogoutRequest(try FormBody(parameters))
        } catch { throw PageFailure(unusable: OAuthError(.invalidRequest, "the sign-out request cannot be read")) }
        let target: RedirectURI?
        do throws(OAuthError) { target = try broker.logoutTarget(asked) } catch { throw PageFailure(unusable: error) }
        let next = target.map { uri in uri.adding(asked.state.map { [("state", $0)] } ?? []) }
        guard let signedIn = signedIn(request) else { return .seeOther(next ?? "/signed-out") }
        // A hint of the very session that this browser has is as good as a word of its person.
        let isOfThisSession = broker.isHint(asked.idTokenHint, of: signedIn)
        guard isConfirmed || isOfThisSession else {
            let query = String(decoding: parameters, as: UTF8.self)
            return await signOutPage(
                signedIn, action: "/oauth/logout", hidden: [HiddenValue("request", query)], target: target)
        }
        return try await end(signedIn, request, then: next)
    }

    // MARK: The provider signs somebody out

    /// OpenID Connect Back-Channel Logout 1.0 §2.8.
    func backchannelLogout(_ request: Request) async throws -> Response {
        func refuse(_ description: String) -> Response {
            .json(
                ["error": "invalid_request", "error_description": JSONValue(description)], status: .badRequest)
        }
        guard FormBody.isForm(contentType: request.headers[.contentType]), let form = try? FormBody(request.body),
            let token = form.secret("logout_token"), let provider = try? request.parameter("provider")
        else { return refuse("logout_token is missing") }
        do throws(SignInFailure) {
            try await broker.endSessions(logoutToken: token, provider: provider, context: context(request))
            return Response(status: .ok, headers: [.cacheControl: "no-store"])
        } catch {
            if case .store = error {
                return .json(["error": "temporarily_unavailable"], status: .serviceUnavailable)
            }
            return refuse(error.code)
        }
    }
}

/// The origin of a URL that we made ourselves, for a page's policy.
enum RedirectOrigin {
    static func of(_ url: String) -> String? { (try? RedirectURI(url))?.origin }
}
