/// What a sign-in is to be like.
package struct SignInRequest: Sendable, Hashable {
    /// Ours, exactly as it is registered at the provider (RFC 9700 §2.1).
    package var redirectURI: String
    /// Seconds; the provider must say when the person last proved who they are, and it may not be longer ago.
    package var maxAge: Int64?
    /// One of these must be what the provider says that it did (OpenID Connect Core §3.1.2.1).
    package var acrValues: [String]
    package var loginHint: String?
    package var prompt: String?
    /// Languages, as the provider is asked to speak: "de fr-CA".
    package var uiLocales: String?

    package init(
        redirectURI: String, maxAge: Int64? = nil, acrValues: [String] = [], loginHint: String? = nil,
        prompt: String? = nil, uiLocales: String? = nil
    ) {
        (self.redirectURI, self.maxAge, self.acrValues) = (redirectURI, maxAge.map { max(0, $0) }, acrValues)
        (self.loginHint, self.prompt, self.uiLocales) = (loginHint, prompt, uiLocales)
    }
}
