internal import Identifiers
package import JOSE
internal import StrictJSON

/// A provider's word that a session has ended (OpenID Connect Back-Channel Logout §2.4). Made only after every check; that
/// it is used once is the caller's to see to, by `issuer` and `tokenID`, until `expiry`.
package struct LogoutToken: Sendable, Hashable {
    package static let event = "http://schemas.openid.net/event/backchannel-logout"
    /// Seconds since `iat`: a logout is told at once, and perhaps tried again.
    static let maximumAge: Int64 = 600

    package let provider: ProviderName
    package let issuer: String
    /// All sessions of this person, unless `sessionID` says which. One of the two is there.
    package let subject: String?
    package let sessionID: String?
    package let tokenID: String
    package let issuedAt: NumericDate
    package let expiry: NumericDate

    /// The claims that only a logout token has (§2.6).
    fileprivate init(_ token: VerifiedToken, _ provider: ProviderName) throws(TokenRejection) {
        let claims = token.claims
        guard let events = claims["events"]?.objectValue, events[Self.event]?.objectValue != nil else {
            throw .malformedClaim("events")
        }
        // An ID token has one; with this neither is ever taken for the other.
        guard claims["nonce"] == nil else { throw .wrongClaim("nonce") }
        if let sid = claims["sid"] {
            guard let text = sid.stringValue, (1...1024).contains(text.utf8.count) else { throw .malformedClaim("sid") }
            sessionID = text
        } else {
            sessionID = nil
        }
        subject = claims.subject?.rawValue
        guard subject != nil || sessionID != nil else { throw .missingClaim("sub") }
        guard let tokenID = claims.tokenID else { throw .missingClaim("jti") }
        guard let issuedAt = claims.issuedAt else { throw .missingClaim("iat") }
        guard let expiry = claims.expiry else { throw .missingClaim("exp") }
        (self.provider, issuer, self.tokenID) = (provider, token.issuer.rawValue, tokenID.rawValue)
        (self.issuedAt, self.expiry) = (issuedAt, expiry)
    }
}

extension ProviderRegistry {
    /// The provider is the one whose issuer it is and whose client id the audience names.
    package func verifyLogoutToken(_ token: [UInt8]) async throws(SignInRefusal) -> LogoutToken {
        let parsed: UnverifiedToken
        do { parsed = try UnverifiedToken.parse(token) } catch { throw .logoutToken(error) }
        let provider = try logoutProvider(of: parsed)
        let verified: VerifiedToken
        do { verified = try await Evaluation.verified(token, of: provider, now: now()) } catch {
            guard case .token(let rejection) = error else { throw SignInRefusal(error) }
            throw .logoutToken(rejection)
        }
        do { return try LogoutToken(verified, provider.definition.name) } catch { throw .logoutToken(error) }
    }

    private func logoutProvider(of token: UnverifiedToken) throws(SignInRefusal) -> Provider {
        guard let issuer = token.claims.issuer else { throw .logoutToken(.missingClaim("iss")) }
        let candidates = providers.filter {
            $0.definition.client != nil && $0.definition.keySource != .none && $0.definition.mayIssue(issuer)
        }
        guard !candidates.isEmpty else { throw .logoutToken(.wrongIssuer) }
        var fitting: [Provider] = []
        for candidate in candidates {
            guard let client = candidate.definition.client, let audience = try? Audience(client.clientID),
                token.claims.audiences.contains(audience)
            else { continue }
            fitting.append(candidate.expecting(Self.expectation(candidate.definition, audience)))
        }
        // Two registrations of one client would be the same sessions twice; which is meant, nobody can say.
        guard fitting.count == 1, let only = fitting.first else {
            throw .logoutToken(token.claims["aud"] == nil ? .missingClaim("aud") : .wrongAudience)
        }
        return only
    }

    /// `typ` should be `logout+jwt`, and older providers send `JWT` or nothing (§2.4); `events` tells them apart.
    private static func expectation(_ definition: ProviderDefinition, _ audience: Audience) -> Expectation {
        Expectation(
            issuer: definition.issuer, audiences: [audience], algorithms: definition.algorithms,
            type: TypeRule.jwt.or(.oneOf(["logout+jwt"])), maximumAge: LogoutToken.maximumAge, maximumLifetime: nil,
            requiresIssuedAt: true, clockSkew: definition.clockSkew, requiredClaims: ["events", "jti"])
    }
}
