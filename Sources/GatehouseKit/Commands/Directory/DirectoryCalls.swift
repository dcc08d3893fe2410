import ArgumentParser
import GatehouseClient
import HTTPFetch
import StrictJSON

/// Paths and answers of the directory, for its commands.
enum DirectoryCalls {
    static let users = "/api/web/custom/namespaces/system/user_roles"
    static let groups = "/api/web/custom/namespaces/system/user_groups"
    static let roles = "/api/web/custom/namespaces/system/roles"
    static let namespaces = "/api/web/namespaces"

    /// A path with a name of the caller's in it, escaped.
    static func path(_ template: String, _ name: String) throws(CommandFailure) -> String {
        try CredentialCommand.path(ClientRequest.path(template, name))
    }

    static func items(_ response: ClientResponse, _ member: String = "items") throws(ClientFailure) -> [JSONValue] {
        guard let items = response.json?[member]?.arrayValue else {
            throw ClientFailure.notUnderstood(status: response.status)
        }
        return items
    }

    static func text(_ value: JSONValue?, _ member: String) -> String { value?[member]?.stringValue ?? "" }

    static func list(_ value: JSONValue?, _ member: String) -> [String] {
        (value?[member]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    static func roles(_ value: JSONValue?) -> [RoleInNamespace] {
        (value?["namespace_roles"]?.arrayValue ?? []).map {
            RoleInNamespace(namespace: text($0, "namespace"), role: text($0, "role"))
        }
    }
}
