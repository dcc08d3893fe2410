package import AccessPolicy
import Identifiers
import StrictJSON

/// Which credentials a bulk revocation is for (contract README §3).
package enum BulkSelector: Hashable, Sendable {
    case names([String])
    /// Every expired one in the caller's reach, perhaps of one type.
    case expired(CredentialType?)

    package static let nameCount = 1...200
}

/// What came of each name.
package struct BulkOutcome: Hashable, Sendable {
    package var marked: [String] = []
    package var failed: [String] = []
}

/// Bulk revocation: unusable at once, marked for deletion, and removed by the clean-up.
extension Broker {
    /// How many go into one transaction.
    private static let markBatch = 200

    package func bulkRevoke(
        _ selector: BulkSelector, of family: CredentialFamily, in namespace: NamespaceName, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) -> BulkOutcome {
        switch selector {
        case .names(let names): return try await mark(names, of: family, in: namespace, by: caller, context: context)
        case .expired(let type):
            if let type, type.family != family {
                throw .invalid(
                    field: "expired_selector.credential_type",
                    reason: "must be one of \(family.types.map(\.rawValue).joined(separator: ", "))")
            }
            return try await markExpired(type, of: family, in: namespace, by: caller, context: context)
        }
    }

    private func markExpired(
        _ type: CredentialType?, of family: CredentialFamily, in namespace: NamespaceName, by caller: Caller,
        context: RequestContext
    ) async throws(CredentialFailure) -> BulkOutcome {
        var outcome = BulkOutcome()
        var after: String?
        let now = time.now()
        while true {
            let page = try await listCredentials(
                family, in: namespace, by: caller, order: .name(after: after), expiringBy: now, limit: Self.markBatch)
            let names = page.filter { (type == nil || $0.type == type) && $0.markedForDeletionAt == nil }.map(\.name)
            let part = try await mark(names, of: family, in: namespace, by: caller, onlyExpired: true, context: context)
            outcome.marked += part.marked
            guard page.count == Self.markBatch, let last = page.last else { return outcome }
            after = last.name
        }
    }

    /// All of the names that the caller may end, in one transaction; the others fail without a word about why.
    private func mark(
        _ names: [String], of family: CredentialFamily, in namespace: NamespaceName, by caller: Caller,
        onlyExpired: Bool = false, context: RequestContext
    ) async throws(CredentialFailure) -> BulkOutcome {
        while true {
            var outcome = BulkOutcome()
            var changes: [StoreChange] = []
            var events: [AuditEvent] = []
            let now = time.now()
            for name in names {
                do throws(CredentialFailure) {
                    let record = try await credential(named: name, of: family, in: namespace, by: caller, for: .delete)
                    // Renewed since it was listed: not an expired one any more.
                    if onlyExpired, record.expiresAt > now { continue }
                    let next = try CredentialTransition.mark.applied(
                        to: record, rule: rule(for: record, by: caller), at: now)
                    changes += Self.revokingCertificate(record, at: now) + [.updateCredential(next)]
                    changes += disablingServiceUser(of: record)
                    events.append(credentialEvent(.credentialMarked, next, by: caller, at: now, context: context))
                    outcome.marked.append(name)
                } catch {
                    if case .store = error { throw error }
                    outcome.failed.append(name)
                }
            }
            if changes.isEmpty { return outcome }
            do throws(StoreFailure) {
                try await store.commit(StoreTransaction(changes: changes, events: events))
                return outcome
            } catch {
                // One of them was changed in between: all of them are read again.
                guard error == .conflict else { throw .store(error) }
            }
        }
    }

    /// Whatever else the user of a service credential made is dead with it; the clean-up removes them together.
    private func disablingServiceUser(of record: CredentialRecord) -> [StoreChange] {
        guard record.type.family == .service, let owner = index.principal(record.owner), owner.record.isEnabled,
            owner.principal.kind == .service
        else { return [] }
        var principal = owner.record
        principal.isEnabled = false
        principal.revision = owner.record.revision &+ 1
        return [.updatePrincipal(principal)]
    }
}
