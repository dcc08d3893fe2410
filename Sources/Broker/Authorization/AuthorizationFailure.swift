package import OAuth

/// Why the authorization server gave nothing. TokenPlugin has the one table from these to what is answered.
package enum AuthorizationFailure: Error, Hashable, Sendable {
    /// Who asks is not who they say, or says nothing (`invalid_client`). The words are for the developer.
    case client(String)
    /// The client may not do that (`unauthorized_client`).
    case notAllowed(String)
    /// The request is wrong in itself.
    case request(OAuthError)
    /// A code, refresh token or device code that gives nothing (`invalid_grant`); the reason is for the log.
    case grant(GrantRefusal)
    /// A device whose person has not decided yet, asks too often, was denied, or has waited too long (RFC 8628 §3.5).
    case device(DeviceRefusal)
    /// Too often from there; seconds to wait.
    case tooOften(Int64)
    /// The provider behind the sign-in has not been heard for too long.
    case providerUnavailable
    case store(StoreFailure)
    case cannotSign
}

package enum GrantRefusal: String, Error, Hashable, Sendable {
    case unknown = "grant.unknown"
    case expired = "grant.expired"
    case wrongClient = "grant.client"
    case wrongRedirectURI = "grant.redirect_uri"
    case wrongVerifier = "grant.code_verifier"
    /// Again within the time in which answers get lost: nothing more happens.
    case repeated = "grant.repeated"
    /// Again: everything that came of it is ended.
    case replayed = "grant.replayed"
    /// Whose it is may not sign in any more.
    case userDisabled = "grant.user_disabled"
    case sessionEnded = "grant.session_ended"
    /// Nobody stands behind their identity any more.
    case identityEnded = "grant.identity_ended"
}

package enum DeviceRefusal: Hashable, Sendable {
    case pending
    case tooFast
    case denied
    case expired
}
