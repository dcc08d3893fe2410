package import AccessPolicy
package import StrictJSON

/// How access is written in the contract's answers.
package enum AccessShapes {
    /// `{"namespace_role_map": {"ns1": {"names": ["role-a"]}}}`, names in order.
    package static func map(_ access: NamespaceAccess) -> JSONValue {
        var map = JSONObject()
        for (pattern, roles) in access.entries.sorted(by: { $0.key < $1.key }) {
            map[pattern.text] = ["names": JSONValue(roles.sorted().map(\.rawValue))]
        }
        return ["namespace_role_map": .object(map)]
    }

    /// `[{"namespace": "ns1", "role": "role-a"}]`, in order.
    package static func list(_ access: NamespaceAccess) -> JSONValue {
        .array(
            access.entries.sorted { $0.key < $1.key }.flatMap { pattern, roles in
                roles.sorted().map { ["namespace": JSONValue(pattern.text), "role": JSONValue($0.rawValue)] }
            })
    }
}
