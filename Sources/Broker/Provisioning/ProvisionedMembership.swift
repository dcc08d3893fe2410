package import AccessPolicy
import Identifiers
package import SCIM

/// What the changes of a request make of a group's members: who comes and who goes.
struct ProvisionedMembership {
    private(set) var added: Set<PrincipalID> = []
    private(set) var removed: Set<PrincipalID> = []

    var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    /// Looks only at whom the request names, unless it replaces or removes all. Whoever is added must be a user of the
    /// directory; whoever is removed need not even be there.
    init(_ changes: [MembershipChange], of group: Key, _ index: CredentialIndex) throws(ProvisioningFailure) {
        var wanted: [PrincipalID: Bool] = [:]
        for change in changes {
            switch change {
            case .add(let ids):
                for id in ids { wanted[try Self.user(id, index)] = true }
            case .remove(let ids):
                for case let id? in ids.map({ try? PrincipalID($0) }) { wanted[id] = false }
            case .removeAll, .replaceAll:
                for id in index.memberIDs(of: group) { wanted[id] = false }
                for id in wanted.keys { wanted[id] = false }
                for id in change.ids { wanted[try Self.user(id, index)] = true }
            }
        }
        for (id, isWanted) in wanted {
            // Others than the directory's are no business of it.
            guard let person = index.principal(id), person.isProvisioned,
                person.groups.contains(group) != isWanted
            else { continue }
            if isWanted { added.insert(id) } else { removed.insert(id) }
        }
    }

    private static func user(_ text: String, _ index: CredentialIndex) throws(ProvisioningFailure) -> PrincipalID {
        guard let id = try? PrincipalID(text), index.principal(id)?.isProvisioned == true else { throw .unknownMember }
        return id
    }

    func changes(of group: String) -> [StoreChange] {
        removed.sorted().map { .removeMember(group: group, $0) } + added.sorted().map { .addMember(group: group, $0) }
    }
}

/// Memberships as clients see them.
extension Broker {
    /// The directory's groups that a user is in, by name.
    package func provisionedGroups(of id: PrincipalID) -> [ResourceReference] {
        guard let person = index.principal(id) else { return [] }
        return person.groups.sorted().compactMap { index.group($0.rawValue) }.compactMap { group in
            group.provisionedID.map { ResourceReference(id: $0, display: group.displayName) }
        }
    }

    /// The ids of the directory's groups that one of its users is in.
    package func provisionedGroupIDs(ofUser id: String) -> [String] {
        guard let id = try? PrincipalID(id), index.principal(id)?.isProvisioned == true else { return [] }
        return provisionedGroups(of: id).map(\.id)
    }

    /// The directory's users in a group, by id. Without a name to display: clients compare what they sent with what
    /// comes back.
    package func provisionedMembers(of group: ProvisionedGroup) -> [ResourceReference] {
        index.members(of: group.name).filter(\.isProvisioned).map(\.principal.id).sorted()
            .map { ResourceReference(id: $0.rawValue, display: nil) }
    }

    /// How many are in it, the directory's and others.
    package func memberCount(of group: ProvisionedGroup) -> Int { index.memberIDs(of: group.name).count }
}
