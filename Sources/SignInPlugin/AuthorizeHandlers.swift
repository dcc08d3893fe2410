import Broker
import Federation
import HTTPTypes
import Identifiers
import OAuth
import PageServing
import Pages
import Secrets
import ServerPlugin

/// The authorization endpoint (RFC 6749 §3.1): from a client, through sign-in and consent, back to it.
extension SignInPlugin {
    private static let path = "/oauth/authorize"
    private static let decisionPath = path + "/decision"
    /// Our own parameter: when this very request sent the person to sign in. Sealed with the others, so that no client can
    /// say so itself or take it from another request.
    private static let since = "gatehouse_since"

    /// The client's own parameters, which ours is sealed with.
    private static func withoutOurs(_ parameters: [UInt8]) -> [UInt8] {
        let pairs = parameters.split(separator: UInt8(ascii: "&")).filter { !$0.starts(with: "\(since)=".utf8) }
        return Array(pairs.joined(separator: "&".utf8))
    }

    func authorize(_ request: Request) async throws(PageFailure) -> Response {
        try await authorize(request, parameters: Array((request.query ?? "").utf8), decision: nil)
    }

    /// What a client is told whose person cannot sign in as it asks; `nil` when no client waits there.
    func answer(_ error: OAuthError, toClientAt returnTo: LocalTarget) -> Response? {
        let parts = returnTo.rawValue.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1)
        guard parts.count == 2, parts[0].elementsEqual(Self.path.utf8), let (target, _) = try? target(Array(parts[1])),
            let (_, redirectURI) = try? broker.authorizationTarget(target)
        else { return nil }
        return self.answer(error, target, to: redirectURI)
    }

    private func answer(
        _ error: OAuthError, _ target: AuthorizationRequest.Target, to redirectURI: RedirectURI
    )
        -> Response
    {
        .seeOther(
            AuthorizationAnswer(.error(error), to: redirectURI, state: target.state, issuer: broker.settings.publicURL)
                .location)
    }

    /// OpenID Connect Core §3.1.2.1: the same by POST. From another site it comes without our cookies (`SameSite=Lax`), so it
    /// is turned into the GET that it stands for, which has them.
    func authorizePosted(_ request: Request) async throws(PageFailure) -> Response {
        _ = try form(request)
        guard let text = String(validating: request.body, as: UTF8.self),
            let target = try? LocalTarget(Self.path + "?" + text)
        else { throw .form }
        return .seeOther(target.rawValue)
    }

    /// What the person said to what the client asks for.
    func decideConsent(_ request: Request) async throws(PageFailure) -> Response {
        guard let signedIn = signedIn(request) else { throw .notSignedIn }
        let form = try form(request, of: signedIn)
        let decision: Bool
        switch form["decision"] {
        case "allow": decision = true
        case "deny": decision = false
        default: throw .form
        }
        guard let asked = form["request"] else { throw .form }
        return try await authorize(request, parameters: Array(asked.utf8), decision: decision)
    }

    private func authorize(
        _ request: Request, parameters: [UInt8], decision: Bool?
    ) async throws(PageFailure) -> Response {
        let (target, form) = try target(parameters)
        let (client, redirectURI): (ClientRecord, RedirectURI)
        do throws(OAuthError) { (client, redirectURI) = try broker.authorizationTarget(target) } catch {
            throw PageFailure(unusable: error)
        }
        let asked: AuthorizationRequest
        do throws(OAuthError) { asked = try AuthorizationRequest(form, target: target) } catch {
            return answer(error, target, to: redirectURI)
        }
        let signedIn = signedIn(request)
        let step: AuthorizationStep
        do throws(AuthorizationFailure) {
            step = try await broker.authorize(
                asked, client: client, redirectURI: redirectURI, signedIn: signedIn,
                signedInSince: form[Self.since].flatMap {
                    broker.moment(sealed: $0, for: Self.withoutOurs(parameters))
                }, decision: decision,
                context: context(request))
        } catch {
            if case .store = error { throw .unavailable }
            return answer(OAuthError(.serverError), target, to: redirectURI)
        }
        switch step {
        case .answer(let answer): return .seeOther(answer.location)
        case .signIn(let again):
            guard let url = signInURL(again, parameters: parameters) else {
                return self.answer(.tooLong, target, to: redirectURI)
            }
            return .seeOther(url)
        case .consent(let question):
            guard let signedIn else { throw .notSignedIn }
            return consentPage(question, redirectURI: redirectURI, signedIn: signedIn, parameters: parameters)
        }
    }

    /// Client and redirect URI; what is wrong with them is shown here and sent nowhere (RFC 6749 §4.1.2.1).
    private func target(_ parameters: [UInt8]) throws(PageFailure) -> (AuthorizationRequest.Target, FormBody) {
        do {
            let form = try FormBody(parameters, repeatable: AuthorizationRequest.repeatable)
            do throws(OAuthError) {
                return (try AuthorizationRequest.Target(form), form)
            } catch { throw PageFailure(unusable: error) }
        } catch let error as PageFailure {
            throw error
        } catch {
            throw PageFailure(unusable: OAuthError(.invalidRequest, "a parameter comes twice or cannot be read"))
        }
    }

    /// `nil` when nobody could come back to a request of that length.
    private func signInURL(_ again: AuthorizationStep.Reauthentication, parameters: [UInt8]) -> String? {
        // An older one of ours goes: no parameter comes twice.
        let parameters = Self.withoutOurs(parameters)
        let query = String(decoding: parameters, as: UTF8.self)
        let here = "\(Self.path)?\(query)".addingQuery([(Self.since, broker.sealedMoment(for: parameters))])
        guard let target = try? LocalTarget(here) else { return nil }
        var carried = [("return_to", target.rawValue)]
        if let hint = again.loginHint { carried.append(("login_hint", hint)) }
        if let age = again.maxAge { carried.append(("max_age", String(age))) }
        if !again.acrValues.isEmpty { carried.append(("acr_values", again.acrValues.joined(separator: " "))) }
        if again.selectsAccount { carried.append(("choose", "1")) }
        return "/sign-in".addingQuery(carried)
    }

    private func consentPage(
        _ question: AuthorizationStep.ConsentQuestion, redirectURI: RedirectURI, signedIn: SignedIn, parameters: [UInt8]
    ) -> Response {
        let query = String(decoding: parameters, as: UTF8.self)
        let page = ConsentPage(
            organisation: organisation,
            client: AskingClient(name: question.client.name, uri: question.client.metadata.clientURI),
            scopes: ScopeWords.lines(question.scope, resources: question.resources),
            account: signedIn.name,
            otherAccount: "/sign-in".addingQuery([("choose", "1"), ("return_to", "\(Self.path)?\(query)")]),
            hidden: [HiddenValue("request", query)], action: Self.decisionPath, csrf: signedIn.csrfText)
        // Browsers hold the redirect that follows against this policy too, which cannot name an IPv6 address.
        let targets = redirectURI.origin.contains("[") ? nil : [redirectURI.origin]
        return .page(page.page, formTargets: targets)
    }
}

