package import AccessPolicy
import Identifiers
import JOSE
import OAuth
package import Secrets
package import StrictJSON

/// Introspection (RFC 7662) and revocation by possession (RFC 7009).
extension Broker {
    /// What a token is, for a caller who may know: its own, one of a principal of theirs, or any within the namespaces
    /// where they may read tokens. Everything else is `{"active": false}`, whatever the reason (RFC 7662 §2.2).
    package func introspect(_ token: Secret, for caller: Caller, roles: RoleCatalog) -> JSONValue {
        guard let accepted = try? accept(token.reveal(), for: .inspection, from: .notUsed, at: time.now()),
            accepted.hasRightsLeft,
            mayInspect(accepted, caller: caller, roles: roles)
        else { return ["active": false] }
        return .object(introspection(of: accepted))
    }

    private func mayInspect(_ accepted: AcceptedCredential, caller: Caller, roles: RoleCatalog) -> Bool {
        if accepted.owner.principal.id == caller.principal.id { return true }
        if roles.allows(caller.access.roles(in: .system), .get, on: .tokens) { return true }
        // What opens nothing is in nobody's namespace.
        return !accepted.access.isEmpty
            && accepted.access.entries.keys.allSatisfy { pattern in
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
        // Nobody presents a session here: it opens nothing but a browser's requests.
        case .session: return ["active": false]
        case .stored(let credential, _, _):
            answer["sub"] = JSONValue(owner.origin?.subject ?? owner.id.rawValue)
            answer["client_id"] = JSONValue(owner.origin?.provider ?? "gatehouse")
            answer["aud"] = JSONValue(settings.apiAudience)
            answer["iat"] = .integer(credential.createdAt.seconds)
            answer["scope"] = JSONValue(accepted.access.scopeText)
            answer["username"] = JSONValue(owner.name)
        }
        answer["token_type"] = "Bearer"
        answer["namespaces"] = accepted.access.json
        answer["principal"] = ["id": JSONValue(owner.id.rawValue), "kind": JSONValue(owner.kind.rawValue)]
        return answer
    }

    /// What a client may learn: of its own tokens, and of everybody's that are for what it serves.
    package func introspect(
        _ token: Secret, for client: ClientRecord
    ) throws(AuthorizationFailure) -> JSONValue {
        guard client.metadata.isConfidential else { throw .client("a public client may not introspect") }
        let bytes = token.reveal()
        guard !bytes.starts(with: OpaqueToken.prefix.utf8),
            let accepted = try? accept(bytes, for: .inspection, from: .notUsed, at: time.now()),
            accepted.hasRightsLeft, case .accessToken(let claims) = accepted.kind,
            claims.clientID.hasSameBytes(as: client.id) || claims.audiences.contains(where: client.serves)
        else { return ["active": false] }
        return .object(introspection(of: accepted))
    }

    /// Revokes the token that is presented; who holds a token may end it, also one that is inactive now, or whose owner
    /// is disabled: it would come back with them. Unknown and already ended ones are no error (RFC 7009 §2.2).
    package func revoke(presented token: Secret, context: RequestContext) async throws(StoreFailure) {
        let bytes = token.reveal()
        guard bytes.starts(with: OpaqueToken.prefix.utf8) else {
            return try await revoke(accessToken: bytes, context: context)
        }
        guard let opaque = OpaqueToken(parsing: bytes), let hash = hasher.hash(opaque) else { return }
        if opaque.tokenClass == .refreshToken {
            guard let entry = index.ticket(hash), let record = AuthorizationRecord(entry.ticket) else { return }
            do throws(AuthorizationFailure) {
                return try await revoke(record, reason: nil, by: nil, context: context)
            } catch {
                if case .store(let failure) = error { throw failure }
                return
            }
        }
        while true {
            // A secret that was rotated away and retired ends nothing any more.
            guard let entry = index.credential(hash), entry.type.tokenClass == opaque.tokenClass,
                let proof = entry.proof.token, proof.hash == hash || proof.livePrevious(at: time.now()) != nil,
                let record = try await store.credential(entry.id)
            else { return }
            let actor = AuditEvent.Actor(
                principal: record.owner.rawValue, name: principalName(record.owner), credential: record.id.rawValue)
            do throws(StoreFailure) {
                return try await store.commit(
                    try await revocation(of: record, by: actor, as: .tokenRevoked, context: context))
            } catch {
                // Somebody changed or removed it in between.
                guard error == .conflict else { throw error }
            }
        }
    }

    private func revoke(accessToken bytes: [UInt8], context: RequestContext) async throws(StoreFailure) {
        let now = time.now()
        guard let verified = try? verifyOwn(bytes, at: now), let claims = AccessTokenClaims(verified),
            !index.isRevoked(tokenID: claims.tokenID)
        else { return }
        let event = AuditEvent(
            time: now, action: .tokenRevoked, outcome: .success,
            actor: AuditEvent.Actor(
                principal: claims.principal.rawValue, name: principalName(claims.principal), credential: claims.tokenID),
            target: claims.tokenID, requestID: context.requestID)
        let revoked = RevokedToken(tokenID: claims.tokenID, until: claims.expiresAt.adding(seconds: RevokedToken.slack))
        try await store.commit(StoreTransaction(changes: [.revokeToken(revoked)], events: [event]))
    }
}
