internal import HTTPFetch
internal import Identifiers
internal import JOSE
package import Secrets
internal import StrictJSON

extension ProviderRegistry {
    /// The way to the provider: an authorization code with PKCE, and nothing else (RFC 9700 §2.1.1, §2.1.2).
    package func beginSignIn(
        _ provider: ProviderName, _ request: SignInRequest, credential: ClientCredential
    ) async throws(SignInRefusal) -> (url: String, pending: PendingSignIn) {
        let party = try await relyingParty(provider)
        let secrets = try SignInSecrets()
        let url = try await AuthorizationRequest(party: party, request: request, secrets: secrets).url(credential)
        let pending = PendingSignIn(
            provider: provider, issuer: party.definition.issuerText, secrets: secrets, request: request,
            startedAt: now())
        return (url, pending)
    }

    /// Who came back. `callback` is the provider whose redirect URI was called, where each has its own: the other half of
    /// the defence against mixing providers up (RFC 9700 §4.4.2).
    package func finishSignIn(
        _ response: AuthorizationResponse, pending: PendingSignIn, credential: ClientCredential,
        callback: ProviderName? = nil
    ) async throws(SignInRefusal) -> SignedInIdentity {
        // First of all: an answer that this browser did not ask for is nobody's (RFC 6749 §10.12).
        guard let state = response.state else { throw .stateMissing }
        guard state.matches(Secret(utf8: pending.state)) else { throw .stateMismatch }
        guard !pending.isOver(at: now()) else { throw .expired }
        guard callback.map({ $0 == pending.provider }) ?? true else { throw .wrongProvider }
        let party = try await relyingParty(pending.provider)
        guard party.definition.issuerText.hasSameBytes(as: pending.issuer) else { throw .wrongProvider }
        try party.checkIssuer(response.issuer)
        if let error = response.error { throw .providerError(error) }
        guard let code = response.code else { throw .codeMissing }
        let hasIDToken = party.definition.kind != .oauth2
        // Nothing could say that it was done, so the code is not even redeemed.
        if !hasIDToken { try IDTokenCheck.checkAuthentication(JSONObject(), pending, now(), skew: 0) }

        let tokens = try await party.redeem(code, pending, credential)
        guard hasIDToken else { return try await party.identityWithoutIDToken(tokens, .signedIn) }
        let check = IDTokenCheck(party: party)
        let token = try await check.verified(tokens, code: code, pending: pending)
        // Of a template's issuers, the one that the answer named.
        if let issuer = response.issuer, !issuer.hasSameBytes(as: token.issuer.rawValue) { throw .issuerMismatch }
        return try await party.identity(token, tokens, .signedIn)
    }

    /// Asks the provider whether the sign-in still stands, and what it says now (OpenID Connect Core §12). It must be the
    /// same person as before; `issuer` must be given where the provider has many, and else need not.
    package func refreshSignIn(
        _ provider: ProviderName, refreshToken: Secret, subject: String, issuer: String? = nil,
        credential: ClientCredential
    ) async throws(SignInRefusal) -> SignedInIdentity {
        let party = try await relyingParty(provider)
        let tokens = try await party.refresh(refreshToken, credential)
        let identity: SignedInIdentity
        if party.definition.kind == .oauth2 {
            identity = try await party.identityWithoutIDToken(tokens, .refreshed)
        } else if tokens.idToken != nil {
            let token = try await IDTokenCheck(party: party).verified(tokens, code: nil, pending: nil)
            guard token.claims.subject?.rawValue.hasSameBytes(as: subject) ?? false else { throw .identityChanged }
            identity = try await party.identity(token, tokens, .refreshed)
        } else {
            identity = try await party.confirmed(subject, issuer, tokens)
        }
        let isSameIssuer = issuer.map { $0.hasSameBytes(as: identity.issuer) } ?? true
        guard isSameIssuer, identity.subject.hasSameBytes(as: subject) else { throw .identityChanged }
        return identity
    }
}

