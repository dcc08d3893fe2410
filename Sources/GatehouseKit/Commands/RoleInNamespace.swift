import ArgumentParser
import StrictJSON

/// A role in a namespace, on the command line `NAMESPACE:ROLE`.
struct RoleInNamespace: Hashable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    let namespace: String
    let role: String

    init(namespace: String, role: String) { (self.namespace, self.role) = (namespace, role) }

    init?(argument: String) {
        let parts = argument.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, let namespace = String(parts[0]), let role = String(parts[1]), !namespace.isEmpty,
            !role.isEmpty
        else { return nil }
        self.init(namespace: namespace, role: role)
    }

    var description: String { "\(namespace):\(role)" }

    /// From an answer's `namespace_access` (contract, NamespaceAccessType).
    static func list(_ access: JSONValue?) -> [RoleInNamespace] {
        (access?["namespace_role_map"]?.objectValue?.members ?? []).flatMap { member in
            (member.value["names"]?.arrayValue ?? []).compactMap(\.stringValue).map {
                RoleInNamespace(namespace: member.name.rawValue, role: $0)
            }
        }
    }

    /// As `namespace_access`: each namespace once, with its roles in the order in which they came.
    static func access(_ roles: [RoleInNamespace]) -> JSONValue {
        var map = JSONObject()
        for role in roles {
            var names = map[role.namespace]?["names"]?.arrayValue ?? []
            if !names.contains(JSONValue(role.role)) { names.append(JSONValue(role.role)) }
            map[role.namespace] = ["names": .array(names)]
        }
        return ["namespace_role_map": .object(map)]
    }

    /// As `namespace_roles` of create.
    static func pairs(_ roles: [RoleInNamespace]) -> JSONValue {
        .array(roles.map { ["namespace": JSONValue($0.namespace), "role": JSONValue($0.role)] })
    }

    /// For people: `-` when there are none.
    static func text(_ names: [some CustomStringConvertible]) -> String {
        names.isEmpty ? "-" : names.map(\.description).joined(separator: ",")
    }
}

/// What a service credential may do.
struct ServiceRights: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("With --service: a role in a namespace. May be repeated.", valueName: "namespace:role"))
    var role: [RoleInNamespace] = []

    @Option(name: .long, help: "With --service: a group of users whose rights it has. May be repeated.")
    var group: [String] = []

    var isEmpty: Bool { role.isEmpty && group.isEmpty }

    func validate() throws {
        guard group.allSatisfy({ !$0.isEmpty }) else { throw ValidationError("--group cannot be empty") }
    }
}
