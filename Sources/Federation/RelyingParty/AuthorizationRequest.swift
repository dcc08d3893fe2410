internal import HTTPFetch
internal import Identifiers
internal import Secrets
internal import StrictJSON

/// The request that a browser carries to the provider (OpenID Connect Core §3.1.2.1, RFC 6749 §4.1.1).
struct AuthorizationRequest: Sendable {
    let party: RelyingParty
    let request: SignInRequest
    let secrets: SignInSecrets

    /// Where the browser goes.
    func url(_ credential: ClientCredential) async throws(SignInRefusal) -> String {
        let endpoint = try party.endpoint(.authorization).rawValue
        guard try mustPush() else { return parameters(withClient: true).appended(to: endpoint) }
        var pushed = QueryText()
        pushed.add("client_id", party.client.clientID)
        pushed.add("request_uri", try await push(credential))
        return pushed.appended(to: endpoint)
    }

    private func parameters(withClient: Bool) -> QueryText {
        let client = party.client
        var query = QueryText()
        query.add("response_type", "code")
        if withClient { query.add("client_id", client.clientID) }
        query.add("redirect_uri", request.redirectURI)
        query.add("scope", client.scopes(of: party.definition.kind).joined(separator: " "))
        query.add("state", secrets.state)
        if party.definition.kind == .oidc { query.add("nonce", secrets.nonce) }
        query.add("code_challenge", secrets.challenge)
        query.add("code_challenge_method", "S256")
        query.add("response_mode", client.responseMode?.rawValue)
        query.add("prompt", request.prompt ?? client.prompt)
        query.add("max_age", request.maxAge.map(String.init))
        query.add("acr_values", request.acrValues.joined(separator: " "))
        if client.passesLoginHint { query.add("login_hint", request.loginHint) }
        query.add("ui_locales", request.uiLocales)
        let reserved = Set(
            query.pairs.map { Key($0.name) } + Self.neverAdditional.map { Key($0) })
        for (name, value) in client.additionalParameters.sorted(by: { $0.key < $1.key })
        where !reserved.contains(Key(name)) { query.add(name, value) }
        return query
    }

    /// Ours even where we do not send them: each would change who answers, how, or to whom.
    private static let neverAdditional = [
        "client_id", "client_secret", "nonce", "request", "request_uri", "registration", "response_mode", "max_age",
        "acr_values", "login_hint", "claims", "client_assertion", "client_assertion_type",
    ]

    private func mustPush() throws(SignInRefusal) -> Bool {
        let isRequired = party.metadata?.requiresPushedAuthorization == true
        guard isRequired || party.client.usesPushedAuthorization == true else { return false }
        guard party.metadata?.pushedAuthorizationRequestEndpoint != nil else { throw .cannotPush }
        return true
    }

    /// RFC 9126 §2
    private func push(_ credential: ClientCredential) async throws(SignInRefusal) -> String {
        // The proof adds the client id where the form has to have it; RFC 9126 §2.1 wants it in any case.
        var form = parameters(withClient: false)
        if party.client.authentication == .clientSecretBasic { form.add("client_id", party.client.clientID) }
        let response = try await party.post(.pushedAuthorization, form, credential)
        let object = try? JSONValue.parseObject(response.body)
        if let object, let error = ProviderError(object) { throw .pushRefused(error) }
        // §2.2 says 201; some say 200.
        guard [200, 201].contains(response.status) else {
            throw .badAnswer(.pushedAuthorization, .status(response.status))
        }
        guard let object else { throw .badAnswer(.pushedAuthorization, .notJSON) }
        guard let uri = object["request_uri"] else { throw .badAnswer(.pushedAuthorization, .missing("request_uri")) }
        guard let text = uri.stringValue, (1...2048).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .badAnswer(.pushedAuthorization, .malformed("request_uri")) }
        return text
    }
}
