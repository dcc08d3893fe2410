import AccessPolicy
import Identifiers

/// What others change of provisioned users and groups: the directory then sees another version.
extension Broker {
    /// A person is let in or kept out.
    func noting(_ record: PrincipalRecord, at now: Timestamp) -> [StoreChange] {
        guard record.profile?.source == .directory else { return [] }
        return [.provision(.noteUser(record.principal.id, isActive: record.isEnabled, at: now))]
    }

    /// The members of groups change.
    func touching(_ groups: Set<Key>, at now: Timestamp) -> [StoreChange] {
        groups.compactMap { index.group($0.rawValue)?.provisionedID }.map { .provision(.touchGroup($0, at: now)) }
    }
}
