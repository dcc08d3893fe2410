package import AccessPolicy
import Identifiers
import JOSE
package import Secrets
package import StrictJSON

/// Introspection (RFC 7662) and revocation by possession (RFC 7009).
extension Broker {
    /// What a token is, for a caller who may know: its own, one of a principal of theirs, or any within the namespaces
    /// where they may read tokens. Everything else is `{"active": false}`, whatever the reason (RFC 7662 §2.2).
    package func introspect(_ token: Secret, for caller: Caller, roles: RoleCatalog) -> JSONValue {
        guard let accepted = try? accept(token.reveal(), for: .inspection), accepted.hasRightsLeft,
            mayInspect(accepted, caller: caller, roles: roles)
        else { return ["active": false] }
        return .object(introspection(of: accepted))
    }

    private func mayInspect(_ accepted: AcceptedCredential, caller: Caller, roles: RoleCatalog) -> Bool {
        if accepted.owner.principal.id == caller.principal.id { return true }
        if roles.allows(caller.access.roles(in: .system), .get, on: .tokens) { return true }
        return accepted.access.entries.keys.allSatisfy { pattern in
            guard case .named(let namespace) = pattern else {
                return roles.allows(caller.access.entries[.allApplication] ?? [], .get, on: .tokens)
            }
            return roles.allows(caller.access.roles(in: namespace), .get, on: .tokens)
        }
    }

    private func introspection(of accepted: AcceptedCredential) -> JSONObject {
        let owner = accepted.owner.principal
        var answer = JSONObject()
        answer["active"] = true
        answer["iss"] = JSONValue(settings.issuer.rawValue)
        answer["jti"] = JSONValue(accepted.id)
        answer["exp"] = .integer(accepted.expiresAt.seconds)
        switch accepted.kind {
        case .accessToken(let claims):
            answer["sub"] = JSONValue(claims.subject)
            answer["client_id"] = JSONValue(claims.clientID)
            answer["aud"] = JSONValue(claims.audiences)
            answer["iat"] = .integer(claims.issuedAt.seconds)
            answer["scope"] = JSONValue(claims.scope)
            if let actor = claims.actor { answer["act"] = .object(actor) }
        case .opaque(let record):
            answer["sub"] = JSONValue(owner.origin?.subject ?? owner.id.rawValue)
            answer["client_id"] = JSONValue(owner.origin?.provider ?? "gatehouse")
            answer["aud"] = JSONValue(settings.apiAudience)
            answer["iat"] = .integer(record.createdAt.seconds)
            answer["scope"] = JSONValue(accepted.access.scopeText)
            answer["username"] = JSONValue(owner.name)
        }
        answer["token_type"] = "Bearer"
        answer["namespaces"] = accepted.access.json
        answer["principal"] = ["id": JSONValue(owner.id.rawValue), "kind": JSONValue(owner.kind.rawValue)]
        return answer
    }

    /// Revokes the token that is presented; who holds a token may end it. Unknown and already ended ones are no error
    /// (RFC 7009 §2.2).
    package func revoke(presented token: Secret, context: RequestContext) async throws(StoreFailure) {
        guard let accepted = try? accept(token.reveal(), for: .inspection) else { return }
        let now = time.now()
        let change: StoreChange
        var namespace: NamespaceName?
        switch accepted.kind {
        case .opaque(let record):
            change = .deleteCredential(record.id, revision: record.revision)
            namespace = record.namespace
        case .accessToken(let claims):
            // Kept a little longer than the token lives, as its own check allows that skew.
            change = .revokeToken(RevokedToken(tokenID: claims.tokenID, until: claims.expiresAt.adding(seconds: 600)))
        }
        let event = AuditEvent(
            time: now, action: .tokenRevoked, outcome: .success, actor: AuditEvent.Actor(accepted.caller),
            target: accepted.id, namespace: namespace?.rawValue, requestID: context.requestID)
        do throws(StoreFailure) {
            try await store.commit(StoreTransaction(changes: [change], events: [event]))
        } catch {
            // Somebody changed or removed it in between: what counts is whether it is still accepted.
            guard error == .conflict else { throw error }
            guard (try? accept(token.reveal(), for: .inspection)) != nil else { return }
            try await revoke(presented: token, context: context)
        }
    }
}
