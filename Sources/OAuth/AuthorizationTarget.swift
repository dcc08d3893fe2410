extension AuthorizationRequest {
    /// Who asks, and where the answer goes. Until this is read and checked against the client's registration, an error
    /// may only be shown (RFC 6749 §4.1.2.1); afterwards, one is sent there.
    package struct Target: Hashable, Sendable {
        package let clientID: String
        /// `nil`: the one that is registered, when it is one only (RFC 6749 §3.1.2.3).
        package let redirectURI: RedirectURI?
        /// What every answer must give back, also one that says what else is wrong (RFC 6749 §4.1.2.1). A state that
        /// may not be given back is `nil` here and refused with the rest of the request.
        package let state: String?

        package init(_ form: FormBody) throws(OAuthError) {
            guard let clientID = form["client_id"] else { throw OAuthError(.invalidRequest, "client_id is missing") }
            guard clientID.isClientID else {
                throw OAuthError(.invalidRequest, "client_id has a character that is not allowed or is too long")
            }
            self.clientID = clientID
            redirectURI = try form.redirectURI("redirect_uri")
            state = try? form.printable("state")
        }
    }
}
