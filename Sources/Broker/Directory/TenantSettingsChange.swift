package import AccessPolicy
import Identifiers
import StrictJSON

extension Broker {
    /// Puts other limits in force. Credentials that are there keep their end; the next change to them meets the new limits.
    package func changeTenantSettings(
        to settings: TenantSettings, by caller: Caller, context: RequestContext
    ) async throws(CredentialFailure) {
        while true {
            let now = time.now()
            let change = StoredObject.put(
                settings.document, as: TenantSettings.objectID, over: index.object(TenantSettings.objectID), at: now)
            let event = AuditEvent(
                time: now, action: .settingsChanged, outcome: .success, actor: AuditEvent.Actor(caller),
                target: "tenant",
                namespace: NamespaceName.system.rawValue, requestID: context.requestID, details: settings.document)
            do throws(StoreFailure) {
                return try await store.commit(StoreTransaction(changes: [change], events: [event]))
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw .store(error) }
            }
        }
    }

    /// When a principal was first seen.
    package func principalCreation(_ id: PrincipalID) -> Timestamp? { index.principal(id)?.record.createdAt }

    /// Every namespace: the built-in ones, those made by an administrator, and those a policy grants.
    package var namespaces: Set<NamespaceName> { index.namespaces.union(policies.current.namespaces) }
}
