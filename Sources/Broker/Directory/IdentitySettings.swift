package import AccessPolicy
import Identifiers
package import StrictJSON

/// The tenant's identity settings: stored and served as a document whose members the REST layer has checked. Passwords are
/// the providers' affair; what is said of them here is for whoever shows it to people.
extension Broker {
    private static let identitySettings = StoredObject.ID(.settings, "identity")

    package var identitySettings: JSONObject { index.object(Self.identitySettings)?.document ?? JSONObject() }

    package func changeIdentitySettings(
        to document: JSONObject, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) {
        try await changingDirectory {
            () async throws(DirectoryFailure) -> (Void, StoreTransaction) in
            let now = time.now()
            let change = StoredObject.put(
                document, as: Self.identitySettings, over: index.object(Self.identitySettings), at: now)
            let event = directoryEvent(
                .settingsChanged, target: "identity", by: caller, at: now, context: context, details: document)
            return ((), StoreTransaction(changes: [change], events: [event]))
        }
    }
}
