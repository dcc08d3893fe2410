package import Secrets

/// A client sends a person to sign out here too (OpenID Connect RP-Initiated Logout §2).
///
/// All is optional and unverified: without a good hint the person is asked, and only a registered URI is followed.
package struct LogoutRequest: Sendable {
    package let idTokenHint: Secret?
    package let clientID: String?
    package let postLogoutRedirectURI: RedirectURI?
    package let state: String?
    package let logoutHint: String?
    package let uiLocales: String?

    package init(_ form: FormBody) throws(OAuthError) {
        idTokenHint = try form.hintToken("id_token_hint")
        clientID = form["client_id"]
        guard clientID?.isClientID ?? true else {
            throw OAuthError(.invalidRequest, "client_id has a character that is not allowed or is too long")
        }
        postLogoutRedirectURI = try form.redirectURI("post_logout_redirect_uri")
        state = try form.printable("state")
        logoutHint = try form.typed("logout_hint")
        uiLocales = try form.printable("ui_locales")
    }
}
