package import Broker
package import Federation
import HTTPFetch
import Identifiers
import JOSE
import OAuth
package import Secrets
package import StrictJSON

/// An OpenID provider without a network: people "sign in" there by a test saying who they are.
package struct TestProvider: Sendable {
    package let issuer: TestIssuer
    package let web: TestWeb

    package static let clientID = "gatehouse"

    package init(name: String = "idp", issuer: String = "https://idp.example", web: TestWeb) throws {
        self.issuer = try TestIssuer(name: name, issuer: issuer)
        self.web = web
        let metadata: JSONObject = [
            "authorization_endpoint": JSONValue(issuer + "/authorize"),
            "authorization_response_iss_parameter_supported": true, "issuer": JSONValue(issuer),
            "jwks_uri": JSONValue(issuer + "/keys"), "token_endpoint": JSONValue(issuer + "/token"),
        ]
        web.answer(issuer + "/.well-known/openid-configuration", JSONValue.object(metadata).encoded())
        web.answer(issuer + "/keys", JSONValue.object(["keys": [self.issuer.key.publicJWK]]).encoded())
    }

    /// As a provider file would say it.
    package func definition(
        speakingFor domains: [String] = [], title: String = "Example"
    ) throws -> ProviderDefinition {
        var client = ClientRegistration(clientID: Self.clientID, authentication: .clientSecretBasic)
        client.authoritativeDomains = domains
        client.title = title
        return try ProviderDefinition(
            name: try ProviderName(issuer.name), kind: .oidc, issuer: .exactly(try Issuer(issuer.issuer)),
            audiences: [try Audience(Self.clientID)], client: client)
    }

    /// Lets somebody sign in who was sent to `url`; answers the query that their browser brings back. `claims` are added
    /// or replace, `nil` removes.
    package func signIn(
        _ subject: String, at url: String, now: Int64, _ claims: [String: JSONValue?] = [:],
        refreshToken: String? = nil
    ) throws -> String {
        let form = try FormBody(Array((url.split(separator: "?", maxSplits: 1).last ?? "").utf8))
        var object: JSONObject = [
            "aud": JSONValue(Self.clientID), "auth_time": .integer(now), "email": JSONValue(subject + "@example.com"),
            "email_verified": true,
            "exp": .integer(now + 300), "family_name": "Example", "given_name": JSONValue(subject),
            "iat": .integer(now), "iss": JSONValue(issuer.issuer), "sub": JSONValue(subject),
        ]
        object["nonce"] = form["nonce"].map { JSONValue($0) }
        for (name, value) in claims { object[name] = value }
        var answer: JSONObject = [
            "access_token": "at", "id_token": JSONValue(try issuer.key.sign(type: "JWT", claims: object).revealText()),
            "token_type": "Bearer",
        ]
        if let refreshToken { answer["refresh_token"] = JSONValue(refreshToken) }
        web.answer(issuer.issuer + "/token", JSONValue.object(answer).encoded())
        return "".addingQuery([("code", "c"), ("state", form["state"] ?? ""), ("iss", issuer.issuer)])
            .replacing("?", with: "")
    }
}

extension TestProvider {
    /// OpenID Connect Back-Channel Logout §2.4; `claims` are added or replace, `nil` removes.
    package func logoutToken(now: Int64, _ claims: [String: JSONValue?]) throws -> String {
        var object: JSONObject = [
            "aud": JSONValue(Self.clientID), "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
            "exp": .integer(now + 120), "iat": .integer(now), "iss": JSONValue(issuer.issuer), "jti": "j1",
        ]
        for (name, value) in claims { object[name] = value }
        return try issuer.key.sign(type: "logout+jwt", claims: object).revealText()
    }
}

extension TestWorld {
    package static let browser = BrowserContext(request: context, userAgent: "Test/1")

    /// Signs somebody in through a provider, as their browser would. Answers the cookie.
    package func signIn(
        _ subject: String, through provider: TestProvider, _ claims: [String: JSONValue?] = [:],
        invitation: Secret? = nil, replacing session: Secret? = nil, refreshToken: String? = nil
    ) async throws -> FinishedSignIn {
        var start = SignInStart(provider: provider.issuer.name, returnTo: try LocalTarget("/account"))
        start.invitation = invitation
        let started = try await broker.beginSignIn(start, context: Self.context)
        let query = try provider.signIn(subject, at: started.url, now: now, claims, refreshToken: refreshToken)
        return try await broker.finishSignIn(
            SignInAnswer(
                provider: provider.issuer.name, query: query, cookies: [(started.name, started.sealed)],
                session: session?.reveal(), browser: Self.browser))
    }

    package func signedIn(_ token: Secret) throws -> SignedIn {
        guard let signedIn = broker.session(token.reveal(), from: "127.0.0.1") else { throw NobodySignedIn() }
        return signedIn
    }

    package struct NobodySignedIn: Error {}
}
