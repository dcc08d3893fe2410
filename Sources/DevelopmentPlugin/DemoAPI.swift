import AccessPolicy
import HTTPTypes
import Identifiers
package import ServerPlugin
import StrictJSON

/// A namespaced API to try credentials on: says who asks and what they may do there. Only with `--dev`.
package enum DemoAPI {
    /// `now`: seconds since 1970.
    package static func plugin(now: @escaping @Sendable () -> Int64) -> Plugin {
        Plugin(
            name: "demo",
            routes: [
                Route(.get, "/demo/{namespace}/whoami", access: .member(of: .path("namespace"))) { request in
                    let caller = try request.authenticated()
                    let namespace = try request.namespace()
                    return .json([
                        "subject": JSONValue(caller.principal.name),
                        "kind": JSONValue(caller.principal.kind.rawValue),
                        "namespace": JSONValue(namespace.rawValue),
                        "roles": JSONValue(caller.access.roles(in: namespace).sorted().map(\.rawValue)),
                        "mechanism": JSONValue(caller.mechanism.rawValue),
                        "expires_in": .integer(max(0, caller.expiresAt &- now())),
                    ])
                }
            ])
    }
}
