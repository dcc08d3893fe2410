import AccessPolicy
import Identifiers
package import OAuth
import Secrets
import StrictJSON

/// `client_credentials` (RFC 6749 §4.4): a client speaks for itself, with the roles that it was given.
extension Broker {
    package func clientToken(
        scope: Scope?, resources: [String], client: ClientRecord, context: RequestContext
    ) async throws(AuthorizationFailure) -> TokenResponse {
        guard client.allows(.clientCredentials) else {
            throw .notAllowed("this client gets no tokens for itself; register grant type client_credentials")
        }
        guard resources.allSatisfy({ client.allows(resource: $0, besides: settings.apiAudience) }) else {
            throw .request(OAuthError(.invalidTarget, "a resource is not one of the client's"))
        }
        if let scope, !(client.metadata.scope.map { scope.isSubset(of: $0) } ?? false) {
            throw .request(OAuthError(.invalidScope, "scope has what the client is not registered for"))
        }
        let now = time.now()
        var changes: [StoreChange] = []
        let record = try serviceRecord(of: client, at: now, &changes)
        let owner = IndexedPrincipal(record, groups: [], access: client.roles)
        // Without a scope, all that it was given: there is nobody to ask.
        let asked = ScopeRights(scope ?? client.metadata.scope, holding: client.roles)
        let rights = CredentialRights.owner(ceiling: scope == nil ? nil : asked.ceiling)
        let held = access(rights, owner: owner, confinement: nil)
        let lifetime = min(
            client.metadata.accessTokenLifetime ?? settings.accessTokenLifetime, longestLifetime(opening: held))
        guard lifetime >= 1, let id = try? RecordID.make("tok", at: now) else { throw .cannotSign }
        let (access, _) = judge(held) {
            AuthenticationFacts(
                mechanisms: [.apiToken], credentialType: nil, lifetime: lifetime, context: nil,
                source: source(context.remoteAddress))
        }
        let claims = AccessTokenClaims(
            tokenID: id, subject: record.principal.id.rawValue, clientID: client.id,
            audiences: resources.isEmpty ? [settings.apiAudience] : resources, scope: asked.scope?.text ?? "",
            issuedAt: now, expiresAt: now.adding(seconds: lifetime), access: access, actor: nil,
            principal: record.principal.id, rights: rights, root: .credential(client.id))
        let token: Secret
        do throws(ExchangeFailure) { token = try sign(claims) } catch { throw .cannotSign }
        let event = AuditEvent(
            time: now, action: .clientTokenIssued, outcome: .success,
            actor: AuditEvent.Actor(
                principal: record.principal.id.rawValue, name: client.id, credential: client.id),
            target: id, requestID: context.requestID,
            details: ["audience": JSONValue(claims.audiences), "scope": JSONValue(claims.scope)])
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: changes, events: [event]))
        } catch { throw .store(error) }
        return TokenResponse(accessToken: token, expiresIn: lifetime, scope: asked.scope)
    }

    /// The service user that a client is, as its registration says now.
    private func serviceRecord(
        of client: ClientRecord, at now: Timestamp, _ changes: inout [StoreChange]
    ) throws(AuthorizationFailure) -> PrincipalRecord {
        guard let known = index.principal(client.principal.id)?.record else {
            let record = PrincipalRecord(principal: client.principal, bindings: client.roles, createdAt: now)
            changes.append(.ensurePrincipal(record))
            return record
        }
        guard known.isEnabled else { throw .client("this client is disabled") }
        guard known.bindings != client.roles else { return known }
        var record = known
        record.bindings = client.roles
        record.revision &+= 1
        changes.append(.updatePrincipal(record))
        return record
    }
}
