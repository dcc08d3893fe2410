import StrictJSON

/// One credential, from a listing or from an object of its own.
struct CredentialRow: Hashable, Sendable {
    let name: String
    let type: String
    let owner: String
    let created: String
    let expires: String
    let isActive: Bool

    /// An item of a listing.
    init?(item: JSONValue) {
        guard let name = item["name"]?.stringValue else { return nil }
        self.name = name
        type = item["type"]?.stringValue ?? ""
        owner = item["user_email"]?.stringValue ?? ""
        created = item["create_timestamp"]?.stringValue ?? ""
        expires = item["expiry_timestamp"]?.stringValue ?? ""
        isActive = item["active"]?.boolValue ?? false
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
    }

    static func rows(_ items: [JSONValue]) -> [CredentialRow] { items.compactMap(CredentialRow.init(item:)) }

    static func table(_ rows: [CredentialRow], now: Int64) -> String {
        var table = TextTable(["NAME", "TYPE", "OWNER", "CREATED", "EXPIRES", "STATE"])
        for row in rows {
            table.add([
                row.name, row.type, row.owner, Moment.text(row.created, now: now), Moment.text(row.expires, now: now),
                row.state(at: now),
            ])
        }
        return table.text
    }

    /// `active` of the API is the flag and the time together; here they are told apart.
    private func state(at now: Int64) -> String {
        if isActive { return "active" }
        let isOver = HumanTime.seconds(ofRFC3339: expires).map { $0 <= now } ?? false
        return isOver ? "expired" : "inactive"
    }
}
