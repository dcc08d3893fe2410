package import AccessPolicy
import Identifiers

/// Ending credentials: dead on the next request, whatever they are.
extension Broker {
    /// Dead at once, and gone. The caller may revoke what it is calling with.
    package func revoke(
        _ name: String, of family: CredentialFamily, in namespace: NamespaceName, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) {
        _ = try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            let record = try await credential(named: name, of: family, in: namespace, by: caller, for: .delete)
            return (record, try await ending(record, by: caller, context: context))
        }
    }

    private func ending(
        _ record: CredentialRecord, by caller: Caller, context: RequestContext
    ) async throws(CredentialFailure) -> StoreTransaction {
        do throws(StoreFailure) {
            return try await revocation(of: record, by: AuditEvent.Actor(caller), context: context)
        } catch {
            throw .store(error)
        }
    }

    /// Ends the very credential that the caller came with.
    package func revokePresented(by caller: Caller, context: RequestContext) async throws(CredentialFailure) {
        guard caller.mechanism != .accessToken else {
            let now = time.now()
            let token = RevokedToken(
                tokenID: caller.credentialID,
                until: Timestamp(seconds: caller.expiresAt).adding(seconds: RevokedToken.slack))
            let event = AuditEvent(
                time: now, action: .tokenRevoked, outcome: .success, actor: AuditEvent.Actor(caller),
                target: caller.credentialID, requestID: context.requestID)
            do throws(StoreFailure) {
                try await store.commit(StoreTransaction(changes: [.revokeToken(token)], events: [event]))
                return
            } catch {
                throw .store(error)
            }
        }
        _ = try await changing {
            () async throws(CredentialFailure) -> (CredentialRecord, StoreTransaction) in
            guard let record = try await stored(CredentialID(unchecked: caller.credentialID)) else { throw .notFound }
            return (record, try await ending(record, by: caller, context: context))
        }
    }

    func stored(_ id: CredentialID) async throws(CredentialFailure) -> CredentialRecord? {
        do throws(StoreFailure) {
            return try await store.credential(id)
        } catch {
            throw .store(error)
        }
    }

    /// What revoking writes. With a service credential goes its user, and with the user whatever else they made.
    func revocation(
        of record: CredentialRecord, by actor: AuditEvent.Actor, as action: AuditEvent.Action = .credentialRevoked,
        context: RequestContext
    ) async throws(StoreFailure) -> StoreTransaction {
        let now = time.now()
        var gone = [record]
        let takesOwner = record.type.family == .service && index.principal(record.owner)?.principal.kind == .service
        if takesOwner {
            gone += try await store.credentials(ownedBy: record.owner, limit: 10_000).filter { $0.id != record.id }
        }
        var changes: [StoreChange] = []
        var events: [AuditEvent] = []
        for record in gone {
            changes += Self.ending(record, at: now)
            events.append(credentialEvent(action, record, by: actor, at: now, context: context))
        }
        if takesOwner { changes.append(.deletePrincipal(record.owner)) }
        return StoreTransaction(changes: changes, events: events)
    }

    /// A certificate that is not over yet goes onto the revocation list.
    static func ending(_ record: CredentialRecord, at now: Timestamp) -> [StoreChange] {
        revokingCertificate(record, at: now) + [.deleteCredential(record.id, revision: record.revision)]
    }

    static func revokingCertificate(_ record: CredentialRecord, at now: Timestamp) -> [StoreChange] {
        guard let certificate = record.proof.certificate, now < record.expiresAt else { return [] }
        return [
            .revokeCertificate(RevokedCertificate(serial: certificate.serial, revokedAt: now, until: record.expiresAt))
        ]
    }
}

extension RevokedToken {
    /// Remembered a little longer than the token lives, as its own check allows a skew.
    static let slack: Int64 = 600
}
