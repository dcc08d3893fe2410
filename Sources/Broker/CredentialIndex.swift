package import AccessPolicy
import Identifiers
import Synchronization

/// What authentication needs, in memory: credentials by hash and by id, principals, revoked tokens, namespaces.
///
/// Kept true by the store's `CommitObserver`: it changes after a commit is durable and before anybody gets an answer, so
/// that a revoked credential is refused on the very next request.
package final class CredentialIndex: Sendable {
    private struct State {
        var byHash: [TokenHash: CredentialRecord] = [:]
        var hashes: [CredentialID: TokenHash] = [:]
        var principals: [PrincipalID: PrincipalRecord] = [:]
        var revoked: [Key: Timestamp] = [:]
        var namespaces: Set<NamespaceName> = Set(NamespaceName.builtIn)
    }

    private let state = Mutex(State())

    package init() {}

    /// Takes over committed changes, in order.
    package func apply(_ changes: [StoreChange]) {
        state.withLock { state in
            for change in changes { Self.apply(change, to: &state) }
        }
    }

    private static func apply(_ change: StoreChange, to state: inout State) {
        switch change {
        case .insertCredential(let record), .updateCredential(let record):
            guard let hash = record.tokenHash else { return }
            state.byHash[hash] = record
            state.hashes[record.id] = hash
        case .deleteCredential(let id, _):
            guard let hash = state.hashes.removeValue(forKey: id) else { return }
            state.byHash[hash] = nil
        case .insertPrincipal(let record), .updatePrincipal(let record):
            state.principals[record.principal.id] = record
        case .ensurePrincipal(let record):
            if state.principals[record.principal.id] == nil { state.principals[record.principal.id] = record }
        case .revokeToken(let token):
            state.revoked[Key(token.tokenID)] = token.until
        case .insertNamespace(let name, _):
            state.namespaces.insert(name)
        case .claim, .insertSetting:
            return
        }
    }

    func credential(_ hash: TokenHash) -> CredentialRecord? { state.withLock { $0.byHash[hash] } }

    func principal(_ id: PrincipalID) -> PrincipalRecord? { state.withLock { $0.principals[id] } }

    /// A credential and its owner, in one look.
    func credentialAndOwner(_ hash: TokenHash) -> (CredentialRecord, PrincipalRecord)? {
        state.withLock { state in
            guard let record = state.byHash[hash], let owner = state.principals[record.owner] else { return nil }
            return (record, owner)
        }
    }

    func isRevoked(tokenID: String) -> Bool { state.withLock { $0.revoked[Key(tokenID)] != nil } }

    package func hasNamespace(_ name: NamespaceName) -> Bool { state.withLock { $0.namespaces.contains(name) } }

    package var credentialCount: Int { state.withLock { $0.byHash.count } }

    /// Forgets revoked tokens that have expired by themselves.
    func forgetRevoked(before now: Timestamp) {
        state.withLock { state in state.revoked = state.revoked.filter { $0.value > now } }
    }
}
