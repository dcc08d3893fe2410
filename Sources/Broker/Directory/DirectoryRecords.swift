package import AccessPolicy
package import Identifiers
package import StrictJSON

/// A group: roles for all of its members. Its name is 1 to 256 bytes without control characters.
package struct GroupRecord: Hashable, Sendable {
    package let name: Key
    package var displayName: String
    package var description: String
    package var bindings: NamespaceAccess
    /// Under which a directory provisions it; `nil` for a group that administrators made.
    package var provisionedID: String?

    package init(
        name: Key, displayName: String = "", description: String = "", bindings: NamespaceAccess,
        provisionedID: String? = nil
    ) {
        self.name = name
        self.displayName = displayName
        self.description = description
        self.bindings = bindings
        self.provisionedID = provisionedID
    }

    /// `nil` when the document does not read: such a group gives nothing.
    package init?(_ object: StoredObject) {
        guard object.id.kind == .group, let bindings = object.document["bindings"].flatMap(NamespaceAccess.init(json:))
        else { return nil }
        self.init(
            name: object.id.name, displayName: object.document["display_name"]?.stringValue ?? "",
            description: object.document["description"]?.stringValue ?? "", bindings: bindings,
            provisionedID: object.document["sync_id"]?.stringValue)
    }

    package var document: JSONObject {
        var object: JSONObject = [
            "bindings": bindings.json, "description": JSONValue(description), "display_name": JSONValue(displayName),
        ]
        if let provisionedID { object["sync_id"] = JSONValue(provisionedID) }
        return object
    }

    package var objectID: StoredObject.ID { StoredObject.ID(.group, name.rawValue) }
}

/// A role that an administrator made: verbs on API groups.
package struct RoleRecord: Hashable, Sendable {
    package let name: RoleName
    package let permissions: RolePermissions

    package init(name: RoleName, permissions: RolePermissions) {
        self.name = name
        self.permissions = permissions
    }

    /// `nil` when the document does not read: such a role allows nothing.
    package init?(_ object: StoredObject) {
        guard object.id.kind == .role, let name = try? RoleName(object.name),
            let applications = object.document["applications"].flatMap(Self.verbs),
            let listed = object.document["groups"]?.objectValue
        else { return nil }
        var groups: [APIGroup: Set<Verb>] = [:]
        for member in listed.members {
            guard let group = try? APIGroup(member.name.rawValue), let verbs = Self.verbs(member.value) else {
                return nil
            }
            groups[group] = verbs
        }
        self.init(name: name, permissions: RolePermissions(onApplications: applications, onGroups: groups))
    }

    package var document: JSONObject {
        var groups = JSONObject()
        for (group, verbs) in permissions.onGroups.sorted(by: { $0.key < $1.key }) {
            groups[group.rawValue] = Self.json(verbs)
        }
        return ["applications": Self.json(permissions.onApplications), "groups": .object(groups)]
    }

    private static func json(_ verbs: Set<Verb>) -> JSONValue {
        JSONValue(Verb.allCases.filter(verbs.contains).map(\.rawValue))
    }

    private static func verbs(_ value: JSONValue) -> Set<Verb>? {
        guard let list = value.arrayValue else { return nil }
        var verbs: Set<Verb> = []
        for element in list {
            guard let verb = element.stringValue.flatMap(Verb.init(rawValue:)) else { return nil }
            verbs.insert(verb)
        }
        return verbs
    }
}

/// What the tenant allows: limits on the life of credentials.
package struct TenantSettings: Hashable, Sendable {
    /// Days; the most that one creation or renewal may ask for.
    package var maximumAPITokenDays: Int64
    package var maximumAPICertificateDays: Int64
    package var maximumKubeConfigDays: Int64
    /// Days from its making within which renewals may add up; `nil` without a bound.
    package var maximumLifetimeDays: Int64?

    package init(
        maximumAPITokenDays: Int64 = 90, maximumAPICertificateDays: Int64 = 90, maximumKubeConfigDays: Int64 = 90,
        maximumLifetimeDays: Int64? = nil
    ) {
        self.maximumAPITokenDays = maximumAPITokenDays
        self.maximumAPICertificateDays = maximumAPICertificateDays
        self.maximumKubeConfigDays = maximumKubeConfigDays
        self.maximumLifetimeDays = maximumLifetimeDays
    }

    package static let standard = TenantSettings()
    /// What a credential gets when nothing is asked for, unless the maximum is less.
    package static let defaultDays: Int64 = 10
    /// Ten years: no setting asks for more.
    package static let largestDays: Int64 = 3650
    package static let objectID = StoredObject.ID(.settings, "tenant")

    package func maximumDays(_ form: CredentialType.Form) -> Int64 {
        switch form {
        case .token: maximumAPITokenDays
        case .certificate: maximumAPICertificateDays
        case .kubeconfig: maximumKubeConfigDays
        }
    }

    /// Reads what `document` writes. What does not read is the standard: never without a limit.
    package init(_ object: StoredObject?) {
        let days = { (name: String) -> Int64? in
            object?.document[name]?.integerValue.flatMap { (1...Self.largestDays).contains($0) ? $0 : nil }
        }
        let standard = Self.standard
        self.init(
            maximumAPITokenDays: days("max_api_token_expiry_days") ?? standard.maximumAPITokenDays,
            maximumAPICertificateDays: days("max_api_certificate_expiry_days") ?? standard.maximumAPICertificateDays,
            maximumKubeConfigDays: days("max_kube_config_expiry_days") ?? standard.maximumKubeConfigDays,
            maximumLifetimeDays: days("max_lifetime_days"))
    }

    package var document: JSONObject {
        var object: JSONObject = [
            "max_api_certificate_expiry_days": .integer(maximumAPICertificateDays),
            "max_api_token_expiry_days": .integer(maximumAPITokenDays),
            "max_kube_config_expiry_days": .integer(maximumKubeConfigDays),
        ]
        if let maximumLifetimeDays { object["max_lifetime_days"] = .integer(maximumLifetimeDays) }
        return object
    }
}

/// What is kept of a provider beside its file: whether it provisions users over SCIM, and whether it counts at all.
package struct ProviderSwitches: Hashable, Sendable {
    package var isProvisioning: Bool
    /// Nobody signs in through it, its tokens are refused, and so is all that hangs on its word.
    package var isDisabled: Bool

    package init(_ object: StoredObject?) {
        isProvisioning = object?.document["scim_enabled"]?.boolValue ?? false
        isDisabled = object?.document["disabled"]?.boolValue ?? false
    }

    package var document: JSONObject { ["disabled": .bool(isDisabled), "scim_enabled": .bool(isProvisioning)] }

    /// A provider's document with these switches, everything else as it is.
    func written(over document: JSONObject) -> JSONObject {
        var document = document
        for member in self.document.members { document[member.name.rawValue] = member.value }
        return document
    }
}
