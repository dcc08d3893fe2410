package import AccessPolicy
import OpenSSLCrypto
package import Secrets

package enum BootstrapFailure: Error, Hashable, Sendable {
    /// The token that was provided is none of ours: it must be made by `gatehouse` or left out.
    case malformedToken
    case cannotMake
    case store(StoreFailure)
}

/// The first administrator: there is nobody yet who could make one.
extension Broker {
    private static let marker = "administrator"

    /// Makes the administrator and their token, once in the life of the store.
    ///
    /// `token`: answers the token to use, and keeps it where the operator finds it; called before the commit, so
    ///   that a token is never in force that nobody can read. Called with a fresh one to keep unless there is one already.
    /// Answers whether one was made now.
    package func bootstrapAdministrator(keeping token: @Sendable (Secret) throws -> Secret) async throws -> Bool {
        if try await store.setting(Self.marker) != nil { return false }
        let fresh = try OpaqueToken(making: .apiToken)
        guard let opaque = OpaqueToken(parsing: try token(fresh.secret).reveal()), opaque.tokenClass == .apiToken else {
            throw BootstrapFailure.malformedToken
        }
        guard let hash = hasher.hash(opaque) else { throw BootstrapFailure.cannotMake }
        let now = time.now()
        let principal = Principal(
            id: PrincipalID(unchecked: "usr_administrator"), kind: .user, name: "administrator", origin: nil)
        let bindings = NamespaceAccess([
            .named(.system): [.admin], .named(.shared): [.admin], .allApplication: [.admin],
        ])
        let credential = try firstCredential(
            named: "administrator", of: principal.id, hash: hash, days: tenantSettings.maximumAPITokenDays, at: now)
        let event = AuditEvent(
            time: now, action: .bootstrapAdministrator, outcome: .success,
            actor: AuditEvent.Actor(principal: principal.id.rawValue, name: principal.name),
            target: credential.id.rawValue, namespace: NamespaceName.system.rawValue, requestID: "bootstrap")
        let transaction = StoreTransaction(
            changes: [
                .insertSetting(name: Self.marker, value: principal.id.rawValue),
                .insertPrincipal(PrincipalRecord(principal: principal, bindings: bindings, createdAt: now)),
                .insertCredential(credential),
            ], events: [event])
        do throws(StoreFailure) {
            try await store.commit(transaction)
            return true
        } catch {
            if error == .alreadyExists { return false }  // another broker was first
            throw BootstrapFailure.store(error)
        }
    }

    /// A token that nobody made: the beginning of a chain.
    func firstCredential(
        named name: String, of owner: PrincipalID, hash: TokenHash, days: Int64, at now: Timestamp
    ) throws(CryptoFailure) -> CredentialRecord {
        let expiresAt = now.adding(seconds: days * 86_400)
        return CredentialRecord(
            id: CredentialID(unchecked: try RecordID.make("cred", at: now)), namespace: .system,
            name: name + "-" + (try CredentialName.suffix()), type: .apiToken, owner: owner,
            proof: .token(TokenGenerations(hash: hash, madeAt: now)), createdAt: now, expiresAt: expiresAt,
            rights: .owner(ceiling: nil), parent: .bootstrap, root: .bootstrap,
            removableAt: expiresAt.adding(seconds: CredentialRetention.ofRenewable))
    }

    /// A person's first token, for the tests' own worlds; a server makes only the administrator's.
    package func firstToken(of owner: PrincipalID, days: Int64) throws -> (Secret, CredentialRecord) {
        let token = try OpaqueToken(making: .apiToken)
        guard let hash = hasher.hash(token) else { throw BootstrapFailure.cannotMake }
        return (token.secret, try firstCredential(named: "first", of: owner, hash: hash, days: days, at: time.now()))
    }
}