extension RelyingParty {
    /// RFC 9207 §2.4, on errors too: an answer of another provider is caught before its code goes anywhere.
    func checkIssuer(_ issuer: String?) throws(SignInRefusal) {
        guard let issuer else {
            guard metadata?.sendsIssuer != true else { throw .issuerMissing }
            return
        }
        switch definition.issuer {
        case .exactly(let own): guard own.rawValue.hasSameBytes(as: issuer) else { throw .issuerMismatch }
        case .template:
            let isOurs = (try? Issuer(issuer)).map(definition.admits(issuer:)) ?? false
            guard isOurs else { throw .issuerMismatch }
        }
    }

    /// The ID token's claims, userinfo's beneath, and the groups that did not fit.
    func identity(
        _ token: VerifiedToken, _ tokens: TokenResponse, _ freshness: SignedInIdentity.Freshness
    ) async throws(SignInRefusal) -> SignedInIdentity {
        guard let subject = token.claims.subject?.rawValue else { throw .subjectInvalid }
        let issuer = token.issuer.rawValue
        var claims = token.claims.object
        if hasUserinfo {
            claims = claims.over(try await Userinfo(party: self).claims(tokens, of: subject, issuer: issuer))
        }
        if EntraGroups.isNeeded(claims) {
            claims["groups"] = JSONValue(try await EntraGroups(party: self, token: tokens.accessToken).read())
        }
        return SignedInIdentity(
            provider: definition.name, issuer: issuer, subject: subject, claims: claims, tokens: tokens,
            freshness: freshness, readAt: now)
    }

    /// A refresh without an ID token: userinfo, or else only that the provider did not say no.
    func confirmed(
        _ subject: String, _ issuer: String?, _ tokens: TokenResponse
    ) async throws(SignInRefusal) -> SignedInIdentity {
        let known: String
        switch definition.issuer {
        case .exactly(let own): known = own.rawValue
        case .template:
            guard let issuer, (try? Issuer(issuer)).map(definition.admits(issuer:)) ?? false else {
                throw .idTokenMissing
            }
            known = issuer
        }
        var claims: JSONObject = ["iss": JSONValue(known), "sub": JSONValue(subject)]
        var freshness = SignedInIdentity.Freshness.confirmed
        if hasUserinfo {
            claims = claims.over(try await Userinfo(party: self).claims(tokens, of: subject, issuer: known))
            freshness = .refreshed
        }
        return SignedInIdentity(
            provider: definition.name, issuer: known, subject: subject, claims: claims, tokens: tokens,
            freshness: freshness, readAt: now)
    }

    /// Who an OAuth 2.0 provider's API says that the access token is of. The token came from the token endpoint for our
    /// code and verifier, which is what binds it to this browser.
    func identityWithoutIDToken(
        _ tokens: TokenResponse, _ freshness: SignedInIdentity.Freshness
    ) async throws(SignInRefusal) -> SignedInIdentity {
        let issuer = definition.issuerText
        let subject: String
        let profile: JSONObject
        switch client.profile {
        case .github(let api):
            (subject, profile) = try await GitHubProfile(party: self, api: api, token: tokens.accessToken).read()
        case .userinfo(let name):
            profile = try await Userinfo(party: self).unchecked(tokens, issuer: issuer)
            let value = profile[name]
            guard let text = value?.stringValue ?? value?.integerValue.map({ String($0) }),
                (1...IDTokenCheck.largestSubject).contains(text.utf8.count), (try? Subject(text)) != nil
            else { throw .subjectInvalid }
            subject = text
        }
        let known: JSONObject = ["iss": JSONValue(issuer), "sub": JSONValue(subject)]
        let claims = known.over(profile)
        for (name, value) in definition.requiredValues.sorted(by: { $0.key < $1.key }) {
            guard let claim = claims[name], !claim.isNull else { throw .userinfo(.missingClaim(name)) }
            guard claim.stringValue?.hasSameBytes(as: value) ?? false else { throw .userinfo(.wrongClaim(name)) }
        }
        return SignedInIdentity(
            provider: definition.name, issuer: issuer, subject: subject, claims: claims, tokens: tokens,
            freshness: freshness, readAt: now)
    }

    private var hasUserinfo: Bool {
        !client.skipsUserinfo && (client.userinfoEndpoint ?? metadata?.userinfoEndpoint) != nil
    }
}
