package import AccessPolicy
import StrictJSON

/// Removing a person with everything that is theirs.
extension Broker {
    /// In one transaction go at most so many credentials; somebody with more is disabled first and then emptied.
    private static let endedAtOnce = 500

    /// Ends the person's credentials and removes them with their memberships. Answers what was ended.
    package func removePerson(
        _ email: String, by caller: Caller, context: RequestContext
    ) async throws(DirectoryFailure) -> [CredentialRecord] {
        try await removePerson(by: caller, context: context) { _ throws(DirectoryFailure) in
            let person = try indexedPerson(email)
            try checkMayGrant(person.access, by: caller, "what this user holds")
            return (person, [])
        }
    }

    /// The same for whoever `find` finds and lets go, in every round anew, with changes that belong to the removal.
    func removePerson(
        by caller: Caller, context: RequestContext,
        _ find: (_ hasBegun: Bool) async throws(DirectoryFailure) -> (IndexedPrincipal, with: [StoreChange])
    ) async throws(DirectoryFailure) -> [CredentialRecord] {
        var ended: [CredentialRecord] = []
        while true {
            let (person, more) = try await find(!ended.isEmpty)
            let id = person.principal.id
            let now = time.now()
            let keeping = try keepingAnAdministrator([id], at: now)
            do throws(StoreFailure) {
                let credentials = try await store.credentials(ownedBy: id, limit: Self.endedAtOnce + 1)
                let events = credentials.prefix(Self.endedAtOnce).map {
                    credentialEvent(.credentialRevoked, $0, by: caller, at: now, context: context)
                }
                let ending = credentials.prefix(Self.endedAtOnce).flatMap { Self.ending($0, at: now) }
                if credentials.count > Self.endedAtOnce {
                    // Nothing new can be made by somebody who is kept out.
                    var changes = ending
                    if person.record.isEnabled {
                        var record = person.record
                        record.isEnabled = false
                        record.revision &+= 1
                        changes += keeping + [.updatePrincipal(record)] + noting(record, at: now)
                    }
                    try await store.commit(StoreTransaction(changes: changes, events: events))
                    ended += credentials.prefix(Self.endedAtOnce)
                    continue
                }
                let event = directoryEvent(
                    .userRemoved, target: id.rawValue, by: caller, at: now, context: context,
                    details: ["email": JSONValue(person.principal.name)])
                try await store.commit(
                    StoreTransaction(
                        changes: more + keeping + ending + touching(person.groups, at: now) + [.deletePrincipal(id)],
                        events: events + [event]))
                return ended + credentials
            } catch {
                guard error == .conflict || error == .alreadyExists else { throw .store(error) }
            }
        }
    }
}
