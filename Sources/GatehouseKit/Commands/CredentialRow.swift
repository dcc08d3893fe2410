import Broker
import StrictJSON

/// One credential, from a listing or from an object of its own.
struct CredentialRow: Hashable, Sendable {
    let name: String
    let type: String
    let owner: String
    let created: String
    let expires: String
    let isActive: Bool
    /// Of service credentials; the other family has its owner's.
    let roles: [RoleInNamespace]
    let groups: [String]

    /// An item of a listing.
    init?(item: JSONValue) {
        guard let name = item["name"]?.stringValue else { return nil }
        self.name = name
        type = item["type"]?.stringValue ?? ""
        owner = item["user_email"]?.stringValue ?? ""
        created = item["create_timestamp"]?.stringValue ?? ""
        expires = item["expiry_timestamp"]?.stringValue ?? ""
        isActive = item["active"]?.boolValue ?? false
        roles = RoleInNamespace.list(item["namespace_access"])
        groups = (item["user_group_names"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// The `object` of one credential's answer.
    init?(object: JSONValue) {
        guard let name = object["metadata"]?["name"]?.stringValue, let spec = object["spec"]?["gc_spec"] else {
            return nil
        }
        self.name = name
        type = spec["type"]?.stringValue ?? ""
        owner = spec["users"]?.arrayValue?.first?["name"]?.stringValue ?? ""
        created = spec["created_timestamp"]?.stringValue ?? ""
        expires = spec["expiration_timestamp"]?.stringValue ?? ""
        isActive = spec["active"]?.boolValue ?? false
        (roles, groups) = ([], [])
    }

    static func rows(_ items: [JSONValue]) -> [CredentialRow] { items.compactMap(CredentialRow.init(item:)) }

    static func table(_ rows: [CredentialRow], of family: CredentialFamily = .personal, now: Int64) -> String {
        let headings =
            switch family {
            case .personal: ["NAME", "TYPE", "OWNER", "CREATED", "EXPIRES", "STATE"]
            case .service: ["NAME", "TYPE", "OWNER", "ROLES", "GROUPS", "CREATED", "EXPIRES", "STATE"]
            }
        var table = TextTable(headings)
        for row in rows {
            var cells = [row.name, row.type, row.owner]
            if family == .service { cells += [RoleInNamespace.text(row.roles), RoleInNamespace.text(row.groups)] }
            cells += [Moment.text(row.created, now: now), Moment.text(row.expires, now: now), row.state(at: now)]
            table.add(cells)
        }
        return table.text
    }

    /// Whether its time is over, by the clock of this machine.
    func isExpired(at now: Int64) -> Bool { HumanTime.seconds(ofRFC3339: expires).map { $0 <= now } ?? false }

    /// `active` of the API is the flag and the time together; here they are told apart.
    func state(at now: Int64) -> String {
        if isActive { return "active" }
        return isExpired(at: now) ? "expired" : "inactive"
    }
}
