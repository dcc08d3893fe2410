package import AccessPolicy
import Identifiers
package import ServerPlugin

/// How access is written in the contract's requests.
extension RequestBody {
    /// `namespace_roles`: a role in a namespace each; absent is none.
    package func namespaceRoles() throws(APIError) -> NamespaceAccess {
        var access = NamespaceAccess.none
        for entry in try objects("namespace_roles") {
            let namespace = try entry.required("namespace", try entry.text("namespace"))
            let role = try entry.required("role", try entry.text("role"))
            access.add([try entry.role("role", role)], in: try entry.pattern("namespace", namespace))
        }
        return access
    }

    /// `namespace_access`: `{"namespace_role_map": {"ns1": {"names": ["role-a"]}}}`; absent is none.
    package func namespaceAccess() throws(APIError) -> NamespaceAccess {
        var access = NamespaceAccess.none
        guard let body = try object("namespace_access") else { return access }
        for (namespace, entry) in try body.map("namespace_role_map") {
            let pattern = try body.pattern("namespace_role_map", namespace)
            for name in try entry.texts("names") { access.add([try entry.role("names", name)], in: pattern) }
        }
        return access
    }

    package func pattern(_ field: String, _ text: String) throws(APIError) -> NamespacePattern {
        do throws(InvalidValue) { return try NamespacePattern(text) } catch { throw invalid(field, error.reason) }
    }

    package func role(_ field: String, _ text: String) throws(APIError) -> RoleName {
        do throws(InvalidValue) { return try RoleName(text) } catch { throw invalid(field, error.reason) }
    }
}
