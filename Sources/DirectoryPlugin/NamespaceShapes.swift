import AccessPolicy
import StrictJSON

/// A namespace in a listing, as the contract shows it. The long forms are for `report_fields`, which we ignore: `null`.
enum NamespaceShapes {
    static func item(_ namespace: NamespaceName, tenant: String) -> JSONValue {
        [
            "annotations": [:],
            "description": "",
            "disabled": false,
            "get_spec": nil,
            "labels": [:],
            "metadata": nil,
            "name": JSONValue(namespace.rawValue),
            "namespace": "",
            "owner_view": nil,
            "status_set": [],
            "system_metadata": nil,
            "tenant": JSONValue(tenant),
            "uid": JSONValue(namespace.rawValue),
        ]
    }
}
