package import AccessPolicy
import Identifiers
package import StrictJSON

/// The tenant's identity settings: stored and served as a document whose members the REST layer has checked. Passwords are
/// the providers' affair; what is said of them here is for whoever shows it to people.
extension Broker {
    private static let identitySettings = StoredObject.ID(.settings, "identity")

    /// How long sessions live: as the configuration says, or as the tenant's administrators do where that is less.
    package var sessionLimits: SessionSettings {
        guard let object = index.object(Self.identitySettings),
            let limits = object.document["user_session_expiration"]?.objectValue
        else { return settings.sessions }
        let (idle, absolute) = (Self.seconds(limits["idle_timeout"]), Self.seconds(limits["absolute_timeout"]))
        return SessionSettings(
            idle: min(settings.sessions.idle, idle ?? .max), absolute: min(settings.sessions.absolute, absolute ?? .max)
        )
    }

    /// `{"hours": {"duration": 8}}`, or in minutes.
    private static func seconds(_ timeout: JSONValue?) -> Int64? {
        if let hours = timeout?["hours"]?["duration"]?.integerValue { return hours * 3600 }
        return timeout?["minutes"]?["duration"]?.integerValue.map { $0 * 60 }
    }

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
