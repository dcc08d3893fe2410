internal import HTTPFetch
package import Secrets

extension ProviderRegistry {
    /// Where the browser goes to end its session at the provider (OpenID Connect RP-Initiated Logout §2); `nil` when the
    /// provider has no such place, or cannot be asked for it: we are signed out here in any case.
    package func endSessionURL(
        _ provider: ProviderName, idToken: Secret?, postLogoutRedirectURI: String, state: String
    ) async -> String? {
        guard let party = try? await relyingParty(provider),
            let endpoint = party.client.endSessionEndpoint ?? party.metadata?.endSessionEndpoint
        else { return nil }
        var query = QueryText()
        query.add("id_token_hint", idToken?.revealText())
        query.add("client_id", party.client.clientID)
        query.add("post_logout_redirect_uri", postLogoutRedirectURI)
        query.add("state", state)
        return query.appended(to: endpoint.rawValue)
    }
}
