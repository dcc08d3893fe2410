package import Broker
import HTTPTypes
import Pages
package import ServerPlugin

/// What people see: signing in and out, consent, devices, their sessions. Every page works without a script.
package struct SignInPlugin: Sendable {
    let broker: Broker

    package init(broker: Broker) { self.broker = broker }

    package var plugin: Plugin {
        Plugin(
            name: "sign-in",
            routes: [
                asset(Stylesheet.path, "public, max-age=31536000, immutable"),
                asset(Stylesheet.plainPath, "public, max-age=300"),
                page(.get, "/sign-in", choose),
                page(.get, "/sign-in/{provider}", begin),
                page(.get, "/sign-in/{provider}/callback", callback),
                page(.post, "/sign-in/{provider}/callback", callbackPosted, takesForeignForms: true),
                // Of the provider's server, not of a browser.
                Route(
                    .post, "/sign-in/{provider}/backchannel-logout", access: .open, errors: .oauth, lane: .reserved,
                    isDescribed: false, handler: backchannelLogout),
                page(.get, "/sign-out", askToSignOut),
                page(.post, "/sign-out", signOut, lane: .reserved),
                page(.get, "/signed-out", signedOut),
                page(.get, "/account", account),
                page(.post, "/account/sessions/end", endSession),
                page(.post, "/account/sessions/end-others", endOtherSessions),
                page(.post, "/account/applications/withdraw", withdrawApplication),
                page(.get, "/device", enterDevice),
                page(.post, "/device", decideDevice),
                page(.get, "/oauth/authorize", authorize),
                page(.post, "/oauth/authorize", authorizePosted, takesForeignForms: true),
                page(.post, "/oauth/authorize/decision", decideConsent),
                page(.get, "/oauth/logout", logoutAsked),
                page(.post, "/oauth/logout", logoutPosted, lane: .reserved),
            ])
    }

    /// A page: what goes wrong is a page too.
    private func page(
        _ method: HTTPRequest.Method, _ path: PathTemplate,
        _ handler: @escaping @Sendable (Request) async throws(PageFailure) -> Response, lane: Route.Lane = .normal,
        takesForeignForms: Bool = false
    ) -> Route {
        Route(
            method, path, access: .open, lane: lane, takesForeignForms: takesForeignForms, isDescribed: false
        ) { request in
            do throws(PageFailure) {
                return try await handler(request)
            } catch {
                return error.response(organisation: organisation, requestID: request.id)
            }
        }
    }

    private func asset(_ path: String, _ cacheControl: String) -> Route {
        Route(.get, PathTemplate(path), access: .open, isPublicDocument: true, isDescribed: false) { _ in
            Response(
                status: .ok, headers: [.contentType: Stylesheet.contentType, .cacheControl: cacheControl],
                body: Stylesheet.bytes)
        }
    }

    /// Whose sign-in it is.
    var organisation: String { broker.settings.tenant }

    /// Whether cookies can be `Secure`; on http they could not be set at all.
    var isSecure: Bool { broker.settings.publicURL.hasPrefix("https://") }

    // MARK: Who is signed in

    private static let sessionCookie = "gatehouse_session"

    func sessionToken(_ request: Request) -> [UInt8]? {
        request.cookies[broker.sessionCookieName].map { Array($0.utf8) }
    }

    func signedIn(_ request: Request) -> SignedIn? {
        broker.session(sessionToken(request), from: request.remoteAddress)
    }

    /// With nothing to do when nobody is: the cookie of a session that is over is taken back all the same.
    func sessionCookie(_ token: String?) -> CookieToSet {
        CookieToSet(
            Self.sessionCookie, token ?? "", maxAge: token == nil ? 0 : broker.sessionLimits.absolute,
            isSecure: isSecure)
    }
}
