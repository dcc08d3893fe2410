import AccessPolicy
import Federation
import Identifiers
package import OAuth
import OpenSSLCrypto
package import Secrets

/// Signing out at the provider, and by it.
extension Broker {
    /// Where the provider ends its own session; `nil` when it has no such place or gave us nothing to show there.
    package func upstreamSignOut(of session: SessionRecord) async -> String? {
        guard let name = try? ProviderName(session.origin.provider), let idToken = upstream(of: session).idToken else {
            return nil
        }
        return await providers.endSessionURL(
            name, idToken: idToken, postLogoutRedirectURI: settings.publicURL + "/signed-out", state: session.id)
    }

    /// Where a client may have people sent after signing out (RP-Initiated Logout §3): only to what it registered.
    package func logoutTarget(_ request: LogoutRequest) throws(OAuthError) -> RedirectURI? {
        guard let asked = request.postLogoutRedirectURI else { return nil }
        let hinted = request.idTokenHint.flatMap { subject(ofIDToken: $0)?.client }
        if let hinted, let said = request.clientID, !hinted.hasSameBytes(as: said) {
            throw OAuthError(.invalidRequest, "client_id is not that of id_token_hint")
        }
        guard let id = request.clientID ?? hinted, let client = client(id),
            client.metadata.postLogoutRedirectURIs.contains(where: { $0.admits(asked) })
        else { throw OAuthError(.invalidRequest, "post_logout_redirect_uri is not one of the client's") }
        return asked
    }

    package func isHint(_ token: Secret?, of signedIn: SignedIn) -> Bool {
        guard let token, let said = subject(ofIDToken: token) else { return false }
        return said.principal.hasSameBytes(as: signedIn.session.principal.rawValue)
            && said.session.hasSameBytes(as: signedIn.session.id)
    }

    /// The provider says that somebody is signed out (Back-Channel Logout §2.6): all of theirs, or of one session of its.
    package func endSessions(
        logoutToken token: Secret, provider: String, context: RequestContext
    ) async throws(SignInFailure) {
        let logout: LogoutToken
        do throws(SignInRefusal) { logout = try await providers.verifyLogoutToken(token.reveal()) } catch {
            refusals.count(error.code)
            throw .provider(error)
        }
        guard logout.provider.rawValue.hasSameBytes(as: provider) else { throw .unknownProvider }
        let claim = SingleUse(
            kind: .logoutToken, authority: logout.issuer, key: logout.tokenID,
            until: Timestamp(logout.expiry).adding(seconds: SubjectTokenMemory.afterExpiry))
        while true {
            let affected = sessions(of: logout)
            var transaction = ending(
                affected, by: AuditEvent.Actor(name: logout.subject, provider: provider),
                reason: "session.provider_logout", context: context)
            transaction.changes.append(.claim(claim))
            do throws(StoreFailure) {
                return try await store.commit(transaction)
            } catch {
                switch error {
                case .alreadyUsed: throw .alreadyUsed
                // One of them changed in between.
                case .conflict, .alreadyExists: continue
                case .unavailable: throw .store(error)
                }
            }
        }
    }

    private func sessions(of logout: LogoutToken) -> [Ticket] {
        let candidates: [Ticket]
        if let subject = logout.subject {
            let origin = Principal.Origin(
                provider: logout.provider.rawValue, issuer: logout.issuer, subject: subject)
            candidates = index.principal(of: origin).map { index.tickets(of: $0).map(\.ticket) } ?? []
        } else {
            candidates = index.tickets.map(\.ticket)
        }
        return candidates.filter { ticket in
            guard let session = SessionRecord(ticket),
                session.origin.provider.hasSameBytes(as: logout.provider.rawValue),
                session.origin.issuer.hasSameBytes(as: logout.issuer)
            else { return false }
            guard let wanted = logout.sessionID else { return true }
            return session.upstreamSession?.hasSameBytes(as: wanted) ?? false
        }
    }
}
