internal import Identifiers
package import JOSE
package import Secrets
package import StrictJSON

/// What must be remembered, bound to the browser, until the answer comes. Whoever keeps it must seal it: `verifier` is
/// secret, and all of it is believed when it comes back.
package struct PendingSignIn: Sendable {
    /// Seconds that somebody may take at the provider.
    package static let lifetime: Int64 = 900

    package let provider: ProviderName
    /// The issuer as it was configured, a template too: a provider that was changed meanwhile is another one.
    package let issuer: String
    package let state: String
    package let nonce: String
    /// RFC 7636 §4.1
    package let verifier: Secret
    package let redirectURI: String
    package let maxAge: Int64?
    package let acrValues: [String]
    package let startedAt: NumericDate

    init(
        provider: ProviderName, issuer: String, secrets: SignInSecrets, request: SignInRequest, startedAt: NumericDate
    ) {
        (self.provider, self.issuer, self.startedAt) = (provider, issuer, startedAt)
        (state, nonce, verifier) = (secrets.state, secrets.nonce, secrets.verifier)
        (redirectURI, maxAge, acrValues) = (request.redirectURI, request.maxAge, request.acrValues)
    }

    /// To be sealed.
    package var document: JSONObject {
        var object: JSONObject = [
            "provider": JSONValue(provider.rawValue), "issuer": JSONValue(issuer), "state": JSONValue(state),
            "nonce": JSONValue(nonce), "verifier": JSONValue(verifier.revealText()),
            "redirect_uri": JSONValue(redirectURI), "started_at": .integer(startedAt.seconds),
        ]
        object["max_age"] = maxAge.map { .integer($0) }
        if !acrValues.isEmpty { object["acr_values"] = JSONValue(acrValues) }
        return object
    }

    /// From what `document` gave; `nil` for anything else.
    package init?(document: JSONObject) {
        func text(_ name: String) -> String? { document[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
        guard let name = text("provider"), let provider = try? ProviderName(name), let issuer = text("issuer"),
            let state = text("state"), let nonce = text("nonce"), let verifier = text("verifier"),
            let redirectURI = text("redirect_uri"), let startedAt = document["started_at"]?.integerValue,
            document["max_age"] == nil || document["max_age"]?.integerValue != nil
        else { return nil }
        let acrValues = document["acr_values"].map { $0.arrayValue?.map(\.stringValue) } ?? []
        guard let acrValues, acrValues.allSatisfy({ $0 != nil }) else { return nil }
        (self.provider, self.issuer, self.state, self.nonce) = (provider, issuer, state, nonce)
        (self.verifier, self.redirectURI) = (Secret(utf8: verifier), redirectURI)
        (self.maxAge, self.acrValues) = (document["max_age"]?.integerValue, acrValues.compactMap { $0 })
        self.startedAt = NumericDate(seconds: startedAt)
    }

    func isOver(at now: NumericDate) -> Bool {
        now >= startedAt.adding(Self.lifetime) || startedAt > now.adding(ProviderDefinition.largestClockSkew)
    }
}
