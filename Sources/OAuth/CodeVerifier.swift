package import Secrets

/// What proves that who redeems a code is who asked for it (RFC 7636 §4.1): 43 to 128 unreserved characters.
package struct CodeVerifier: Sendable {
    package let secret: Secret

    /// A verifier that cannot be one is a malformed request; one that does not match is `invalid_grant`, which is the
    /// endpoint's to say (RFC 7636 §4.6).
    package init(_ secret: Secret) throws(OAuthError) {
        guard (43...128).contains(secret.count), secret.reveal().allSatisfy(\.isUnreserved) else {
            throw OAuthError(.invalidRequest, "code_verifier must be 43 to 128 letters, digits, '-', '.', '_' or '~'")
        }
        self.secret = secret
    }
}
