import AccessPolicy
import Broker
import HTTPTypes
import Identifiers
import OAuth
import ServerPlugin

/// What a request must have to pass: all that is said in the query, which the proxy's configuration writes, and in headers,
/// which can only ask for more: a client that sends some of its own makes it harder for itself.
///
/// A requirement that is misspelt or empty would require nothing, so it is refused, and then the proxy lets nobody in.
struct Requirement {
    private(set) var namespaces: [NamespaceName] = []
    /// Of each of these one must be held, in every namespace.
    private var roles: [[RoleName]] = []

    private static let fieldPrefix = "x-gatehouse-require-"

    init(_ request: Request) throws(InvalidValue) {
        let parameters: [(name: Key, value: String)]
        do throws(FormError) { parameters = try FormBody.pairs(Array((request.query ?? "").utf8)) } catch {
            throw InvalidValue("query", OAuthError(error).description ?? "cannot be read")
        }
        for (name, value) in parameters { try add(value, as: name.rawValue) }
        for field in request.headers {
            let name = field.name.canonicalName
            guard name.utf8.starts(with: Self.fieldPrefix.utf8) else { continue }
            try add(field.value, as: String(Substring(name.utf8.dropFirst(Self.fieldPrefix.utf8.count))))
        }
        guard roles.isEmpty || !namespaces.isEmpty else {
            throw InvalidValue("role", "role needs a namespace in which it must be held")
        }
    }

    private mutating func add(_ value: String, as name: String) throws(InvalidValue) {
        switch name {
        case "namespace": namespaces.append(try NamespaceName(value))
        case "role":
            // One of several will do.
            var choices: [RoleName] = []
            for choice in value.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
                choices.append(try RoleName(String(Substring(choice.drop { $0 == UInt8(ascii: " ") }))))
            }
            roles.append(choices)
        default: throw InvalidValue("requirement", "only namespace and role can be required")
        }
    }

    /// What the caller lacks, in words; `nil` when nothing.
    func missing(of caller: Caller) -> String? {
        for namespace in namespaces {
            let held = caller.access.roles(in: namespace)
            if held.isEmpty { return "You have no role in the namespace \(namespace)." }
            for choices in roles where !choices.contains(where: held.contains) {
                return "In the namespace \(namespace) you need the role "
                    + choices.map(\.rawValue).joined(separator: " or ") + "."
            }
        }
        return nil
    }
}
