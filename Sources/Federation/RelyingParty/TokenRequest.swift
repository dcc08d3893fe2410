internal import HTTPFetch
internal import HTTPTypes
internal import JOSE
internal import Secrets
internal import StrictJSON

extension RelyingParty {
    /// Posts a form with the client's proof. GitHub answers with a form unless JSON is asked for.
    func post(
        _ endpoint: SignInEndpoint, _ form: QueryText, _ credential: ClientCredential
    ) async throws(SignInRefusal) -> FetchResponse {
        var form = form
        var headers: HTTPFields = [
            .accept: "application/json", .contentType: "application/x-www-form-urlencoded",
        ]
        let url = try self.endpoint(endpoint)
        try ClientProof(party: self, credential: credential, endpoint: endpoint).add(to: &form, &headers)
        return try await send(endpoint, .POST, url, headers, form.body)
    }

    /// The code for tokens (RFC 6749 §4.1.3, RFC 7636 §4.5).
    func redeem(
        _ code: Secret, _ pending: PendingSignIn, _ credential: ClientCredential
    ) async throws(SignInRefusal) -> TokenResponse {
        var form = QueryText()
        form.add("grant_type", "authorization_code")
        form.add("code", code.revealText())
        form.add("redirect_uri", pending.redirectURI)
        form.add("code_verifier", pending.verifier.revealText())
        return try await tokens(form, credential)
    }

    /// A refresh token for tokens (RFC 6749 §6).
    func refresh(_ token: Secret, _ credential: ClientCredential) async throws(SignInRefusal) -> TokenResponse {
        var form = QueryText()
        form.add("grant_type", "refresh_token")
        form.add("refresh_token", token.revealText())
        return try await tokens(form, credential)
    }

    private func tokens(
        _ form: QueryText, _ credential: ClientCredential
    ) async throws(SignInRefusal) -> TokenResponse {
        let response = try await post(.token, form, credential)
        let object = try? JSONValue.parseObject(response.body)
        // GitHub answers its errors with status 200.
        if let object, let error = ProviderError(object) { throw .tokenRefused(error) }
        guard response.status == 200 else { throw .badAnswer(.token, .status(response.status)) }
        guard let object else { throw .badAnswer(.token, .notJSON) }
        return try TokenResponse(object)
    }
}
