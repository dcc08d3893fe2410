package import Secrets

/// What the client gets back through the browser (RFC 6749 §4.1.2, §4.1.2.1), always with the issuer, so that it can see
/// which server answered (RFC 9207 §2). Sent as a 303, so that a form's body is not sent on (RFC 9700 §4.12).
package struct AuthorizationAnswer: Sendable {
    package enum Outcome: Sendable {
        case code(Secret)
        case error(OAuthError)
    }

    package let outcome: Outcome
    package let redirectURI: RedirectURI
    package let state: String?
    package let issuer: String

    package init(_ outcome: Outcome, to redirectURI: RedirectURI, state: String?, issuer: String) {
        (self.outcome, self.redirectURI, self.state, self.issuer) = (outcome, redirectURI, state, issuer)
    }

    /// The value of `Location`; it holds the code.
    package var location: String { redirectURI.adding(parameters) }

    private var parameters: [(String, String)] {
        var parameters: [(String, String)] = []
        switch outcome {
        case .code(let code): parameters.append(("code", code.revealText()))
        case .error(let error):
            parameters.append(("error", error.code.rawValue))
            if let description = error.description { parameters.append(("error_description", description)) }
        }
        if let state { parameters.append(("state", state)) }
        parameters.append(("iss", issuer))
        return parameters
    }
}