extension OAuthError {
    static let tooLong = OAuthError(.invalidRequest, "the request is too long to be kept while the person signs in")

    /// What a provider did not do that was asked for.
    init(unmet refusal: SignInRefusal) {
        if case .authenticationContextMismatch = refusal {
            self.init(.unmetAuthenticationRequirements, "the provider did not check the person in the asked way")
        } else {
            self.init(.loginRequired, "the provider does not say that the person signed in so lately")
        }
    }
}

extension PageFailure {
    /// What is wrong before it is known where an answer may go.
    init(unusable error: OAuthError) {
        self.init(
            title: "The application's request cannot be used",
            happened: "The application that sent you here asks in a way that is not allowed: "
                + "\(error.description ?? error.code.rawValue).",
            next: "You can do nothing about it: tell whoever runs the application, with the number below.")
    }
}

/// What scopes mean, in words for the person who is asked.
enum ScopeWords {
    static func lines(_ scope: Scope?, resources: [String]) -> [ScopeLine] {
        var lines: [ScopeLine] = []
        for value in scope?.values ?? [] {
            switch value {
            case .namespace(let name):
                lines.append(ScopeLine("Work in the namespace \(name)", detail: "With the roles that you have there."))
            case .role(let name): lines.append(ScopeLine("Use your role \(name)"))
            case .other("openid"): lines.append(ScopeLine("Know who you are"))
            case .other("profile"): lines.append(ScopeLine("See your name"))
            case .other("email"): lines.append(ScopeLine("See your e-mail address"))
            case .other("groups"): lines.append(ScopeLine("See which groups you are in"))
            case .other("offline_access"):
                lines.append(ScopeLine("Keep access when you are not there", detail: "Until you take it back."))
            case .other("api"):
                lines.append(ScopeLine("Do everything here that you may do", detail: "With all of your roles."))
            case .other(let name): lines.append(ScopeLine(name))
            }
        }
        return lines + resources.map { ScopeLine("Use \($0)", detail: "As you.") }
    }
}
